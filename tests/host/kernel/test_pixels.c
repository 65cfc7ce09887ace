/* A framebuffer as cells of text: sizes, colours, bytes, and the cells that are drawn. */
#include "kernel/console/cells.h"
#include "kernel/console/pixels.h"
#include "tests/host/paper/cm.h"

#include <stdlib.h>
#include <string.h>

#define AT 0xfd000000u
#define ROUNDS 200

/* red, green, blue: bit and size of each, as loaders give them. */
static const uint8_t rgb32[6] = {16, 8, 8, 8, 0, 8}, bgr32[6] = {0, 8, 8, 8, 16, 8},
                     rgb16[6] = {11, 5, 5, 6, 0, 5}, rgb15[6] = {10, 5, 5, 5, 0, 5},
                     rgb30[6] = {20, 10, 10, 10, 0, 10};

static struct baton_screen screen_of(uint32_t width, uint32_t height, uint8_t bits,
                                     const uint8_t colours[6])
{
    return (struct baton_screen){.kind = BATON_SCREEN_LINEAR,
                                 .pa = AT,
                                 .pitch = width * ((bits + 7u) / 8),
                                 .width = (uint16_t)width,
                                 .height = (uint16_t)height,
                                 .bits = bits,
                                 .red_at = colours[0],
                                 .red_size = colours[1],
                                 .green_at = colours[2],
                                 .green_size = colours[3],
                                 .blue_at = colours[4],
                                 .blue_size = colours[5]};
}

static void sizes(void **state)
{
    static const struct {
        uint32_t width, height, scale, columns, rows;
    } rows[] = {
        {640, 400, 1, 80, 25}, /* the smallest */
        {640, 480, 1, 80, 30},    {800, 600, 1, 100, 37},
        {1024, 768, 1, 128, 48},  {1279, 4000, 1, 159, 64}, /* the width decides; rows at most */
        {1280, 799, 1, 160, 49},  {1280, 800, 2, 80, 25},
        {1920, 1080, 2, 120, 33}, {2560, 640, 1, 160, 40}, /* the height decides; columns at most */
        {3440, 1440, 3, 143, 30}, {3840, 2160, 5, 96, 27},
        {7680, 4320, 8, 120, 33}, {65535, 65535, 8, 160, 64},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct baton_screen screen = screen_of(rows[i].width, rows[i].height, 16, rgb16);
        struct pixels p;

        screen.pa = 0; /* the largest one has 8 GiB */
        screen.height = rows[i].height == 65535 ? 32767 : screen.height;
        if (rows[i].height == 65535)
            screen.pitch = 131070;
        assert_null(pixels_start(&p, &screen));
        assert_int_equal(p.scale, rows[i].scale);
        assert_int_equal(p.columns, rows[i].columns);
        assert_int_equal(p.rows, rows[i].rows);
        assert_true(p.scale * FONT_WIDTH * p.columns <= screen.width);
        assert_true(p.scale * FONT_HEIGHT * p.rows <= screen.height);
    }
}

static void unusable_ones_are_left_out(void **state)
{
    static const struct {
        struct baton_screen change; /* the fields that are not 0 */
        const char *why;
    } rows[] = {
        {{.bits = 8}, "it has neither 15, 16, 24 nor 32 bits per pixel"},
        {{.bits = 30}, "it has neither 15, 16, 24 nor 32 bits per pixel"},
        {{.bits = 40}, "it has neither 15, 16, 24 nor 32 bits per pixel"},
        {{.red_at = 25}, "its colours do not lie within a pixel"},
        {{.green_size = 25}, "its colours do not lie within a pixel"},
        {{.blue_at = 255, .blue_size = 255}, "its colours do not lie within a pixel"},
        {{.width = 639}, "it has less than 640 x 400 pixels"},
        {{.height = 399}, "it has less than 640 x 400 pixels"},
        {{.pitch = 4095}, "a row of it is longer than its pitch"},
        {{.pa = 1ull << 32}, "it reaches beyond 4 GiB"},
        {{.pa = (1ull << 32) - 1024 * 768 * 4 + 1}, "it reaches beyond 4 GiB"},
        {{.pitch = UINT32_MAX}, "it reaches beyond 4 GiB"},
        {{.pa = UINT64_MAX}, "it reaches beyond 4 GiB"},
        {{.pa = (1ull << 32) - 1024 * 768 * 4}, NULL},
        {{.pitch = 8192}, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct baton_screen screen = screen_of(1024, 768, 32, rgb32);
        const uint8_t *from = (const uint8_t *)&rows[i].change;
        struct pixels p;
        const char *why;

        for (size_t byte = 0; byte < sizeof(screen); byte++)
            if (from[byte])
                ((uint8_t *)&screen)[byte] = from[byte];
        if (rows[i].change.pa)
            screen.pa = rows[i].change.pa;
        if (rows[i].change.pitch)
            screen.pitch = rows[i].change.pitch;
        if (rows[i].change.width)
            screen.width = rows[i].change.width;
        if (rows[i].change.height)
            screen.height = rows[i].change.height;
        why = pixels_start(&p, &screen);
        if (rows[i].why)
            assert_string_equal(why, rows[i].why);
        else
            assert_null(why);
    }
    for (unsigned zero = 0; zero < 3; zero++) {
        struct baton_screen screen = screen_of(1024, 768, 32, rgb32);
        struct pixels p;

        *(zero == 0 ? &screen.red_size : zero == 1 ? &screen.green_size : &screen.blue_size) = 0;
        assert_string_equal(pixels_start(&p, &screen), "its colours do not lie within a pixel");
    }
}

static void colours_are_packed(void **state)
{
    static const struct {
        uint8_t bits;
        const uint8_t *colours;
        uint32_t pixel; /* of red 0xff, green 0x55, blue 0xaa */
    } rows[] = {
        {32, rgb32, 0xff55aa}, {24, rgb32, 0xff55aa}, {32, bgr32, 0xaa55ff},   {16, rgb16, 0xfab5},
        {15, rgb15, 0x7d55},   {16, rgb15, 0x7d55},   {32, rgb30, 0x3fc552a8},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct baton_screen screen = screen_of(640, 400, rows[i].bits, rows[i].colours);

        assert_int_equal(pixels_pack(&screen, 0xff, 0x55, 0xaa), rows[i].pixel);
    }
}

static void a_line_of_a_cell_becomes_bytes(void **state)
{
    static const uint8_t twice16[] = {0x34, 0x12, 0x34, 0x12, 0, 0, 0, 0}, /* ink, ground */
        once24[] = {0x56, 0x34, 0x12, 0, 0, 0}, once32[] = {0x56, 0x34, 0x12, 0, 0, 0, 0, 0};
    uint32_t line[PIXELS_LINE_WORDS + 1];
    struct pixels p = {.bytes = 2, .scale = 2};

    (void)state;
    pixels_line(&p, 0xaa, 0x1234, line);
    assert_int_equal(pixels_line_words(&p), 8);
    for (unsigned i = 0; i < 4; i++)
        assert_memory_equal((uint8_t *)line + 8 * i, twice16, 8);
    p = (struct pixels){.bytes = 3, .scale = 1};
    pixels_line(&p, 0xaa, 0x123456, line);
    assert_int_equal(pixels_line_words(&p), 6);
    for (unsigned i = 0; i < 4; i++)
        assert_memory_equal((uint8_t *)line + 6 * i, once24, 6);
    p = (struct pixels){.bytes = 4, .scale = 1};
    pixels_line(&p, 0xaa, 0x123456, line);
    assert_int_equal(pixels_line_words(&p), 8);
    for (unsigned i = 0; i < 4; i++)
        assert_memory_equal((uint8_t *)line + 8 * i, once32, 8);
    p = (struct pixels){.bytes = 4, .scale = PIXELS_SCALE}; /* the longest */
    line[PIXELS_LINE_WORDS] = 77;
    pixels_line(&p, 0xff, 1, line);
    assert_int_equal(pixels_line_words(&p), PIXELS_LINE_WORDS);
    assert_int_equal(line[PIXELS_LINE_WORDS - 1], 1);
    assert_int_equal(line[PIXELS_LINE_WORDS], 77);
}

/* Every pixel that belongs to a cell belongs to one alone, and no other byte to any. */
static void cells_cover_the_screen(void **state)
{
    static const uint32_t sizes_of[][2] = {{640, 400}, {803, 611}, {1280, 800}};

    (void)state;
    for (unsigned i = 0; i < 3; i++)
        for (unsigned bytes = 2; bytes <= 4; bytes++) {
            struct baton_screen screen =
                screen_of(sizes_of[i][0], sizes_of[i][1], (uint8_t)(8 * bytes), rgb16);
            struct pixels p;
            uint8_t *video;

            screen.pitch += 5;
            video = calloc(screen.pitch, screen.height);
            assert_null(pixels_start(&p, &screen));
            for (uint32_t row = 0; row < p.rows; row++)
                for (uint32_t column = 0; column < p.columns; column++)
                    for (uint32_t y = 0; y < FONT_HEIGHT * p.scale; y++)
                        for (uint32_t x = 0; x < 4 * pixels_line_words(&p); x++)
                            video[pixels_at(&p, row, column) + y * p.pitch + x]++;
            for (uint32_t y = 0; y < screen.height; y++)
                for (uint32_t x = 0; x < screen.pitch; x++)
                    assert_int_equal(video[y * screen.pitch + x],
                                     y < FONT_HEIGHT * p.scale * p.rows &&
                                         x < FONT_WIDTH * p.scale * p.columns * bytes);
            free(video);
        }
}

static void every_character_has_a_picture(void **state)
{
    (void)state;
    for (unsigned c = 0; c < 256; c++) {
        unsigned shown = c < 0x20 || c > 0x7e ? 0x7f : c, set = 0;

        for (uint32_t line = 0; line < FONT_HEIGHT; line++) {
            uint8_t bits = pixels_bits((uint8_t)c, line, false);

            assert_int_equal(bits, pixels_bits((uint8_t)shown, line, false));
            assert_false(bits & 1); /* the next character's neighbour */
            if (line < FONT_EMPTY_LINES || line >= FONT_EMPTY_LINES + FONT_LINES)
                assert_int_equal(bits, 0);
            assert_int_equal(pixels_bits((uint8_t)c, line, true),
                             line == 13 || line == 14 ? 0xff : bits);
            set += bits != 0;
        }
        assert_int_equal(set == 0, c == ' ');
        for (unsigned other = 0x20; other < shown; other++)
            assert_memory_not_equal(font_lines[other - FONT_FIRST], font_lines[shown - FONT_FIRST],
                                    FONT_LINES);
    }
}

/* ---- cells */

static struct cells cells;
static uint16_t drawn[PIXELS_ROWS][PIXELS_COLUMNS];
static uint32_t draws;

static void draw(uint32_t row, uint32_t column, uint16_t cell)
{
    drawn[row][column] = cell;
    draws++;
}

static void only_what_differs_is_drawn(void **state)
{
    static const struct pixels screen = {.columns = 5, .rows = 3};

    (void)state;
    draws = 0;
    memset(drawn, 0, sizeof(drawn));
    cells_empty(&cells, &screen);
    cells_show(&cells, &screen, 0, 0, draw);
    assert_int_equal(draws, 1); /* the cursor */
    assert_int_equal(drawn[0][0], CELL_CURSOR | ' ');
    for (unsigned i = 0; i < 5; i++)
        cells_put(&cells, 0, i, CONSOLE_TROUBLE, "abcde"[i]);
    cells_show(&cells, &screen, 1, 0, draw);
    assert_int_equal(draws, 7);
    assert_int_equal(CELL_CHARACTER(drawn[0][4]), 'e');
    assert_int_equal(CELL_COLOUR(drawn[0][4]), CONSOLE_TROUBLE);
    cells_put(&cells, 0, 2, CONSOLE_TROUBLE, 'c'); /* as it was */
    cells_show(&cells, &screen, 1, 0, draw);
    assert_int_equal(draws, 7);
    cells_put(&cells, 1, 0, CONSOLE_TROUBLE, 'a');
    cells_scroll(&cells, &screen); /* "abcde", "a" -> "a", "": 4 cells, the cursor's old one */
    cells_show(&cells, &screen, 1, 0, draw);
    assert_int_equal(draws, 11);
    cells_forget(&cells, &screen);
    cells_show(&cells, &screen, 1, 0, draw);
    assert_int_equal(draws, 26);
    assert_int_equal(drawn[0][0], CONSOLE_TROUBLE << 8 | 'a');
    assert_int_equal(drawn[1][0], CELL_CURSOR | ' ');
}

/* The screen is what was put, moved up by what was scrolled, at every size. */
static void the_screen_is_as_it_should_be(void **state)
{
    static uint16_t should[PIXELS_ROWS][PIXELS_COLUMNS];
    struct pixels screen = {.columns = PIXELS_COLUMNS, .rows = PIXELS_ROWS};
    uint32_t seed = 1;

    (void)state;
    cells_empty(&cells, &screen);
    for (unsigned i = 0; i < PIXELS_ROWS * PIXELS_COLUMNS; i++)
        (&should[0][0])[i] = (&drawn[0][0])[i] = ' ';
    for (unsigned round = 0; round < ROUNDS; round++) {
        for (unsigned i = 0; i < 40; i++) {
            uint32_t row, column;

            seed = seed * 1664525 + 1013904223;
            row = (seed >> 16) % screen.rows;
            column = (seed >> 8) % screen.columns;
            if (seed >> 28 == 0) {
                cells_scroll(&cells, &screen);
                memmove(should[0], should[1], sizeof(should) - sizeof(should[0]));
                for (unsigned c = 0; c < PIXELS_COLUMNS; c++)
                    should[PIXELS_ROWS - 1][c] = ' ';
            } else {
                cells_put(&cells, row, column, seed >> 4 & 3, (char)seed);
                should[row][column] = (uint16_t)((seed >> 4 & 3) << 8 | (uint8_t)seed);
            }
        }
        cells_show(&cells, &screen, round % 64, round % 160, draw);
        should[round % 64][round % 160] |= CELL_CURSOR;
        assert_memory_equal(should, drawn, sizeof(drawn));
        should[round % 64][round % 160] &= (uint16_t)~CELL_CURSOR;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes),
        cmocka_unit_test(unusable_ones_are_left_out),
        cmocka_unit_test(colours_are_packed),
        cmocka_unit_test(a_line_of_a_cell_becomes_bytes),
        cmocka_unit_test(cells_cover_the_screen),
        cmocka_unit_test(every_character_has_a_picture),
        cmocka_unit_test(only_what_differs_is_drawn),
        cmocka_unit_test(the_screen_is_as_it_should_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
