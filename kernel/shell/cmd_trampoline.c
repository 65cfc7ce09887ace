/* trampoline: the parts of the control code page, and its parameters. */
#include <stddef.h>

#include "kernel/console/print.h"
#include "kernel/load/stage.h"
#include "kernel/machine/window.h"
#include "kernel/shell/commands.h"
#include "baton/control.h"
#include "baton/list.h"

/* The page from 0 to its end, in the layout of control.h. */
static const struct {
    uint32_t from;
    const char *what;
} parts[] = {
    {0, "code and strings"},
    {CONTROL_EXIT, "exit: the end of the hand-off"},
    {CONTROL_EXIT + CONTROL_EXIT_SIZE, "jumps that exit and digests call"},
    {CONTROL_FAULT, "fault task: first instruction"},
    {CONTROL_PARAMS, "parameters"},
    {CONTROL_TRACE, "trace: the time of each step"},
    {CONTROL_FAULT_STACK, "fault task: stack"},
    {CONTROL_IDT, "IDT: 32 task gates"},
    {CONTROL_GDT_VA, "GDT for the kernel address"},
    {CONTROL_GDT_PA, "GDT for the physical address"},
    {CONTROL_TSS, "TSS: registers at a fault"},
    {CONTROL_FAULT_TSS_VA, "fault TSS, kernel address"},
    {CONTROL_FAULT_TSS_PA, "fault TSS, physical address"},
    {CONTROL_PHASE, "a fault's phase, and its screen"},
    {CONTROL_LONG_ROOT, "root for an entry in long mode"},
    {CONTROL_RETURN, "in a call: where a fault goes on"},
    {CONTROL_STACK, "stack, growing down"},
    {CONTROL_STACK_TOP, NULL},
};

void command_trampoline(const struct words *words)
{
    const struct stage *stage;

    if (!command_takes(words, 0) || !(stage = command_image()))
        return;
    uint32_t pa = (uint32_t)stage->image.control;
    const struct control_params *p =
        (const void *)((const char *)window_map(BATON_WINDOW_PAGE, pa) + CONTROL_PARAMS);

    report("trampoline", "template at %a", (uint64_t)stage->image.trampoline_va);
    report("copy", "%a: after the CR3 write both addresses lead there", (uint64_t)pa);
    for (uint32_t i = 0; parts[i].what; i++)
        report("part", "%a to %a %Z  %s", (uint64_t)(pa + parts[i].from),
               (uint64_t)(pa + parts[i + 1].from), (uint64_t)(parts[i + 1].from - parts[i].from),
               parts[i].what);
    if (stage->image.call)
        report("call", "page %a has the list, the digests and the payload's entry; eip leads there",
               stage->image.call);
    else
        report("list", "%a, so its first word is at %a", (uint64_t)p->list,
               (uint64_t)(p->list & ~LIST_FLAGS));
    report("entry", "eip %a eax %a ebx %a ecx %a", (uint64_t)p->eip, (uint64_t)p->eax,
           (uint64_t)p->ebx, (uint64_t)p->ecx);
    report("", "edx %a esi %a edi %a ebp %a", (uint64_t)p->edx, (uint64_t)p->esi, (uint64_t)p->edi,
           (uint64_t)p->ebp);
    if (p->digest)
        report("digests", "%a: compares %u segments before the entry", (uint64_t)p->digest,
               stage->image.counts.digests);
    report("ports", "COM %x, exit %x (0x0: none)", (uint64_t)p->com_port, (uint64_t)p->exit_port);
}
