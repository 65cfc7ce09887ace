/* The point of no return. i386 only: the host tests replay the list on paper instead. */
#include "relocate/trampoline/control.h"

/* relocate/trampoline/trampoline.S has the register contract. */
extern void baton_trampoline(uint32_t root, uint32_t control) __attribute__((regparm(2), noreturn));

static uint64_t time_stamp(void)
{
    uint64_t ticks;

    __asm__ volatile("rdtsc" : "=A"(ticks));
    return ticks;
}

/* The first stamp goes into the template: the trampoline carries it over to the control page. */
void baton_handoff(const struct baton_image *image)
{
    struct control_trace *node = (void *)(baton_trampoline_page + CONTROL_TRACE);

    if (image->machine & MACHINE_HAS_TSC)
        node->trace.ticks[BATON_TRACE_EXEC] = image->exec_ticks ? image->exec_ticks : time_stamp();
    baton_trampoline((uint32_t)image->tables[0], (uint32_t)image->control);
}
