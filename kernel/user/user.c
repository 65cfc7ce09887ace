/* Maps the user program, and enters ring 3. */
#include "kernel/user/user.h"

#include "baton.h"
#include "kernel/console/print.h"
#include "kernel/machine/layout.h"
#include "kernel/machine/tss.h"
#include "kernel/memory/live.h"
#include "kernel/user/program.h"

/* Its stack at the start: no return address, and the argument. */
struct start {
    uint32_t return_address, address;
};

static struct {
    uint8_t rest[BATON_PAGE_SIZE - sizeof(struct start)];
    struct start start;
} user_stack __attribute__((aligned(4096)));

static uint32_t physical(const void *kernel)
{
    return (uint32_t)kernel - KERNEL_BASE;
}

/* IRET to an outer ring takes ss and esp from the stack, too [SDM2 IRET]. The program gets no value of
 * the kernel's in a register: a debugger would take ebp for a frame of the program. */
static void __attribute__((noreturn)) enter(uint32_t eip, uint32_t esp)
{
    __asm__ volatile(
        "movw %w0, %%ds; movw %w0, %%es; movw %w0, %%fs; movw %w0, %%gs\n\t"
        "pushl %0; pushl %1; pushl %2; pushl %3; pushl %4\n\t"
        "xorl %%eax, %%eax; xorl %%ebx, %%ebx; xorl %%ecx, %%ecx; xorl %%edx, %%edx\n\t"
        "xorl %%esi, %%esi; xorl %%edi, %%edi; xorl %%ebp, %%ebp; iret"
        :
        : "r"(SEL_USER_DATA | SELECTOR_RPL), "r"(esp), "i"(EFLAGS_FIXED),
          "i"(SEL_USER_CODE | SELECTOR_RPL), "r"(eip)
        : "memory");
    __builtin_unreachable();
}

bool user_run(uint32_t va)
{
    user_stack.start.address = KERNEL_BASE + KERNEL_LOAD;
    if (!live_map_user(va, physical(user_code), physical(&user_stack)))
        return false;
    report("user", "in ring 3 at %a, stack at %a; the live tables: %u pages, checksum %x",
           (uint64_t)va, (uint64_t)(va - BATON_PAGE_SIZE), live.summary.tables,
           (uint64_t)live.summary.checksum);
    /* What the kernel has on its stack stays, for the dump. */
    tss_inner_stack((uint32_t)__builtin_frame_address(0));
    enter(va | ((uint32_t)user_start & BATON_PAGE_MASK), va - sizeof(struct start));
}
