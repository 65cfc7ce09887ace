/* A read or a write that returns after a page fault. */
#include "kernel/machine/probe.h"

#include <stdint.h>

#include "baton.h"
#include "kernel/machine/readonly.h"

/* Where to continue after a fault; NULL: the fault is not probe's. It points to the stack,
 * because a crashing kernel may change only the stack. */
static void **place READ_ONLY;

#define PLACE_WORDS 5 /* of __builtin_setjmp */

bool probe(const void *from, const void *to, bool write)
{
    void *here[PLACE_WORDS];

    if (__builtin_setjmp(here)) {
        READ_ONLY_SET(place, NULL);
        return false;
    }
    READ_ONLY_SET(place, here);
    for (uintptr_t at = (uintptr_t)from; at < (uintptr_t)to; at += BATON_PAGE_SIZE) {
        volatile uint32_t *word = (volatile uint32_t *)at;
        uint32_t value = *word;

        if (write)
            *word = value;
    }
    READ_ONLY_SET(place, NULL);
    return true;
}

void probe_fault(void)
{
    if (place)
        __builtin_longjmp(place, 1);
}
