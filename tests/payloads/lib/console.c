/*
 * COM1 for the test payloads, a formatter with four conversions, and the end of the machine.
 * The 16550 is set up again: the payload must not depend on the state that the old kernel left.
 */
#include "lib/console.h"

#include <stdarg.h>

#include "lib/machine.h"

#define COM1 0x3f8
#define UART_DATA (COM1 + 0)
#define UART_IER (COM1 + 1)
#define UART_FCR (COM1 + 2)
#define UART_LCR (COM1 + 3)
#define UART_MCR (COM1 + 4)
#define UART_LSR (COM1 + 5)
#define LCR_8N1 0x03
#define LCR_DIVISOR 0x80
#define LSR_EMPTY 0x20
#define DIVISOR_115200 1

#define DEBUG_EXIT 0xf4
#define BOCHS_PM_CONTROL 0xb004
#define BOCHS_SOFT_OFF 0x2000

void console_open(void)
{
    outb(UART_IER, 0);
    outb(UART_LCR, LCR_DIVISOR | LCR_8N1);
    outb(UART_DATA, DIVISOR_115200);
    outb(UART_IER, 0);
    outb(UART_LCR, LCR_8N1);
    outb(UART_FCR, 0x07); /* FIFOs on and empty */
    outb(UART_MCR, 0x03); /* DTR, RTS */
}

static void put(char c)
{
    /* A limit: a machine without COM1 must still reach its verdict. */
    for (uint32_t i = 0; i < 1000000 && (inb(UART_LSR) & LSR_EMPTY) == 0; i++)
        ;
    outb(UART_DATA, (uint8_t)c);
}

static void put_hex(uint64_t value, int digits)
{
    put('0');
    put('x');
    while (digits-- > 0)
        put("0123456789abcdef"[value >> (4 * digits) & 15]);
}

static void put_decimal(uint32_t value)
{
    char text[10];
    int n = 0;

    do
        text[n++] = (char)('0' + value % 10);
    while ((value /= 10) != 0);
    while (n > 0)
        put(text[--n]);
}

static void put_text(const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\n')
            put('\r');
        put(*text);
    }
}

void say(const char *format, ...)
{
    char one[2] = {0, 0};
    va_list args;

    va_start(args, format);
    for (const char *p = format; *p != '\0'; p++) {
        if (*p != '%' || p[1] == '\0') {
            one[0] = *p;
            put_text(one);
            continue;
        }
        switch (*++p) {
        case 's':
            put_text(va_arg(args, const char *));
            break;
        case 'u':
            put_decimal(va_arg(args, uint32_t));
            break;
        case 'x':
            put_hex(va_arg(args, uint32_t), 8);
            break;
        case 'q':
            put_hex(va_arg(args, uint64_t), 16);
            break;
        default:
            put(*p);
        }
    }
    va_end(args);
}

void say_quoted(const char *text, uint32_t limit)
{
    put('"');
    for (uint32_t i = 0; i < limit && text[i] != '\0'; i++) {
        uint8_t c = (uint8_t)text[i];
        if (c >= ' ' && c < 0x7f && c != '\\') {
            put((char)c);
        } else {
            put('\\');
            put('x');
            put("0123456789abcdef"[c >> 4]);
            put("0123456789abcdef"[c & 15]);
        }
    }
    put('"');
}

void finish(uint8_t code)
{
    outb(DEBUG_EXIT, code);
    outw(BOCHS_PM_CONTROL, BOCHS_SOFT_OFF);
    for (;;)
        __asm__ volatile("cli; hlt");
}
