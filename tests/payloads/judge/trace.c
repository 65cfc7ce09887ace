/*
 * The hand-off's time stamps, in the control page: one for each phase if the CPU has a time-stamp
 * counter, else none. Each is later than the previous one.
 */
#include "judge/judge.h"
#include "lib/console.h"
#include "lib/machine.h"

#define EDX_TSC (1u << 4)
#define PHASES 7 /* as in baton.h, but counted independently */

static bool has_counter(void)
{
    return has_cpuid() && cpuid(0).eax >= 1 && (cpuid(1).edx & EDX_TSC) != 0;
}

void trace_check(const struct handover *h)
{
    const struct baton_trace *trace = (const void *)(uintptr_t)h->trace;
    uint32_t early = 0, written = 0;

    check_that("trace-place", h->trace > h->control &&
                   h->trace + sizeof *trace <= (uint64_t)h->control + BATON_PAGE_SIZE,
               h->trace, "in the control page");
    if (h->trace == 0)
        return;
    check("trace-version", trace->version, 2);
    check("trace-count", trace->count, has_counter() ? PHASES : 0);
    for (uint32_t i = 0; i < PHASES && !has_counter(); i++)
        if (trace->ticks[i] != 0)
            written = i + 1;
    check("trace-none", written, 0);
    if (trace->count != PHASES || !has_counter())
        return;
    for (uint32_t i = 1; i < PHASES; i++)
        if (trace->ticks[i] < trace->ticks[i - 1])
            early = i;
    check("trace-order", early, 0);
    check_that("trace-complete", trace->ticks[0] != 0 && trace->ticks[PHASES - 1] > trace->ticks[0],
               (uint32_t)trace->ticks[0], "time that goes by");
    check_that("trace-now", rdtsc() > trace->ticks[PHASES - 1],
               (uint32_t)trace->ticks[PHASES - 1], "in the past");
    say("note trace %u ticks from exec to entry\n",
        (uint32_t)(trace->ticks[PHASES - 1] - trace->ticks[0]));
}
