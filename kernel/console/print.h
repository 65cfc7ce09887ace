/*
 * Formatted text for people. Conversions:
 *   %s string   %c character   %u uint32_t   %n uint64_t, "1,406"
 *   %a uint64_t address, 0x and 8 digits   %x uint64_t, 0x and as many digits as needed
 *   %z uint64_t bytes, "5.5 MiB"
 *   %N, %Z: as %n and %z, right-aligned in 9 and 10 columns; %A: as %a, left-aligned in 11
 */
#ifndef KERNEL_CONSOLE_PRINT_H
#define KERNEL_CONSOLE_PRINT_H

#include <stdarg.h>
#include <stdint.h>

void print(const char *format, ...);
void print_list(const char *format, va_list arguments);

#define REPORT_STEP_MAX 12 /* bytes of a step's name, NUL included */

/* Prints one line: a step's name (at most 11 characters), then what happened. */
void report(const char *step, const char *format, ...);

/* "1 page", "3 pages" */
static inline const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

#endif
