/*
 * The change to the vault's stack: the one that is in use may be what has failed.
 */
#include "relocate/crash/vault_size.h"

        .text
        .globl  baton_vault_take
        .type   baton_vault_take, @function
/*
 * baton_vault_take(leave, vault): calls leave(vault) on the vault's stack; returns when it does.
 * In:     eax = leave, edx = vault (regparm(2))
 * Stack:  of the caller's only the return address is used. A crash in leave() is on the vault's
 *         stack already, whose frames are returned to: it goes on below them
 * Out:    corrupts eax, ecx, edx
 */
baton_vault_take:
        movl    %esp, %ecx
        subl    %edx, %ecx                      /* at most its size: we are on it */
        cmpl    $VAULT_SIZE, %ecx
        leal    VAULT_SIZE(%edx), %ecx          /* ecx = the end of the vault's stack */
        ja      1f
        movl    %esp, %ecx
1:      movl    %esp, -4(%ecx)                  /* where the return address is */
        leal    -4(%ecx), %esp
        pushl   %edx
        call    *%eax                           /* (struct baton_vault *) */
        popl    %eax
        popl    %esp
        ret
        .size   baton_vault_take, . - baton_vault_take

        .section .note.GNU-stack, "", @progbits
