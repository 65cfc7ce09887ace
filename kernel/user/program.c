/*
 * The user program: calls within calls, so that a backtrace has several frames. It is linked on a page
 * of the kernel's image and runs at another address, so it has only relative calls and no data.
 */
#include "kernel/user/program.h"

/* Each function stays as it is written, and a frame of its own: a clang has no noipa. */
#if __has_attribute(noipa)
#define USER __attribute__((section(".user"), noipa))
#else
#define USER __attribute__((section(".user"), noinline, optnone))
#endif

static USER uint32_t inner(const volatile uint32_t *address)
{
    return *address; /* it ends here */
}

/* The additions come after the calls, so that none of these is a jump: each has its frame. */
static USER uint32_t middle(const volatile uint32_t *address)
{
    return inner(address) + 1;
}

static USER uint32_t outer(const volatile uint32_t *address)
{
    return middle(address) + 1;
}

USER void user_start(const volatile uint32_t *address)
{
#ifdef __GCC_HAVE_DWARF2_CFI_ASM            /* not with -g0 */
    __asm__ volatile(".cfi_undefined eip"); /* nobody has called it: a backtrace ends here */
#endif
    for (;;)
        outer(address);
}
