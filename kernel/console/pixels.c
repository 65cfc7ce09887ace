/* Cells, colours and characters as bytes of a linear framebuffer. */
#include "kernel/console/pixels.h"

#define COLUMNS_MIN SCREEN_COLUMNS
#define ROWS_MIN 25
#define FOUR_GIB (1ull << 32)
#define CURSOR_LINE 13 /* the first of its two */

/* Colours of the VGA's text mode: light grey, light cyan, light red, white. */
static const uint8_t colours[CONSOLE_COLOURS][3] = {
    [CONSOLE_PLAIN] = {0xaa, 0xaa, 0xaa},
    [CONSOLE_STEP] = {0x55, 0xff, 0xff},
    [CONSOLE_TROUBLE] = {0xff, 0x55, 0x55},
    [CONSOLE_PROMPT] = {0xff, 0xff, 0xff},
};

static uint32_t lower(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* A component of `size` bits at bit `at`. */
static bool fits(uint8_t at, uint8_t size, uint8_t bits)
{
    return size && at + size <= bits;
}

static uint32_t component(uint32_t value, uint8_t at, uint8_t size)
{
    return (size < 8 ? value >> (8 - size) : value << (size - 8)) << at;
}

uint32_t pixels_pack(const struct baton_screen *s, uint32_t red, uint32_t green, uint32_t blue)
{
    return component(red, s->red_at, s->red_size) | component(green, s->green_at, s->green_size) |
           component(blue, s->blue_at, s->blue_size);
}

static const char *check(const struct baton_screen *s)
{
    if (s->bits != 15 && s->bits != 16 && s->bits != 24 && s->bits != 32)
        return "it has neither 15, 16, 24 nor 32 bits per pixel";
    if (!fits(s->red_at, s->red_size, s->bits) || !fits(s->green_at, s->green_size, s->bits) ||
        !fits(s->blue_at, s->blue_size, s->bits))
        return "its colours do not lie within a pixel";
    if (s->width < COLUMNS_MIN * FONT_WIDTH || s->height < ROWS_MIN * FONT_HEIGHT)
        return "it has less than 640 x 400 pixels";
    if (s->pitch < s->width * ((s->bits + 7u) / 8))
        return "a row of it is longer than its pitch";
    if (s->pa >= FOUR_GIB || (uint64_t)s->pitch * s->height > FOUR_GIB - s->pa)
        return "it reaches beyond 4 GiB";
    return NULL;
}

const char *pixels_start(struct pixels *p, const struct baton_screen *s)
{
    const char *wrong = check(s);

    if (wrong)
        return wrong;
    p->pitch = s->pitch;
    p->width = s->width;
    p->height = s->height;
    p->bytes = (s->bits + 7u) / 8;
    p->scale = lower(s->width / (COLUMNS_MIN * FONT_WIDTH), s->height / (ROWS_MIN * FONT_HEIGHT));
    p->scale = lower(p->scale, PIXELS_SCALE);
    p->columns = lower(s->width / (FONT_WIDTH * p->scale), PIXELS_COLUMNS);
    p->rows = lower(s->height / (FONT_HEIGHT * p->scale), PIXELS_ROWS);
    for (unsigned i = 0; i < CONSOLE_COLOURS; i++)
        p->ink[i] = pixels_pack(s, colours[i][0], colours[i][1], colours[i][2]);
    return NULL;
}

uint32_t pixels_at(const struct pixels *p, uint32_t row, uint32_t column)
{
    return row * FONT_HEIGHT * p->scale * p->pitch + column * FONT_WIDTH * p->scale * p->bytes;
}

uint32_t pixels_line_words(const struct pixels *p)
{
    return FONT_WIDTH * p->scale * p->bytes / 4;
}

void pixels_line(const struct pixels *p, uint8_t bits, uint32_t ink, uint32_t *to)
{
    uint8_t *byte = (uint8_t *)to;

    for (unsigned bit = 0; bit < FONT_WIDTH; bit++) {
        uint32_t pixel = bits & 0x80 >> bit ? ink : 0;

        for (uint32_t n = 0; n < p->scale; n++)
            for (uint32_t i = 0; i < p->bytes; i++)
                *byte++ = (uint8_t)(pixel >> 8 * i);
    }
}

uint8_t pixels_bits(uint8_t character, uint32_t line, bool underlined)
{
    uint32_t at = (uint32_t)character - FONT_FIRST;

    if (underlined && line - CURSOR_LINE < 2)
        return 0xff;
    if (at >= FONT_CHARACTERS)
        at = FONT_CHARACTERS - 1;
    line -= FONT_EMPTY_LINES;
    return line < FONT_LINES ? font_lines[at][line] : 0;
}
