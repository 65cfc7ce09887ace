/* The same code once more, which nobody runs or writes to: what the template is compared with. */
        .section .rodata.trampoline, "a", @progbits
        .balign 16
        .globl  trampoline_code
        .type   trampoline_code, @object
trampoline_code:
#define INJECT_LABEL(name) .Linject_##name:
#define TRAMPOLINE_PAGE trampoline_code
#include "relocate/trampoline/trampoline.inc"

        .section .note.GNU-stack, "", @progbits
