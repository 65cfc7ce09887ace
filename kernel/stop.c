/* Halting, resetting, and telling the emulator. */
#include "kernel/stop.h"

#include <stdarg.h>

#include "kernel/console.h"
#include "kernel/cpu.h"
#include "kernel/print.h"

#define RESET_CONTROL 0xcf9 /* [ICH] full reset */
#define RESET_FULL 0x06
#define KEYBOARD_COMMAND 0x64
#define KEYBOARD_PULSE_RESET 0xfe

static uint16_t exit_port;
static bool reset;

void stop_options(const struct options *options)
{
    exit_port = options->exit_port;
    reset = options->onfault == FAULT_RESET;
}

void stop_reset(void)
{
    out8(RESET_CONTROL, RESET_FULL);
    out8(KEYBOARD_COMMAND, KEYBOARD_PULSE_RESET);
}

void stop(int code)
{
    if (exit_port)
        out8(exit_port, (uint8_t)code);
    if (reset) {
        report("stop", "resetting the machine (onfault=reset)");
        stop_reset();
    }
    report("stop", "halted; switch off, or reset by hand");
    for (;;)
        cpu_halt();
}

void panic(const char *format, ...)
{
    va_list arguments;

    console_urgent();
    va_start(arguments, format);
    print("panic       ");
    print_list(format, arguments);
    print("\n");
    va_end(arguments);
    stop(EXIT_PANIC);
}
