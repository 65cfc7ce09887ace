/* Formatting for people: numbers with separators, sizes with units. */
#include "kernel/console/print.h"

#include "kernel/console/console.h"
#include "lib/text.h"

#define LINE_LENGTH 512
#define NUMBER_WIDTH 9    /* %N */
#define BYTES_WIDTH 10    /* %Z */
#define ADDRESS_WIDTH 11  /* %A: up to 64 GiB */
#define CONVERSION_MAX 32 /* characters of the longest number */

static void grouped(struct text *out, uint64_t value)
{
    char digits[24];
    struct text plain = {digits, sizeof(digits), 0};

    text_decimal(&plain, value);
    for (size_t i = 0; i < plain.length; i++) {
        if (i && (plain.length - i) % 3 == 0)
            text_char(out, ',');
        text_char(out, digits[i]);
    }
}

/* Rounded to a tenth: "512 bytes", "64 KiB", "5.5 MiB", "3.5 GiB". */
static void bytes(struct text *out, uint64_t value)
{
    static const char *const units[] = {" KiB", " MiB", " GiB", " TiB"};
    unsigned shift = 10, unit = 0;

    if (value < 1024) {
        text_decimal(out, value);
        text_add(out, value == 1 ? " byte" : " bytes");
        return;
    }
    while (unit < 3 && value >> (shift + 10)) {
        shift += 10;
        unit++;
    }
    uint64_t tenths = ((value >> (shift - 10)) * 10 + 512) >> 10;
    uint32_t small = (uint32_t)tenths; /* below 10240 */
    text_decimal(out, small / 10);
    if (small % 10) {
        text_char(out, '.');
        text_decimal(out, small % 10);
    }
    text_add(out, units[unit]);
}

/* What write() prints, right-aligned. */
static void aligned(struct text *out, size_t width, void (*write)(struct text *, uint64_t),
                    uint64_t value)
{
    char small[24];
    struct text alone = {small, sizeof(small), 0};

    write(&alone, value);
    for (size_t i = alone.length; i < width; i++)
        text_char(out, ' ');
    text_add(out, small);
}

/* Prints and empties the buffer when less than `room` is left, so that text may have any length. */
static void make_room(struct text *out, size_t room)
{
    if (out->length + room < out->size)
        return;
    console_write(out->at);
    out->length = 0;
    out->at[0] = '\0';
}

static void string(struct text *out, const char *value)
{
    for (; *value; value++) {
        make_room(out, 2);
        text_char(out, *value);
    }
}

static void address(struct text *out, uint64_t value)
{
    size_t start = out->length;

    text_address(out, value);
    while (out->length < start + ADDRESS_WIDTH)
        text_char(out, ' ');
}

static void format_into(struct text *out, const char *format, va_list arguments)
{
    for (; *format; format++) {
        make_room(out, CONVERSION_MAX);
        if (*format != '%') {
            text_char(out, *format);
            continue;
        }
        switch (*++format) {
        case 's':
            string(out, va_arg(arguments, const char *));
            break;
        case 'c':
            text_char(out, (char)va_arg(arguments, int));
            break;
        case 'u':
            text_decimal(out, va_arg(arguments, uint32_t));
            break;
        case 'n':
            grouped(out, va_arg(arguments, uint64_t));
            break;
        case 'N':
            aligned(out, NUMBER_WIDTH, grouped, va_arg(arguments, uint64_t));
            break;
        case 'a':
            text_address(out, va_arg(arguments, uint64_t));
            break;
        case 'A':
            address(out, va_arg(arguments, uint64_t));
            break;
        case 'x':
            text_hex(out, va_arg(arguments, uint64_t));
            break;
        case 'Z':
            aligned(out, BYTES_WIDTH, bytes, va_arg(arguments, uint64_t));
            break;
        case 'z':
            bytes(out, va_arg(arguments, uint64_t));
            break;
        default:
            text_char(out, *format);
        }
    }
}

void print_list(const char *format, va_list arguments)
{
    char line[LINE_LENGTH];
    struct text out = {line, sizeof(line), 0};

    line[0] = '\0';
    format_into(&out, format, arguments);
    console_write(line);
}

void print(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_list(format, arguments);
    va_end(arguments);
}

/* Errors have their own colour on the screen. */
static enum console_colour colour_of(const char *step)
{
    static const char *const troubles[] = {"refused", "panic", "exception", "broken"};

    for (unsigned i = 0; i < sizeof(troubles) / sizeof(*troubles); i++) {
        const char *a = step, *b = troubles[i];

        while (*a && *a == *b) {
            a++;
            b++;
        }
        if (*a == *b)
            return CONSOLE_TROUBLE;
    }
    return CONSOLE_STEP;
}

void report(const char *step, const char *format, ...)
{
    char line[LINE_LENGTH];
    struct text out = {line, sizeof(line), 0};
    va_list arguments;

    text_add(&out, step);
    do
        text_char(&out, ' ');
    while (out.length < CONSOLE_INDENT);
    screen_colour(colour_of(step));
    console_write(line);
    screen_colour(CONSOLE_PLAIN);
    out.length = 0;
    line[0] = '\0';
    va_start(arguments, format);
    format_into(&out, format, arguments);
    va_end(arguments);
    make_room(&out, 2);
    text_char(&out, '\n');
    console_write(line);
}
