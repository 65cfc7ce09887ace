/* trampoline: the control code page, part by part, and what it is told. */
#include "kernel/print.h"
#include "kernel/shell/commands.h"
#include "kernel/stage.h"
#include "kernel/window.h"
#include "relocate/control.h"
#include "relocate/list.h"

/* The page as relocate/control.h draws it. */
static const struct {
    uint32_t from, to;
    const char *what;
} parts[] = {
    {0, CONTROL_CODE_MAX, "code and strings"},
    {CONTROL_STUBS, CONTROL_STUBS + CONTROL_VECTORS *CONTROL_STUB_SIZE, "fault stubs"},
    {CONTROL_PARAMS, CONTROL_PARAMS + PARAM_SIZE, "parameters"},
    {CONTROL_GDT, CONTROL_GDT + CONTROL_GDT_SIZE, "GDT"},
    {CONTROL_IDT_VA, CONTROL_IDT_VA + CONTROL_IDT_SIZE, "IDT for the kernel address"},
    {CONTROL_IDT_PA, CONTROL_IDT_PA + CONTROL_IDT_SIZE, "IDT for the physical address"},
    {CONTROL_STACK, CONTROL_STACK_TOP, "stack, growing down"},
};

void command_trampoline(const struct words *words)
{
    const struct stage *stage = stage_loaded();

    if (!command_takes(words, 0))
        return;
    if (!stage) {
        report("refused", "nothing is loaded; load does that");
        return;
    }
    uint32_t pa = (uint32_t)stage->image.control;
    const struct control_params *p =
        (const void *)((const char *)window_map(BATON_WINDOW_PAGE, pa) + CONTROL_PARAMS);

    report("trampoline", "template at %a", (uint64_t)stage->image.host->trampoline_va);
    report("copy", "%a: after the CR3 write both addresses lead there", (uint64_t)pa);
    for (uint32_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
        report("part", "%a to %a %Z  %s", (uint64_t)(pa + parts[i].from),
               (uint64_t)(pa + parts[i].to), (uint64_t)(parts[i].to - parts[i].from),
               parts[i].what);
    report("list", "%a, so its first word is at %a", (uint64_t)p->list,
           (uint64_t)(p->list & ~LIST_FLAGS));
    report("entry", "eip %a eax %a ebx %a ecx %a", (uint64_t)p->eip, (uint64_t)p->eax,
           (uint64_t)p->ebx, (uint64_t)p->ecx);
    report("", "edx %a esi %a edi %a ebp %a", (uint64_t)p->edx, (uint64_t)p->esi, (uint64_t)p->edi,
           (uint64_t)p->ebp);
}
