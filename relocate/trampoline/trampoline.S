/* The template: the trampoline's page in the host's image, writable and executable. */
        .section .trampoline, "awx", @progbits
        .balign 4096
        .globl  baton_trampoline_page
        .globl  baton_trampoline
        .type   baton_trampoline, @function
baton_trampoline_page:
baton_trampoline:
#define INJECT_LABEL(name) .globl inject_##name; inject_##name:
#define TRAMPOLINE_PAGE baton_trampoline_page
#include "relocate/trampoline/trampoline.inc"
        .size   baton_trampoline, . - baton_trampoline

        .section .note.GNU-stack, "", @progbits
