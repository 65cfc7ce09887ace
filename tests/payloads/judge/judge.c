/*
 * The judge's main function, its report lines and its verdict.
 * Exit codes: 0x20 passed, 0x21 failed (QEMU's exit status is 2 * code + 1: 65, 67).
 */
#include "judge/judge.h"

#include "lib/console.h"

#define EXIT_PASS 0x20
#define EXIT_FAIL 0x21

static uint32_t failures;
static struct handover handover;

void judge(void);

void check(const char *name, uint32_t found, uint32_t expected)
{
    if (found == expected) {
        say("judge %s ok\n", name);
        return;
    }
    failures++;
    say("judge %s FAIL found %x expected %x\n", name, found, expected);
}

void check_that(const char *name, bool good, uint32_t found, const char *wish)
{
    if (good) {
        say("judge %s ok\n", name);
        return;
    }
    failures++;
    say("judge %s FAIL found %x expected %s\n", name, found, wish);
}

void judge(void)
{
    console_open();
    say("\njudge starts\n");
    bytes_check();
    registers_check();
    contract_registers();

    if (contract_read(&handover)) {
        segments_check(&handover);
        live_check(&handover);
        handover_check(&handover);
        trace_check(&handover);
    }
    devices_check();

    if (failures == 0) {
        say("BATON-VERDICT pass\n");
        finish(EXIT_PASS);
    }
    say("BATON-VERDICT fail %u checks\n", failures);
    finish(EXIT_FAIL);
}
