/* trampoline: the control code page, part by part, and what it is told. */
#include "kernel/print.h"
#include "kernel/shell/commands.h"
#include "kernel/stage.h"
#include "kernel/window.h"
#include "relocate/control.h"
#include "relocate/list.h"

static void part(uint32_t pa, uint32_t from, uint32_t to, const char *what)
{
    report("page", "%a %x to %x, %u bytes: %s", (uint64_t)(pa + from), (uint64_t)from, (uint64_t)to,
           to - from, what);
}

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

    report("trampoline",
           "template at %a, its copy at %a; after the CR3 write both addresses lead "
           "to the copy",
           (uint64_t)stage->image.host->trampoline_va, (uint64_t)pa);
    part(pa, 0, CONTROL_CODE_MAX, "code and strings");
    part(pa, CONTROL_STACK, CONTROL_STACK_TOP, "stack, growing down");
    report("list", "%a, first word at %a", (uint64_t)p->list, (uint64_t)(p->list & ~LIST_FLAGS));
    report("entry", "eip %a eax %a ebx %a ecx %a edx %a esi %a edi %a ebp %a", (uint64_t)p->eip,
           (uint64_t)p->eax, (uint64_t)p->ebx, (uint64_t)p->ecx, (uint64_t)p->edx, (uint64_t)p->esi,
           (uint64_t)p->edi, (uint64_t)p->ebp);
}
