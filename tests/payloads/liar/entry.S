/*
 * The liar's multiboot header, its entry, and its end: leave() sets the CPU state and jumps to the
 * kernel.
 */
#define MB_HEADER_MAGIC 0x1badb002
#define MB_HEADER_FLAGS 3               /* modules page aligned, memory information */
#define MSR_EFER 0xc0000080

        .section .multiboot, "a", @progbits
        .balign 4
        .long   MB_HEADER_MAGIC, MB_HEADER_FLAGS, -(MB_HEADER_MAGIC + MB_HEADER_FLAGS)

/* In:     eax = multiboot's magic, ebx = its information */
        .section .text.entry, "ax", @progbits
        .globl  liar_entry
liar_entry:
        cli
        cld
        movl    $liar_stack_top, %esp
        lgdt    liar_gdtr
        ljmp    $0x08, $1f
1:      movl    $0x18, %ecx
        movl    %ecx, %ds
        movl    %ecx, %es
        movl    %ecx, %fs
        movl    %ecx, %gs
        movl    %ecx, %ss
        pushl   %ebx
        pushl   %eax
        call    liar
1:      hlt
        jmp     1b

/* Offsets in struct entry_state (liar.h); leave() in C order. */
#define AT_EAX 0x00
#define AT_EBX 0x04
#define AT_ECX 0x08
#define AT_EDX 0x0c
#define AT_ESI 0x10
#define AT_EDI 0x14
#define AT_EBP 0x18
#define AT_ESP 0x1c
#define AT_EFLAGS 0x20
#define AT_EIP 0x24
#define AT_CS 0x28
#define AT_DATA 0x2c
#define AT_CR0 0x30
#define AT_CR4 0x34
#define AT_HAS_CR4 0x38
#define AT_DR0 0x3c
#define AT_DR7 0x40
#define AT_GDTR 0x46
#define AT_IDTR 0x4e
#define AT_GDT_GONE 0x54
#define AT_TR 0x58

/*
 * leave: never returns.
 * In:     eax -> struct entry_state, in memory that is not overwritten
 */
        .globl  leave
leave:
        movl    %eax, %ebp
        lgdt    AT_GDTR(%ebp)
        lidt    AT_IDTR(%ebp)
        movl    AT_TR(%ebp), %eax
        testl   %eax, %eax
        jz      1f
        ltr     %ax
1:      movl    AT_DR0(%ebp), %eax
        movl    %eax, %dr0
        movl    AT_DR7(%ebp), %eax
        movl    %eax, %dr7
        cmpl    $0, AT_HAS_CR4(%ebp)
        je      1f
        movl    AT_CR4(%ebp), %eax
        movl    %eax, %cr4
1:      movl    AT_CR0(%ebp), %eax
        movl    %eax, %cr0

        /* Code segment: a far return. Then the others, while the GDT still exists. */
        pushl   AT_CS(%ebp)
        pushl   $1f
        lret
1:      movl    AT_DATA(%ebp), %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %fs
        movl    %eax, %gs
        movl    %eax, %ss
        cmpl    $0, AT_GDT_GONE(%ebp)
        je      1f
        lgdt    no_table

        /* Flags before the stack pointer, the registers after both; MOV does not change flags. */
1:      pushl   AT_EFLAGS(%ebp)
        movl    AT_EBX(%ebp), %ebx
        movl    AT_ECX(%ebp), %ecx
        movl    AT_EDX(%ebp), %edx
        movl    AT_ESI(%ebp), %esi
        movl    AT_EDI(%ebp), %edi
        popfl
        movl    AT_EIP(%ebp), %eax
        movl    %eax, leave_to
        movl    AT_ESP(%ebp), %esp
        movl    AT_EAX(%ebp), %eax
        movl    AT_EBP(%ebp), %ebp
        jmp     *leave_to

        .section .data, "aw", @progbits
        .balign 8
        .globl  liar_gdt
liar_gdt:
        .quad   0
        .quad   0x00cf9b000000ffff      /* 0x08 code */
        .quad   0x00cf9b000000ffff      /* 0x10 code */
        .quad   0x00cf93000000ffff      /* 0x18 data */
        .quad   0x00cf9b000000ffff      /* 0x20 code */
        .quad   0x00cf93000000ffff      /* 0x28 data */
        .quad   0x0000000000000000      /* 0x30 */
        .quad   0x00cf9b000000ffff      /* 0x38 code */
        .quad   0x00cf93000000ffff      /* 0x40 data */
        .globl  liar_gdt_end
liar_gdt_end:
liar_gdtr:
        .word   liar_gdt_end - liar_gdt - 1
        .long   liar_gdt
no_table:
        .word   0
        .long   0xfffff000
leave_to:
        .long   0

        .section .bss, "aw", @nobits
        .balign 16
        .fill   8192, 1, 0
liar_stack_top:

        .section .note.GNU-stack, "", @progbits
