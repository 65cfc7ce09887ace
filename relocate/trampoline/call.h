/*
 * The call page: a control page that an image has whose payload is called, and returns. Shared by C
 * and assembly. Used with paging off, so it has one address only.
 *
 *   0x000  code: the same in every call page (call.S)
 *   0x200  parameters (struct call_page)
 *   0x280  the payload's stack, growing down from
 *   0x1000 the end of the page
 *
 * Before the CR3 write the old kernel's state goes into the template, at CONTROL_EXIT, where only
 * the copy has an exit (struct call_saved). The call page copies it before the first page is
 * swapped.
 */
#ifndef RELOCATE_TRAMPOLINE_CALL_H
#define RELOCATE_TRAMPOLINE_CALL_H

#include "baton/control.h"

#define CALL_CODE_SIZE 0x200
#define CALL_PARAMS 0x200
#define CALL_STACK 0x280
#define CALL_STACK_TOP 0x1000

/* Offsets in struct call_page, from CALL_PARAMS. */
#define CALL_LIST 0x00
#define CALL_DIGEST 0x04
#define CALL_CONTROL 0x08
#define CALL_EIP 0x0c
#define CALL_TABLES 0x10
#define CALL_BACK 0x14
#define CALL_SAVED_AT 0x18
#define CALL_STATUS 0x1c
#define CALL_VALUE 0x20
#define CALL_VECTOR 0x24
#define CALL_SAVED 0x28

/* Offsets in struct call_saved. */
#define SAVED_CR0 0x00
#define SAVED_CR3 0x04
#define SAVED_CR4 0x08
#define SAVED_EFER 0x0c
#define SAVED_EFER_HIGH 0x10
#define SAVED_ESP 0x14
#define SAVED_EIP 0x18
#define SAVED_WORDS 7

/* How a call has ended. */
#define CALL_RETURNED 1 /* value: the payload's eax */
#define CALL_FAULTED 2  /* vector; value: eip */
#define CALL_DIFFERS 3  /* value: segments that are not what was loaded; the payload did not run */

/* In the exit of a call, the way home begins here (exit_call.S). */
#define CALL_HOME 0x10

#ifndef __ASSEMBLER__
/* The old kernel at the call. */
struct call_saved {
    uint32_t cr0, cr3, cr4, efer, efer_high;
    uint32_t esp, eip; /* where it goes on, in its own tables */
};

struct call_page {
    uint32_t list;     /* the first word: INDIRECTION to the list's first page */
    uint32_t digest;   /* pa of the digest page, 0: none */
    uint32_t control;  /* pa of the control code page */
    uint32_t eip;      /* the payload's entry; its other registers are the control page's */
    uint32_t tables;   /* pa of the new root */
    uint32_t back;     /* va of CONTROL_BACK in the template, and in the control page */
    uint32_t saved_at; /* pa of the struct call_saved in the template */
    uint32_t status, value, vector;
    struct call_saved saved;
};

_Static_assert(offsetof(struct call_page, back) == CALL_BACK, "back");
_Static_assert(offsetof(struct call_page, vector) == CALL_VECTOR, "vector");
_Static_assert(offsetof(struct call_page, saved) == CALL_SAVED, "saved");
_Static_assert(offsetof(struct call_saved, eip) == SAVED_EIP, "eip");
_Static_assert(sizeof(struct call_saved) == 4 * SAVED_WORDS, "words");
_Static_assert(sizeof(struct call_saved) <= CONTROL_EXIT_SIZE, "room in the template");
_Static_assert(CALL_PARAMS + sizeof(struct call_page) <= CALL_STACK, "room");
_Static_assert(CALL_STACK_TOP - CALL_STACK >= BATON_CALL_STACK, "what record.h promises");

extern const uint8_t call_code[CALL_CODE_SIZE];
#endif

#endif
