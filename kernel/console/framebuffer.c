/* Draws cells into a linear framebuffer. Video memory is slow to write, and much slower to read: so
 * it is written 32 bits at a time, and never read. */
#include "kernel/console/framebuffer.h"

#include "kernel/console/cells.h"
#include "kernel/machine/readonly.h"

static struct pixels format READ_ONLY;
static volatile uint8_t *video READ_ONLY;
static struct cells cells;

static void draw(uint32_t row, uint32_t column, uint16_t cell)
{
    uint32_t line[PIXELS_LINE_WORDS];
    uint32_t words = pixels_line_words(&format);
    volatile uint8_t *at = video + pixels_at(&format, row, column);

    for (unsigned i = 0; i < FONT_HEIGHT; i++) {
        uint8_t bits = pixels_bits(CELL_CHARACTER(cell), i, cell & CELL_CURSOR);

        pixels_line(&format, bits, format.ink[CELL_COLOUR(cell)], line);
        for (uint32_t n = 0; n < format.scale; n++) {
            for (uint32_t word = 0; word < words; word++)
                ((volatile uint32_t *)at)[word] = line[word];
            at += format.pitch;
        }
    }
}

static void put(unsigned row, unsigned column, enum console_colour colour, char c)
{
    cells_put(&cells, row, column, colour, c);
}

static void scroll(void)
{
    cells_scroll(&cells, &format);
}

static void show(unsigned row, unsigned column)
{
    cells_show(&cells, &format, row, column, draw);
}

static void urgent(void)
{
    cells_forget(&cells, &format);
}

const struct screen_device framebuffer = {put, scroll, show, urgent};

static void blacken(volatile uint8_t *at, uint32_t bytes)
{
    for (; bytes >= 4; bytes -= 4, at += 4)
        *(volatile uint32_t *)at = 0;
    while (bytes--)
        *at++ = 0;
}

void framebuffer_start(const struct pixels *given, void *at)
{
    READ_ONLY_SET(format, *given);
    READ_ONLY_SET(video, at);
    for (uint32_t y = 0; y < format.height; y++)
        blacken(video + y * format.pitch, format.width * format.bytes);
    cells_empty(&cells, &format);
}
