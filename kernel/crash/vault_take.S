/*
 * From the old kernel's stack to the vault's.
 */
#include "kernel/crash/vault_take.h"

        .text
        .globl  vault_take
        .type   vault_take, @function
/*
 * vault_take: calls vault_leave(vault) on the vault's stack; returns when it does, or at once where
 * there is no vault.
 * In:     vault_anchor (vault.c)
 * Stack:  no word of the caller's is written, as it may be the stack that has failed
 * Out:    corrupts eax, ecx, edx
 */
vault_take:
        movl    vault_anchor, %edx
        cmpl    $VAULT_REASONS, %edx
        jbe     1f
        movl    $vault_leave, %eax
        jmp     baton_vault_take                /* eax, edx: its two arguments */
1:      ret
        .size   vault_take, . - vault_take

        .section .note.GNU-stack, "", @progbits
