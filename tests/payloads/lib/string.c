/*
 * The four functions that a compiler may call on its own in freestanding code [C11 4, GCC
 * "Standards"]. Plain loops: speed does not matter here.
 */
#include <stddef.h>
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *a, const void *b, size_t size);

/* The empty asm prevents the compiler from turning a loop into a call of its own function. */
#define NOT_A_CALL() __asm__ volatile("" : : : "memory")

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    return memmove(to, from, size);
}

void *memmove(void *to, const void *from, size_t size)
{
    uint8_t *t = to;
    const uint8_t *f = from;

    if ((uintptr_t)t <= (uintptr_t)f) {
        for (size_t i = 0; i < size; i++) {
            t[i] = f[i];
            NOT_A_CALL();
        }
    } else {
        while (size-- > 0) {
            t[size] = f[size];
            NOT_A_CALL();
        }
    }
    return to;
}

void *memset(void *to, int value, size_t size)
{
    uint8_t *t = to;

    for (size_t i = 0; i < size; i++) {
        t[i] = (uint8_t)value;
        NOT_A_CALL();
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
    const uint8_t *x = a, *y = b;

    for (size_t i = 0; i < size; i++)
        if (x[i] != y[i])
            return x[i] < y[i] ? -1 : 1;
    return 0;
}
