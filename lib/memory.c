/* The four functions that GCC requires in every environment. With -flto it may insert calls to them
 * late, after unused functions are removed; so they are always kept. [GCC: Standards] */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *to, const void *from, size_t n) __attribute__((used));
void *memmove(void *to, const void *from, size_t n) __attribute__((used));
void *memset(void *to, int value, size_t n) __attribute__((used));
int memcmp(const void *a, const void *b, size_t n) __attribute__((used));

void *memcpy(void *to, const void *from, size_t n)
{
    void *at = to;
    size_t words = n / 4, rest = n % 4;

    __asm__ volatile("rep movsl" : "+D"(at), "+S"(from), "+c"(words) : : "memory");
    __asm__ volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(rest) : : "memory");
    return to;
}

void *memmove(void *to, const void *from, size_t n)
{
    uint8_t *t = to;
    const uint8_t *f = from;

    if ((uintptr_t)t - (uintptr_t)f >= n)
        return memcpy(to, from, n);
    while (n--) {
        t[n] = f[n];
        __asm__ volatile("" : : : "memory"); /* else GCC turns the loop into a call of memmove */
    }
    return to;
}

void *memset(void *to, int value, size_t n)
{
    void *at = to;
    size_t words = n / 4, rest = n % 4;
    uint32_t fill = (uint8_t)value * 0x01010101u;

    __asm__ volatile("rep stosl" : "+D"(at), "+c"(words) : "a"(fill) : "memory");
    __asm__ volatile("rep stosb" : "+D"(at), "+c"(rest) : "a"(fill) : "memory");
    return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const uint8_t *x = a, *y = b;
    size_t words = n / 4, rest = n % 4;
    bool differ;

    /* the first CMP is for n < 4: REPE then leaves the flags as they are */
    __asm__("cmpl %%ecx, %%ecx\n\trepe cmpsl"
            : "+S"(x), "+D"(y), "+c"(words), "=@ccne"(differ)
            :
            : "memory");
    if (differ) { /* in the last word that it has read */
        x -= 4;
        y -= 4;
        rest = 4;
    }
    for (; rest; rest--, x++, y++)
        if (*x != *y)
            return *x - *y;
    return 0;
}
