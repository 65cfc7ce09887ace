/*
 * The exit of a call: leads to the call page, and later home. Both parts lie in the control page,
 * because that is the page that the new tables map. exit.h has the contract.
 */
#include "i386.h"
#include "relocate/trampoline/call.h"

#define PARAM(name) (CONTROL_PARAMS + PARAM_##name)
#define CALLED(name) (CALL_PARAMS + CALL_##name)
#define HOST(name) (CALL_PARAMS + CALL_SAVED + SAVED_##name)

        .section .rodata.exits, "a", @progbits
        .balign 16
        .globl  exit_call
        .type   exit_call, @object
exit_call:
        /* 9. The call page does the rest; in a call the first parameter leads there. */
        movl    PARAM(EIP)(%ebp), %eax
        jmp     *%eax

        .org    exit_call + CALL_HOME
/*
 * Home: the double mapping in the other direction.
 * In:     ebp = pa of the control page, esi = pa of the call page; paging off, interrupts off,
 *         GDT, IDT and task register of the control page at its physical address
 * Out:    in the old kernel's tables, at saved.eip, on saved.esp; CR4.PGE off
 * LME cannot change while paging is on, so EFER comes before CR0. A fault with paging on needs the
 * new tables, not those that step 6 has put there for the payload.
 */
        movl    CALLED(TABLES)(%esi), %eax
        movl    %eax, CONTROL_FAULT_TSS_PA + TSS_CR3(%ebp)
        movl    %eax, %cr3
        testb   $MACHINE_HAS_CR4, PARAM(MACHINE)(%ebp)
        jz      1f
        movl    HOST(CR4)(%esi), %eax
        andl    $~CR4_PGE, %eax         /* nothing global while the tables change */
        movl    %eax, %cr4
1:      testb   $MACHINE_HAS_EFER, PARAM(MACHINE)(%ebp)
        jz      1f
        movl    HOST(EFER)(%esi), %eax
        movl    HOST(EFER_HIGH)(%esi), %edx
        movl    $MSR_EFER, %ecx
        wrmsr
1:      movl    HOST(CR3)(%esi), %edi
        movl    HOST(EIP)(%esi), %edx
        movl    HOST(ESP)(%esi), %esp
        movl    CALLED(BACK)(%esi), %ecx
        movl    HOST(CR0)(%esi), %eax
        movl    %eax, %cr0
        jmp     *%ecx                   /* to CONTROL_BACK, at the kernel address */
        .org    exit_call + CONTROL_EXIT_SIZE

        .section .note.GNU-stack, "", @progbits
