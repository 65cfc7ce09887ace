/*
 * The judge, a payload that checks the hand-off: the functions of its parts. Each part checks one
 * aspect of the hand-off and reports through check(); the verdict counts the failures.
 */
#ifndef JUDGE_H
#define JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "baton.h"

#define MEMORY_MAX 1200

/* The information for a payload, in any format. */
struct handover {
    uint32_t live_root, live_pae, live_tables, live_checksum;
    uint32_t trampoline_va, control;  /* the control code page's two addresses */
    uint32_t command_line;            /* pa of a string */
    uint32_t initrd, initrd_size;
    uint32_t trace;                   /* pa of a struct baton_trace */
    const char *loader;
    uint32_t memory_count;
    struct baton_record_memory memory[MEMORY_MAX];
};

/* One line: "judge NAME ok" or "judge NAME FAIL found F expected E". */
void check(const char *name, uint32_t found, uint32_t expected);

/* Like check(), if more than one value is right: "judge NAME FAIL found F expected WISH". */
void check_that(const char *name, bool good, uint32_t found, const char *wish);

/* The parts, in the order in which they run. */
void bytes_check(void);                                  /* bytes.c: the other parts rely on it */
void registers_check(void);                              /* registers.c */
void segments_check(const struct handover *h);           /* segments.c */
void live_check(const struct handover *h);               /* live.c */
void handover_check(const struct handover *h);           /* handover.c */
void trace_check(const struct handover *h);              /* trace.c */
void devices_check(void);                                /* devices.c */

/*
 * The registers at the entry, and the place of the information from Baton. Either contract_record.c
 * (plain ELF) or contract_linux.c (bzImage) is linked. False: nothing was found, and a check has
 * reported that.
 */
void contract_registers(void);
bool contract_read(struct handover *h);

/* Is [start, start + size) outside the judge's own memory? */
bool clear_of_judge(uint32_t start, uint32_t size);      /* handover.c */

/* The judge's own memory, from its linker script. */
extern char image_start[], image_end[];

#endif
