/* Halts, resets, and reports the end to the emulator. */
#include "kernel/end/stop.h"

#include <stdarg.h>

#include "kernel/console/console.h"
#include "kernel/console/print.h"
#include "kernel/crash/vault.h"
#include "kernel/devices/watchdog.h"
#include "kernel/machine/cpu.h"
#include "kernel/machine/layout.h"
#include "kernel/machine/panic.h"
#include "kernel/machine/readonly.h"

#define RESET_CONTROL 0xcf9 /* [ICH] full reset */
#define RESET_FULL 0x06
#define KEYBOARD_COMMAND 0x64
#define KEYBOARD_PULSE_RESET 0xfe

/* An emulator may not stop at the instruction that writes to its exit port: in QEMU 10 the CPU runs
 * until another thread notices the write. The kernel must not print another line meanwhile, so it
 * reads an unused port this many times. On a real machine a read takes about a microsecond: where
 * there is no exit port, the kernel continues after five seconds. */
#define EXIT_WAIT_READS 5000000
#define UNUSED_PORT 0x80

#define DEATHS_PRINTED 2

static uint16_t exit_port READ_ONLY;
static bool reset READ_ONLY;
static uint32_t deaths READ_ONLY; /* crashes after which no capture kernel ran */

void stop_options(const struct options *options)
{
    exit_port = options->exit_port;
    reset = options->onfault == FAULT_RESET;
}

bool stop_may_print(void)
{
    READ_ONLY_SET(deaths, deaths + 1);
    return deaths <= DEATHS_PRINTED;
}

void stop_reset(void)
{
    out8(RESET_CONTROL, RESET_FULL);
    out8(KEYBOARD_COMMAND, KEYBOARD_PULSE_RESET);
}

/* Returns where there is no capture kernel, or none that can be entered. */
static void hand_over(void)
{
    const char *why;

    if (vault_ready()) {
        report("crash", "handing over to the capture kernel");
        vault_take();
    }
    why = vault_lost();
    if (why)
        report("crash", "the capture kernel is not entered: %s", why);
}

void stop(int code)
{
    bool prints = deaths <= DEATHS_PRINTED;

    if (code == EXIT_PANIC && prints)
        hand_over();
    watchdog_end();
    if (exit_port) {
        out8(exit_port, (uint8_t)code);
        for (uint32_t i = 0; i < EXIT_WAIT_READS; i++)
            in8(UNUSED_PORT);
    }
    if (reset) {
        if (prints)
            report("stop", "resetting the machine (onfault=reset)");
        stop_reset();
    }
    if (prints)
        report("stop", "halted; switch off, or reset by hand");
    for (;;)
        cpu_halt();
}

/* Saves the current registers for the dump: gdb unwinds the stack from here. */
static inline __attribute__((always_inline)) bool note_here(void)
{
    struct baton_dump_registers r = {.ds = SEL_DATA,
                                     .es = SEL_DATA,
                                     .fs = SEL_DATA,
                                     .gs = SEL_DATA,
                                     .ss = SEL_DATA,
                                     .cs = SEL_CODE,
                                     .orig_eax = UINT32_MAX};

    __asm__ volatile("movl %%ebx, %0; movl %%esi, %1; movl %%edi, %2; movl %%ebp, %3;"
                     "movl %%esp, %4; pushfl; popl %5; call 1f; 1: popl %6"
                     : "=m"(r.ebx), "=m"(r.esi), "=m"(r.edi), "=m"(r.ebp), "=m"(r.esp),
                       "=r"(r.eflags), "=r"(r.eip)
                     :
                     : "memory");
    return vault_note(&r);
}

void panic(const char *format, ...)
{
    va_list arguments;

    if (note_here() || stop_may_print()) {
        console_urgent();
        va_start(arguments, format);
        print("panic       ");
        print_list(format, arguments);
        print("\n");
        va_end(arguments);
    }
    stop(EXIT_PANIC);
}
