/* What a capture kernel is, where it lies, and whether its region is large enough. */
#include "kernel/crash/report_crash.h"

#include "kernel/console/print.h"
#include "kernel/crash/region.h"
#include "kernel/crash/room.h"
#include "kernel/load/host.h"
#include "kernel/load/report.h"

static struct room room_of(struct stage *stage)
{
    return room_needed(host_get(), &stage->payload, region.range.start, BATON_CRASH_TAIL);
}

/* It was loaded, but Linux wants more than that. */
static void report_room(struct stage *stage)
{
    struct room room = room_of(stage);
    uint64_t size = region.range.end - region.range.start;

    if (room.all > size)
        report("room",
               "%z may be too little at a crash: the kernel unpacks into %z, the initrd takes %z "
               "and %z unpacked, Linux about %z more, Baton %z, in all %z; boot Baton with "
               "crashkernel=%uM",
               size, room.kernel, room.initrd, room.unpacked, room.work, (uint64_t)BATON_CRASH_TAIL,
               room.all, (uint32_t)room.take);
}

void report_no_room(struct stage *stage, const struct baton_refusal *why)
{
    report("refused",
           "the region %a to %a, %z, has no room for the %s, which needs %z in one piece beside "
           "what else lies there; boot Baton with crashkernel=%uM",
           region.range.start, region.range.end, region.range.end - region.range.start, why->what,
           why->value, (uint32_t)room_of(stage).take);
}

void report_crash(struct stage *stage)
{
    const struct baton_payload *payload = &stage->payload;

    report("crash", "%s, %s, staged at %a; the region is %a to %a, %z", payload->name,
           payload->kind, baton_segment_find(payload, BATON_ROLE_KERNEL, 0)->dest,
           region.range.start, region.range.end, region.range.end - region.range.start);
    report_preferences(stage);
    report_initrd(stage, true);
    report("dump", "core headers at %a; low memory is saved to %a, %z", region.headers, region.low,
           (uint64_t)BATON_CRASH_LOW);
    report_digests(stage);
    report_room(stage);
}
