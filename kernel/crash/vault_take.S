/*
 * The change to the vault's stack: the one that is in use may be what has died.
 */
#include "kernel/crash/vault_take.h"

        .text
        .globl  vault_take
        .type   vault_take, @function
/*
 * vault_take: calls vault_leave(vault) on the vault's stack; returns when it does, or at once where
 * there is no vault.
 * In:     vault_anchor, vault_stack (vault.c)
 * Stack:  no word of the caller's is written. A death in vault_leave is on the vault's own stack
 *         already, whose frames are returned to: it goes on below them
 * Out:    corrupts eax, ecx, edx
 */
vault_take:
        movl    vault_anchor, %eax
        cmpl    $VAULT_REASONS, %eax
        jbe     2f
        leal    VAULT_SIZE(%eax), %edx          /* edx = the end of the vault's stack */
        movl    %edx, %ecx
        subl    %esp, %ecx                      /* less than its size: we are on it */
        cmpl    vault_stack, %ecx
        jae     1f
        movl    %esp, %edx
1:      movl    %esp, -4(%edx)                  /* where the return address is */
        leal    -4(%edx), %esp
        pushl   %eax
        call    vault_leave                     /* (struct vault *) */
        popl    %eax
        popl    %esp
2:      ret
        .size   vault_take, . - vault_take

        .section .note.GNU-stack, "", @progbits
