/* crash: the old kernel panics on purpose, and the capture kernel takes over. */
#include "kernel/machine/panic.h"
#include "kernel/shell/commands.h"

void command_crash(const struct words *words)
{
    if (command_takes(words, 0) && command_capture())
        panic("on purpose (crash)");
}
