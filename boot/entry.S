/*
 * The first instructions. A multiboot loader enters here with paging off, at the code's load
 * address. The code calls kernel_main, near 3 GiB + 1 MiB, with all registers in a known state.
 */
#include "lib/multiboot1.h"
#include "lib/multiboot2.h"
#include "i386.h"
#include "kernel/machine/layout.h"

#define CR0_KNOWN (CR0_PG | CR0_WP | CR0_NE | CR0_ET | CR0_PE) /* caches on, no AM, TS or EM */
#define BOOT_PTE 0x063          /* present, writable, accessed, dirty */

        .section .boot.header, "a", @progbits
        .balign 4
        .long   MULTIBOOT_HEADER_MAGIC
        .long   MULTIBOOT_PAGE_ALIGN | MULTIBOOT_MEMORY_INFO
        .long   -(MULTIBOOT_HEADER_MAGIC + (MULTIBOOT_PAGE_ALIGN | MULTIBOOT_MEMORY_INFO))

        /*
         * Multiboot 2's header. Every tag is optional: a loader that cannot do what one asks still
         * starts Baton. Tag 7, which keeps the UEFI boot services, is not here: Baton needs nothing
         * of them, and they own memory and interrupts. [MB2 3.1]
         */
        .balign 8
multiboot2_header:
        .long   MULTIBOOT2_HEADER_MAGIC
        .long   MULTIBOOT2_I386
        .long   multiboot2_end - multiboot2_header
        .long   -(MULTIBOOT2_HEADER_MAGIC + MULTIBOOT2_I386 + (multiboot2_end - multiboot2_header))
1:      .short  MULTIBOOT2_HEADER_REQUEST, MULTIBOOT2_OPTIONAL
        .long   2f - 1b
        .long   MULTIBOOT2_COMMAND_LINE, MULTIBOOT2_LOADER_NAME, MULTIBOOT2_MODULE
        .long   MULTIBOOT2_MEMORY_SIZES, MULTIBOOT2_BOOT_DEVICE, MULTIBOOT2_MEMORY_MAP
        .long   MULTIBOOT2_FRAMEBUFFER, MULTIBOOT2_EFI32, MULTIBOOT2_EFI64, MULTIBOOT2_SMBIOS
        .long   MULTIBOOT2_ACPI_OLD, MULTIBOOT2_ACPI_NEW, MULTIBOOT2_EFI_MAP
        .long   MULTIBOOT2_LOAD_BASE
2:      .balign 8
        .short  MULTIBOOT2_HEADER_CONSOLE, MULTIBOOT2_OPTIONAL
        .long   12
        .long   MULTIBOOT2_CONSOLE_EGA_TEXT
        .balign 8
        .short  MULTIBOOT2_HEADER_FRAMEBUFFER, MULTIBOOT2_OPTIONAL
        .long   20
        .long   0, 0, 0                 /* any width, height and depth */
        .balign 8
        .short  MULTIBOOT2_HEADER_ALIGN_MODULES, MULTIBOOT2_OPTIONAL
        .long   8
        .short  MULTIBOOT2_HEADER_END, 0
        .long   8
multiboot2_end:

        .section .boot.text, "ax", @progbits
        .globl  boot_entry
/*
 * In:  eax = multiboot's magic, ebx = pa of its information, protected mode, paging off
 *      [MB1 3.2, MB2 3.3]
 *      CR0, CR4, EFER, EFLAGS and segments as the loader left them: they are not trusted
 */
boot_entry:
        cli
        cld
        movl    $(boot_stack_end - KERNEL_BASE), %esp
        movl    %eax, %esi              /* magic */
        movl    %ebx, %edi              /* information */
        pushl   $0
        popfl

        /* CPUID reports whether EFER and CR4 exist; CPUID exists if EFLAGS.ID can be changed.
         * With a stale CR4.PAE or EFER.LME the CPU would misread our first tables. */
        pushfl
        popl    %eax
        movl    %eax, %ecx
        xorl    $EFLAGS_ID, %eax
        pushl   %eax
        popfl
        pushfl
        popl    %eax
        xorl    %ecx, %eax
        testl   $EFLAGS_ID, %eax
        jz      1f
        movl    $1, %eax
        cpuid
        testl   $CPUID_HAS_CR4, %edx
        jz      1f
        xorl    %eax, %eax
        movl    %eax, %cr4
        movl    $CPUID_EXTENDED, %eax
        cpuid
        cmpl    $CPUID_EXTENDED + 1, %eax       /* too low, or garbage: the CPU lacks the leaf */
        jb      1f
        cmpl    $CPUID_EXTENDED_MAX, %eax
        ja      1f
        movl    $CPUID_EXTENDED + 1, %eax
        cpuid
        testl   $CPUID_HAS_EFER, %edx
        jz      1f
        movl    $MSR_EFER, %ecx
        xorl    %eax, %eax
        xorl    %edx, %edx
        wrmsr
1:
        movl    $boot_pd, %eax
        movl    %eax, %cr3
        movl    $CR0_KNOWN, %eax
        movl    %eax, %cr0
        movl    $high, %eax
        jmp     *%eax

/*
 * paging_switch: switches from the boot tables to live tables of another kind. Paging must be off
 * in between, so this code runs at its physical address. It uses tables that map it there, too.
 * In:    eax = pa of the live root, ecx = new CR4, ebx = new EFER, or 0 for none, edx = pa of a
 *        root that maps the first 4 MiB at their own address and the kernel at its virtual one
 * Out:   paging on, live root in CR3; corrupts eax, ecx, edx, esi, edi
 */
        .globl  paging_switch
paging_switch:
        movl    %eax, %esi
        movl    %edx, %edi
        movl    %cr0, %eax
        andl    $~CR0_PG, %eax
        movl    %eax, %cr0
        jmp     1f
1:      movl    %ecx, %cr4
        movl    %edi, %cr3
        /* The CPU reads tables by CR4.PAE, so the double-fault task needs the new root from here
         * on. In this routine the CPU could not enter that task in any case. */
        movl    %esi, double_fault_tss - KERNEL_BASE + TSS_CR3
        testl   %ebx, %ebx
        jz      1f
        movl    $MSR_EFER, %ecx
        movl    %ebx, %eax
        xorl    %edx, %edx
        wrmsr
1:      movl    %cr0, %eax
        orl     $CR0_PG, %eax
        movl    %eax, %cr0
        movl    $paging_switched, %eax
        jmp     *%eax

        /*
         * The boot tables, as data: they map the first 4 MiB at 0 and at 3 GiB, and have a table
         * for windows. Legacy tables with 4 KiB pages: every CPU since the 386 can use them.
         */
        .section .boot.data, "aw", @progbits
        .balign 4096
        .globl  boot_pd
boot_pd:
        .long   boot_pt + BOOT_PTE
        .fill   (KERNEL_BASE >> 22) - 1, 4, 0
        .long   boot_pt + BOOT_PTE
        .fill   (WINDOW_BASE >> 22) - (KERNEL_BASE >> 22) - 1, 4, 0
        .long   boot_windows + BOOT_PTE
        .fill   1023 - (WINDOW_BASE >> 22), 4, 0
boot_pt:
        .set    page, 0
        .rept   1024
        .long   page + BOOT_PTE
        .set    page, page + 4096
        .endr
        .globl  boot_windows
boot_windows:
        .fill   1024, 4, 0

        .section .text, "ax", @progbits
high:
        movl    $boot_stack_end, %esp
        xorl    %ebp, %ebp              /* backtraces end here */
        lgdt    boot_gdtr
        ljmp    $SEL_CODE, $1f
1:      movl    $SEL_DATA, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %fs
        movl    %eax, %gs
        movl    %eax, %ss
        pushl   %edi
        pushl   %esi
        call    kernel_main             /* (magic, pa of the information); never returns */
        ud2

paging_switched:
        movl    %esi, %eax
        movl    %eax, %cr3
        ret

        .section .data, "aw", @progbits
boot_gdtr:
        .word   SEL_END - 1
        .long   boot_gdt                /* in tss.c */

        .section .bss, "aw", @nobits
        .balign 4096
        .globl  boot_stack, boot_stack_end
boot_stack:                             /* the lowest page becomes a guard page */
        .skip   KERNEL_STACK_SIZE
boot_stack_end:

        .section .note.GNU-stack, "", @progbits
