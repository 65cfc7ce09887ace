/* Numbers out of the input, and the way out. */
#include "tests/fuzz/fuzz.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void fuzz_wrong(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    fputs("finding: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    abort();
}

uint64_t fuzz_number(struct fuzz_bytes *bytes, unsigned size)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < size && bytes->left; i++, bytes->at++, bytes->left--)
        value |= (uint64_t)*bytes->at << 8 * i;
    return value;
}
