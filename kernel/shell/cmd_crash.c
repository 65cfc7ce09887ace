/* crash: the old kernel dies on purpose, and the capture kernel takes over. */
#include "kernel/crash.h"
#include "kernel/print.h"
#include "kernel/shell/commands.h"
#include "kernel/stop.h"

void command_crash(const struct words *words)
{
    if (!command_takes(words, 0))
        return;
    if (!crash_loaded()) {
        report("refused", "no capture kernel is loaded; load -p does that, or crash= at boot");
        return;
    }
    panic("on purpose (crash)");
}
