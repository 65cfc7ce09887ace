/*
 * The old kernel as the core's host: load, unload, hand off. One image is loaded at a time; a load
 * that is refused leaves the earlier one as it was (H7).
 */
#ifndef KERNEL_LOAD_STAGE_H
#define KERNEL_LOAD_STAGE_H

#include "boot/bootinfo.h"
#include "kernel/options/options.h"

struct stage_options {
    uint32_t kernel; /* boot module, numbered from 1 */
    struct option_modules initrds;
    const char *command_line; /* copied; NULL: the kernel module's own string */
    enum baton_policy place;
    enum option_verify verify;
    bool call; /* the payload returns */
    struct option_format format;
};

#define STAGE_LINE 2048 /* bytes of a command line of one's own, NUL included */

struct stage {
    uint32_t kernel; /* as wanted */
    struct baton_request request;
    struct baton_payload payload;
    struct baton_image image;
    char own_line[STAGE_LINE];
    struct option_format format;
};

/* Call it once, when the live tables are in use. What the pointers point to must not change. */
void stage_start(struct boot_info *boot, const struct options *options,
                 const struct baton_memory *memory, uint32_t count);

/* The default: the first module, with all others as its initrds, in order; without the capture
 * kernel's if that is another module (crash=). */
struct stage_options stage_default(void);

/* Loads; what was loaded before is unloaded. false: refused, with a line that says why. */
bool stage_load(const struct stage_options *wanted);

/* Gives every page back and reports how many. */
void stage_unload(void);

/* NULL: nothing is loaded. */
struct stage *stage_loaded(void);

const struct boot_info *stage_boot(void);

/* quiesce=: are devices stopped before the hand-off? */
bool stage_quiesces(void);

/* Fills a stage of the caller's for what is wanted. false: refused, with a line that says why. */
bool stage_prepare(struct stage *stage, const struct stage_options *wanted);

/* What the trampoline must know about this machine. */
struct baton_machine stage_machine(void);

/* Writes what is known only now, then checks all of it: after this, no byte changes (H6). Something
 * must be loaded. false: refused, and it has said why. */
bool stage_prove(void);

/* Calls what is loaded, which returns, so many times, and says what came of it. false: a call has
 * failed, or was refused. (call.c) */
bool stage_call(uint32_t times);

/* The dry run of what is loaded, as it is now, and the point of no return. Something must be
 * loaded. Returns if the dry run refuses, and it has said why. */
void stage_handoff(void);

#endif
