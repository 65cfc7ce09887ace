/* Reads which timers may raise interrupts. [MC146818A], [HPET 2.3] */
#include "kernel/devices/timers.h"

#define CLOCK_B 0x0b
#define CLOCK_NONE 0xff

/* Registers of the HPET, and their bits. [HPET 2.3.4, 2.3.5, 2.3.8] */
enum {
    HPET_CAPABILITIES = 0x000,
    HPET_PERIOD = 0x004,
    HPET_CONFIGURATION = 0x010,
    HPET_TIMER = 0x100,
};
enum { HPET_ALIGN = 8, HPET_TIMER_SIZE = 0x20 };
#define HPET_LAST(capabilities) ((capabilities) >> 8 & 0x1f) /* the number of the last timer */
#define HPET_PERIOD_MAX 100000000u                           /* femtoseconds of a tick */
#define HPET_COUNTS 0x1u
#define HPET_LEGACY 0x2u
#define HPET_TIMER_ON 0x4u

void timers_read(const struct timers_access *access, uint64_t hpet, struct timers *found)
{
    uint8_t clock = access->clock(CLOCK_B);
    uint32_t period, configuration;

    *found = (struct timers){0};
    found->clock = clock != CLOCK_NONE;
    if (found->clock)
        found->clock_on = clock & (CLOCK_UPDATE | CLOCK_ALARM | CLOCK_PERIODIC);
    /* The period tells an HPET from an address where nothing answers. */
    period = hpet && hpet % HPET_ALIGN == 0 ? access->peek(hpet + HPET_PERIOD) : 0;
    if (!period || period > HPET_PERIOD_MAX)
        return;
    configuration = access->peek(hpet + HPET_CONFIGURATION);
    found->hpet = true;
    found->counts = configuration & HPET_COUNTS;
    found->legacy = configuration & HPET_LEGACY;
    found->count = HPET_LAST(access->peek(hpet + HPET_CAPABILITIES)) + 1;
    for (uint32_t i = found->count; i--;)
        if (access->peek(hpet + HPET_TIMER + (uint64_t)i * HPET_TIMER_SIZE) & HPET_TIMER_ON) {
            found->first = i;
            found->hpet_on++;
        }
}
