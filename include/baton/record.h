/*
 * What a plain ELF payload, or a flat file, is entered with, and what a Linux finds in its setup_data.
 * For a payload this file stands alone.
 */
#ifndef BATON_RECORD_H
#define BATON_RECORD_H

#include <stdint.h>

/* eax = BATON_RECORD_MAGIC, ebx = pa of this record; protected mode, paging off, flat segments
 * CS 0x10 and DS/ES/SS/FS/GS 0x18, interrupts off, EFLAGS 2, CR0 0x11, CR4 0. GDT, IDT, stack and
 * the task register's TSS (TR 0x20) lie in the control page; until it has a GDT or an IDT of its
 * own, a fault prints a line, also with paging on if that is without PAE and maps the control page
 * at its own address.
 *
 * An ELF64: rax = BATON_RECORD_MAGIC, rbx = rdi = pa of this record, so that a C function with one
 * argument can be the entry; all other registers 0. 64-bit mode, CS 0x08 and DS/ES/SS/FS/GS 0x18,
 * interrupts off, RFLAGS 2, CR0 0x80000011, CR4 0x20 (PAE), EFER 0x500 (LME, LMA); rsp is a multiple
 * of 16. CR3's tables map the first 4 GiB at their own addresses, readable, writable and executable,
 * in pages of 2 MiB. These six tables, GDT, stack and TSS lie in pages that the memory map calls
 * usable: have tables, a GDT and a stack of your own before you use memory that is not your
 * segments'. There is no IDT for long mode: until you load one, a fault resets the machine.
 *
 * A payload that is called (docs/return.md) finds its return address at esp, on a stack of
 * BATON_CALL_STACK bytes at least. So does a multiboot kernel, whose specifications leave esp
 * undefined [MB1 3.2, MB2 3.3]. It returns with a near RET, its answer in eax, in protected mode
 * with flat code; paging is off, or maps that stack, the return address and the control page at their
 * own addresses. All other registers, GDT, IDT and task register may be anything. It has written
 * to its segments and to that stack alone: usable in its memory map is nothing else. */
#define BATON_CALL_STACK 2048          /* bytes */
#define BATON_RECORD_MAGIC 0x4e544142u /* "BATN" in memory; also the type of Linux's setup_data */

struct baton_record {
    uint32_t magic;     /* BATON_RECORD_MAGIC */
    uint32_t size;      /* bytes of this struct that are filled */
    uint32_t live_root; /* the old kernel's live tables */
    uint32_t live_pae;
    uint32_t live_tables;
    uint32_t live_checksum;
    uint32_t trampoline_va;
    uint32_t control;      /* pa of the control code page */
    uint32_t command_line; /* pa of a NUL-terminated string */
    uint32_t initrd;       /* pa, 0 if none; several are one */
    uint32_t initrd_size;
    uint32_t map;    /* pa of the first struct baton_record_map */
    char loader[32]; /* NUL-terminated */
    uint32_t trace;  /* pa of a struct baton_trace */
};

struct baton_record_memory {
    uint64_t start, end; /* [start, end) */
    uint32_t type;       /* 1: usable RAM; E820's numbers [ACPI 15] */
    uint32_t zero;
};

#define BATON_RECORD_ENTRIES 170

/*
 * When the hand-off did what: the CPU's time-stamp counter at the end of each phase. It lies in
 * the control page, since it is written when all else may be gone already (H2). Linux finds it as
 * a setup_data node of this type.
 */
#define BATON_TRACE_TYPE 0x54544142u /* "BATT" in memory */
#define BATON_TRACE_VERSION 2

enum baton_trace_phase {
    BATON_TRACE_EXEC,     /* the old kernel's last decision */
    BATON_TRACE_TABLES,   /* in the new tables */
    BATON_TRACE_PHYSICAL, /* at the physical address */
    BATON_TRACE_UNPAGED,  /* paging off, the list is next */
    BATON_TRACE_LIST,     /* the list is done */
    BATON_TRACE_CHECKED,  /* the digests are compared, or there are none */
    BATON_TRACE_ENTRY,    /* the payload's first instruction is next */
    BATON_TRACE_PHASES
};

struct baton_trace {
    uint32_t version;
    uint32_t count; /* of ticks; 0: this CPU has no such counter */
    uint64_t ticks[BATON_TRACE_PHASES];
};

/* The memory map, a page at a time. */
struct baton_record_map {
    uint32_t next;  /* pa of the next one, 0: this is the last */
    uint32_t count; /* entries in this one */
    struct baton_record_memory entry[BATON_RECORD_ENTRIES];
};

#endif
