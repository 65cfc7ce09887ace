/* The call of a payload: what the call page and the host's registers need before it, and what has
 * become of it. i386 only. */
#include "i386.h"
#include "lib/refuse.h"
#include "relocate/handoff/ready.h"
#include "relocate/image/call.h"
#include "relocate/trampoline/call.h"

/* call_through.S has the register contract. */
extern void call_through(uint32_t root, uint32_t control, struct call_saved *saved)
    __attribute__((regparm(3)));

int baton_call(struct baton_image *image, uint32_t *eax, struct baton_refusal *why)
{
    struct call_saved *saved = (void *)(baton_trampoline_page + CONTROL_EXIT);
    struct call_page page;
    struct ready_cpu cpu;
    int error;

    ready_read(image, &cpu);
    error = ready_registers(image, &cpu, why);
    if (!error && !image->call)
        error = refuse_host(why, "the image is not for a call: request->call was false",
                            image->call, 1);
    if (error)
        return error;
    *saved = (struct call_saved){cpu.cr0, cpu.cr3, cpu.cr4, cpu.efer, cpu.efer_high, 0, 0};
    image->armed = 0;
    call_through((uint32_t)image->tables[0], (uint32_t)image->control, saved);
    if (cpu.cr4 & CR4_PGE)
        __asm__ volatile("movl %0, %%cr4" : : "r"(cpu.cr4) : "memory");
    call_renew(image, &page);
    return ready_result(&page, eax, why);
}
