/* fault KIND: raises an exception in the old kernel on purpose. Each ends like a real one. */
#include "kernel/console/print.h"
#include "kernel/crash/crash.h"
#include "kernel/end/stop.h"
#include "kernel/machine/cpu.h"
#include "kernel/machine/layout.h"
#include "kernel/machine/panic.h"
#include "kernel/shell/commands.h"
#include "kernel/user/user.h"
#include "lib/text.h"

#define UNMAPPED 0x1000u /* below 3 GiB at most the user program is mapped, above 64 KiB */

static void divide(void)
{
    __asm__ volatile("divl %0" : : "r"(0), "a"(1), "d"(0) : "cc");
}

static void debug(void)
{
    __asm__ volatile("int $1");
}

static void nmi(void)
{
    __asm__ volatile("int $2");
}

static void breakpoint(void)
{
    __asm__ volatile("int3");
}

static void overflow(void)
{
    __asm__ volatile("movb $0x7f, %%al; addb $1, %%al; into" : : : "eax", "cc");
}

static void bound(void)
{
    static const int32_t limits[2] = {0, 1};

    __asm__ volatile("bound %0, %1" : : "r"(2), "m"(limits));
}

static void opcode(void)
{
    __asm__ volatile("ud2");
}

/* CR0.EM set means: no FPU. [SDM3 2.5] */
static void fpu(void)
{
    __asm__ volatile("movl %0, %%cr0; fnop" : : "r"(cpu_cr0() | CR0_EM));
}

/* An IRET with EFLAGS.NT returns to the previous task, but there is none. [SDM3 7.4] */
static void task(void)
{
    __asm__ volatile("pushfl; orl $0x4000, (%%esp); popfl; iret" : : : "memory", "cc");
}

static void absent(void)
{
    __asm__ volatile("movw %w0, %%fs" : : "r"(SEL_ABSENT));
}

static void stack_segment(void)
{
    __asm__ volatile("movw %w0, %%ss" : : "r"(SEL_ABSENT));
}

/* The error stays pending until the next waiting FPU instruction. [SDM3 6.15, vector 16] */
static void math(void)
{
    static const uint16_t zero_divide = 0x037b; /* the usual control word, that error unmasked */

    __asm__ volatile("movl %0, %%cr0; fninit; fldcw %1; fld1; fldz; fdivrp; fwait"
                     :
                     : "r"(cpu_cr0() | CR0_NE), "m"(zero_divide));
}

/* Without an error code, like a real machine check. */
static void machine(void)
{
    __asm__ volatile("int $18");
}

/* An emulator may support SSE without its exceptions; QEMU's TCG does so. [SDM3 6.15, vector 19] */
static void simd(void)
{
    static const uint32_t zero_divide = 0x1d80; /* MXCSR: that error unmasked, the others masked */
    static const float one = 1;

    if (!cpu.sse)
        return;
    cpu_set_cr4(cpu_cr4() | CR4_OSFXSR | CR4_OSXMMEXCPT);
    __asm__ volatile("ldmxcsr %0; movss %1, %%xmm0; xorps %%xmm1, %%xmm1; divss %%xmm1, %%xmm0"
                     :
                     : "m"(zero_divide), "m"(one));
}

static void segment(void)
{
    __asm__ volatile("movw %w0, %%fs" : : "r"(0xfff8)); /* far beyond the GDT */
}

static void page_read(void)
{
    (void)*(volatile uint32_t *)UNMAPPED;
}

static void page_write(void)
{
    /* the kernel's own code: mapped, but read-only */
    *(volatile uint8_t *)(uintptr_t)page_write = 0;
}

static void page_execute(void)
{
    ((void (*)(void))UNMAPPED)();
}

/* The stack grows into the guard page. The CPU cannot push the page fault's frame there: a double
 * fault. */
static void stack(void)
{
    __asm__ volatile("1: pushl $0; jmp 1b");
}

/* Where the identity mapping of the capture kernel's control page would be, if there were one: that
 * is what a hand-off must not overwrite (H1). */
static void user(void)
{
    struct stage *capture = crash_loaded();

    if (!user_run(capture ? (uint32_t)capture->image.control : USER_BASE))
        report("refused", "no memory is free for the user program's page tables");
}

/* Loops until an NMI comes, from a watchdog or from another source. */
static void hang(void)
{
    for (;;)
        __asm__ volatile("rep; nop"); /* PAUSE, a NOP to older CPUs */
}

static void give_up(void)
{
    panic("on purpose (fault panic)");
}

static const struct {
    const char *name, *what;
    void (*raise)(void);
} kinds[] = {
    {"divide", "vector 0, a division by zero", divide},
    {"debug", "vector 1, int 1", debug},
    {"nmi", "vector 2, int 2", nmi},
    {"breakpoint", "vector 3, int 3", breakpoint},
    {"overflow", "vector 4, into", overflow},
    {"bound", "vector 5, bound", bound},
    {"opcode", "vector 6, ud2", opcode},
    {"fpu", "vector 7, an FPU instruction where CR0.EM forbids it", fpu},
    {"stack", "vector 8, a stack overflow", stack},
    {"task", "vector 10, an IRET to a task that does not exist", task},
    {"absent", "vector 11, a segment that is not present", absent},
    {"ss", "vector 12, a stack segment that is not present", stack_segment},
    {"segment", "vector 13, a selector beyond the GDT", segment},
    {"read", "vector 14, a read where nothing is mapped", page_read},
    {"write", "vector 14, a write to the kernel's code", page_write},
    {"execute", "vector 14, a call to where nothing is mapped", page_execute},
    {"user", "vector 14, a read of the kernel's memory by a program in ring 3", user},
    {"math", "vector 16, an FPU division by zero", math},
    {"machine", "vector 18, int 18", machine},
    {"simd", "vector 19, an SSE division by zero", simd},
    {"panic", "no vector: panic(), as for a bug that the kernel detects", give_up},
    {"hang", "no vector: an endless loop, until an NMI comes (watchdog=)", hang},
};

/* Raises the kind of fault that `text` names, up to a blank. false: there is no such kind. */
static bool raise_kind(const char *text)
{
    for (uint32_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
        const char *rest = text_after(text, kinds[i].name);

        if (!rest || (*rest && *rest != ' '))
            continue;
        report("fault", "%s", kinds[i].what);
        kinds[i].raise();
        report("fault", "nothing happened"); /* this CPU does not raise that exception */
        return true;
    }
    return false;
}

void fault_raise(const char *text)
{
    if (!raise_kind(text))
        report("refused", "fault= names no kind of fault; the shell's command fault lists them");
    stop(EXIT_REFUSED);
}

void command_fault(const struct words *words)
{
    if (!command_takes(words, 1))
        return;
    if (words->count == 1)
        for (uint32_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
            report(kinds[i].name, "%s", kinds[i].what);
    else if (!raise_kind(words->word[1]))
        command_usage(words, "there is no such kind; fault alone lists them");
}
