/*
 * Exits: how the hand-off ends. Each kind of entry (enum baton_entry_kind) has code of its own, in
 * a file of its own, position independent and of CONTROL_EXIT_SIZE bytes. The load copies the one
 * that the payload asks for to CONTROL_EXIT in the control page; the trampoline jumps there when
 * the list and the digests are done.
 *
 * The contract of an exit:
 *
 *   In:     ebp = pa of the control page, in which it runs; paging off, flat segments, CS and SS
 *           from the page's GDT; the page's stack, empty; DF clear, interrupts off. CR0, CR3, EFER,
 *           debug registers and LDT are as H9 says; CR4 may have MCE, so a fault is still reported, and
 *           OSFXSR
 *   Reads:  its page alone (H2), from CONTROL_PARAMS on the entry's registers. One that switches
 *           paging on brings control pages as tables
 *   Calls:  CONTROL_STEP(%ebp) once, with CONTROL_LAST_STEP in ebx
 *   Writes: CR4, if there is one: that waits for the list's stores (pages.inc)
 *   Out:    never; the payload runs
 */
#ifndef RELOCATE_TRAMPOLINE_EXIT_H
#define RELOCATE_TRAMPOLINE_EXIT_H

#include "baton/control.h"

extern const uint8_t exit_flat32[CONTROL_EXIT_SIZE], exit_long64[CONTROL_EXIT_SIZE],
    exit_real16[CONTROL_EXIT_SIZE], exit_call[CONTROL_EXIT_SIZE];

/* The code for this kind of entry; NULL: there is no such kind. */
static inline const uint8_t *exit_code(uint32_t kind)
{
    switch (kind) {
    case BATON_ENTRY_FLAT32:
        return exit_flat32;
    case BATON_ENTRY_LONG64:
        return exit_long64;
    case BATON_ENTRY_REAL16:
        return exit_real16;
    default:
        return NULL;
    }
}

/* The code for this kind of entry where the payload returns. */
static inline const uint8_t *exit_code_of_call(uint32_t kind)
{
    return kind == BATON_ENTRY_FLAT32 ? exit_call : NULL;
}

#endif
