/* Reads digits, and the unit after them. */
#include "lib/number.h"

static uint32_t digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return (uint32_t)(c - '0');
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10) : 99;
}

static unsigned shift_of(char unit)
{
    unit |= 0x20;
    return unit == 'k' ? 10 : unit == 'm' ? 20 : unit == 'g' ? 30 : 0;
}

static void advance(const char **at, uint32_t *left, uint32_t n)
{
    *at += n;
    *left -= n;
}

bool number_take(const char **at, uint32_t *left, uint64_t *value)
{
    uint32_t base = *left > 2 && (*at)[0] == '0' && ((*at)[1] | 0x20) == 'x' ? 16 : 10;
    uint64_t sum = 0, most = base == 16 ? UINT64_MAX >> 4 : UINT64_MAX / 10;

    if (base == 16)
        advance(at, left, 2);
    if (!*left || digit_of(**at) >= base)
        return false;
    for (; *left && digit_of(**at) < base; advance(at, left, 1)) {
        uint64_t next = sum * base + digit_of(**at);

        if (sum > most || next < sum * base)
            return false;
        sum = next;
    }
    unsigned shift = *left ? shift_of(**at) : 0;
    if (shift)
        advance(at, left, 1);
    *value = sum << shift;
    return *value >> shift == sum;
}
