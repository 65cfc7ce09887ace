/*
 * A payload in real mode, twice in one file: a boot sector that loads the rest through the BIOS, and
 * Linux's setup code, entered at 0x200. It reports on COM1 how it was entered and what the BIOS
 * answers, one fact a line, and ends QEMU by port 0xf4. real16.py adds the Linux header, and knows
 * what the lines must say. [LBP 16-bit; BBS 6.5.1]
 */
#include "real.h"

        .code16
        .text

/* Keeps all registers at %cs:at, without a stack for all but the flags; at: an expression. */
.macro keep_registers at
        movl    %eax, %cs:\at + R_EAX
        movl    %ebx, %cs:\at + R_EBX
        movl    %ecx, %cs:\at + R_ECX
        movl    %edx, %cs:\at + R_EDX
        movl    %esi, %cs:\at + R_ESI
        movl    %edi, %cs:\at + R_EDI
        movl    %ebp, %cs:\at + R_EBP
        movl    %esp, %cs:\at + R_ESP
        movw    %cs, %cs:\at + R_CS
        movw    %ss, %cs:\at + R_SS
        movw    %ds, %cs:\at + R_DS
        movw    %es, %cs:\at + R_ES
        movw    %fs, %cs:\at + R_FS
        movw    %gs, %cs:\at + R_GS
        pushfl
        popl    %eax
        movl    %eax, %cs:\at + R_FLAGS
        movl    %cr0, %eax
        movl    %eax, %cs:\at + R_CR0
        sidtl   %cs:\at + R_IDTR
.endm

/* ---- as a boot sector: 0x7c00, the rest goes to LOADED:0 --------------------------------------- */

sector:
        keep_registers BOOT_REGISTERS
        movw    $LOADED, %bx
        movw    %bx, %es
        xorw    %bx, %bx
        movw    $0x0200 | SECTORS, %ax  /* read, by cylinder 0, head 0, sector 1 */
        movw    $1, %cx
        movb    $0, %dh
        int     $0x13
        jc      1f
        ljmp    $LOADED, $booted
1:      movw    $COM1, %dx
        movb    $'!', %al
        outb    %al, %dx
        hlt
        jmp     1b

        .org    0x1fe
        .word   0xaa55

/* ---- as Linux's setup ---------------------------------------------------------------------------- */

        .org    SETUP                   /* cs:0; real16.py writes the header up to HEADER_END */
        .byte   0xeb, HEADER_END - SETUP - 2
        .org    HEADER_END
        keep_registers (registers - SETUP)
        movw    %cs, %ax
        subw    $SETUP / 16, %ax
        pushw   %ax
        pushw   $setup
        lretw

booted:
        xorw    %ax, %ax
        movw    %ax, %ds
        movw    $BOOT_REGISTERS, %si
        movw    $registers, %di
        movw    $R_SIZE, %cx
        cld
        rep movsb
        movw    $as_sector, %si
        jmp     report
setup:
        movw    $as_setup, %si

/* ---- the report: cs is the image's segment --------------------------------------------------------- */

report:
        movw    %cs, %ax
        movw    %ax, %ds
        movw    %ax, %es
        cld
        movw    %si, shape
        call    say
        movw    $register_table, %bx
1:      movw    (%bx), %si              /* name, offset */
        testw   %si, %si
        jz      2f
        call    say
        movw    2(%bx), %di
        movl    registers(%di), %eax
        cmpw    $R_WORDS, %di
        jb      3f
        movzwl  %ax, %eax
3:      call    say_value
        addw    $4, %bx
        jmp     1b
2:
        movw    $name_idtr, %si
        call    say
        movzwl  registers + R_IDTR, %eax
        call    say_value
        movl    registers + R_IDTR + 2, %eax
        call    say_value

        /* What the BIOS left: sums of its vectors, single words of its data, the PICs' masks. */
        movw    $name_vectors, %si
        movw    $0, %di
        movw    $0x400, %cx
        call    say_sum
        movw    $name_data, %si
        call    say
        xorw    %ax, %ax
        movw    %ax, %es
        movl    %es:0x40e, %eax         /* EBDA's segment; then equipment */
        call    say_value
        movzwl  %es:0x413, %eax         /* KiB of memory */
        call    say_value
        movzbl  %es:0x449, %eax         /* video mode */
        call    say_value
        movzbl  %es:0x475, %eax         /* hard disks */
        call    say_value
        movw    $name_ebda, %si
        movzwl  %es:0x40e, %eax
        movw    %ax, %es
        movzbw  %es:0, %cx              /* its size in KiB, in its first byte */
        shlw    $10, %cx
        xorw    %di, %di
        call    say_sum_at
        movw    $name_masks, %si
        call    say
        inb     $0x21, %al
        movzbl  %al, %eax
        call    say_value
        inb     $0xa1, %al
        movzbl  %al, %eax
        call    say_value

        /* A20: is the byte 1 MiB above another one its own? */
        movw    $name_a20, %si
        call    say
        movw    $0xffff, %ax
        movw    %ax, %fs
        xorw    %ax, %ax
        movw    %ax, %es
        movb    %es:0x600, %bl
        movb    %fs:0x610, %cl
        incb    %fs:0x610
        xorl    %eax, %eax
        cmpb    %bl, %es:0x600
        movb    %cl, %fs:0x610
        jne     1f
        incl    %eax
1:      call    say_value

        /* INT 10h: the mode; then a character, read from the screen again. */
        movw    $name_video, %si
        call    say
        movb    $0x0f, %ah
        int     $0x10
        movzbl  %al, %eax
        andb    $0x7f, %al
        call    say_value
        movw    $0x0200, %ax            /* cursor to the top left corner */
        xorw    %bx, %bx
        xorw    %dx, %dx
        int     $0x10
        movw    $0x0e52, %ax            /* 'R' */
        movw    $7, %bx
        int     $0x10
        movw    $0x0200, %ax
        xorw    %bx, %bx
        xorw    %dx, %dx
        int     $0x10
        movb    $0x08, %ah
        int     $0x10
        movzbl  %al, %eax
        call    say_value

        /* INT 12h, INT 15h E820, INT 13h of the entry's drive and of the first hard disk. */
        movw    $name_memory, %si
        call    say
        int     $0x12
        movzwl  %ax, %eax
        call    say_value
        movw    %cs, %ax
        movw    %ax, %es
        xorl    %ebx, %ebx
1:      movl    $0xe820, %eax
        movl    $0x534d4150, %edx       /* SMAP */
        movl    $20, %ecx
        movw    $buffer, %di
        int     $0x15
        jc      2f
        movw    $name_e820, %si
        call    say
        movl    buffer, %eax
        call    say_value
        movl    buffer + 8, %eax
        call    say_value
        movl    buffer + 16, %eax
        call    say_value
        testl   %ebx, %ebx
        jnz     1b
2:      cmpw    $as_sector, shape       /* Linux's protocol names no drive */
        jne     1f
        movw    $name_drive, %si
        call    say
        movb    registers + R_EDX, %dl
        call    say_disk
1:      movw    $name_disk, %si
        call    say
        movb    $0x80, %dl
        call    say_disk

        /* INT 1Ah: the ticks go on when interrupts are on, so the timer's interrupt comes. */
        movw    $name_ticks, %si
        call    say
        sti
        call    ticks
        movl    %eax, %ebx
        movl    $TICKS_PATIENCE, %ecx
1:      call    ticks
        subl    %ebx, %eax
        cmpl    $3, %eax
        jae     2f
        decl    %ecx
        jnz     1b
        xorl    %eax, %eax
2:      testl   %eax, %eax
        setnz   %al
        movzbl  %al, %eax
        call    say_value
        movw    $name_key, %si          /* INT 16h: a key that waits, or 0 */
        call    say
        movw    $0x0100, %ax
        int     $0x16
        movzwl  %ax, %eax
        jnz     1f
        xorl    %eax, %eax
1:      call    say_value

        cmpw    $as_sector, shape
        je      done

        /* Linux's header: what the loader wrote, the command line, the files in high memory. */
        movw    $name_header, %si
        call    say
        movzbl  H_LOADER, %eax
        call    say_value
        movzbl  H_FLAGS, %eax
        call    say_value
        movzwl  H_HEAP_END, %eax
        call    say_value
        movl    H_LINE, %eax
        call    say_value
        movw    $name_line, %si
        call    say
        movl    H_LINE, %eax
        shrl    $4, %eax
        movw    %ax, %es
        movw    H_LINE, %di
        andw    $15, %di
1:      movb    %es:(%di), %al
        incw    %di
        testb   %al, %al
        jz      2f
        call    say_character
        jmp     1b
2:      movw    $name_initrd, %si
        call    say
        movl    H_INITRD, %eax
        call    say_value
        movl    H_INITRD_SIZE, %eax
        call    say_value
        movl    H_INITRD, %eax
        testl   %eax, %eax
        jz      3f
        call    say_high
3:      movw    $name_kernel, %si
        call    say
        movl    $0x100000, %eax
        call    say_high

done:
        movw    $name_end, %si
        call    say
        movb    $PASSED, %al
        movw    $0xf4, %dx
        outb    %al, %dx
1:      hlt
        jmp     1b

/* ---- out: eax = ticks since midnight; corrupts edx */
ticks:
        pushl   %ecx
        movb    $0, %ah
        int     $0x1a
        movzwl  %dx, %eax
        popl    %ecx
        ret

/* Says the first and the 128th dword of the 512 bytes at pa eax, which INT 15h 87h copies. */
say_high:
        movl    %eax, move_from + 2
        movb    $0x93, move_from + 5
        shrl    $24, %eax
        movb    %al, move_from + 7
        xorl    %eax, %eax
        movw    %cs, %ax
        shll    $4, %eax
        addl    $buffer, %eax
        movl    %eax, move_to + 2
        movb    $0x93, move_to + 5
        movb    $0, move_to + 7
        movw    %cs, %ax
        movw    %ax, %es
        movw    $move_table, %si
        movw    $256, %cx               /* words */
        movb    $0x87, %ah
        int     $0x15
        movl    buffer, %eax
        jnc     1f
        xorl    %eax, %eax
1:      call    say_value
        movl    buffer + 508, %eax
        jmp     say_value

/* Says what INT 13h reads from sector 1 of the drive dl: carry, the last dword. */
say_disk:
        movw    %cs, %ax
        movw    %ax, %es
        movw    $buffer, %bx
        movl    $0, buffer + 508
        movw    $0x0201, %ax
        movw    $1, %cx
        movb    $0, %dh
        int     $0x13
        setc    %al
        movzbl  %al, %eax
        call    say_value
        movl    buffer + 508, %eax
        jmp     say_value

/* Says a name, and the sum of cx bytes at es:di, each rotated in. */
say_sum:
        xorw    %ax, %ax
        movw    %ax, %es
say_sum_at:
        call    say
        xorl    %eax, %eax
1:      roll    $1, %eax
        addb    %es:(%di), %al
        incw    %di
        loop    1b

/* Says " 0x" and 8 digits of eax. */
say_value:
        pushl   %eax
        pushw   %cx
        pushw   %si
        movl    %eax, %ecx
        movw    $value_start, %si
        call    say
        movw    $8, %si
1:      roll    $4, %ecx
        movb    %cl, %al
        andb    $15, %al
        addb    $'0', %al
        cmpb    $'9', %al
        jbe     2f
        addb    $'a' - '0' - 10, %al
2:      call    say_character
        decw    %si
        jnz     1b
        popw    %si
        popw    %cx
        popl    %eax
        ret

/* The text at ds:si, NUL-terminated. */
say:
        pushw   %ax
1:      lodsb
        testb   %al, %al
        jz      2f
        call    say_character
        jmp     1b
2:      popw    %ax
        ret

say_character:
        pushw   %dx
        pushw   %ax
        movw    $COM1 + 5, %dx
1:      inb     %dx, %al
        testb   $0x20, %al              /* the transmitter is empty */
        jz      1b
        popw    %ax
        movw    $COM1, %dx
        outb    %al, %dx
        popw    %dx
        ret

value_start:    .asciz  " 0x"
as_sector:      .asciz  "\r\nreal sector"
as_setup:       .asciz  "\r\nreal setup"
name_idtr:      .asciz  "\r\nreal idtr"
name_vectors:   .asciz  "\r\nreal vectors"
name_data:      .asciz  "\r\nreal data"
name_ebda:      .asciz  "\r\nreal ebda"
name_masks:     .asciz  "\r\nreal masks"
name_a20:       .asciz  "\r\nreal a20"
name_video:     .asciz  "\r\nreal video"
name_memory:    .asciz  "\r\nreal memory"
name_e820:      .asciz  "\r\nreal e820"
name_drive:     .asciz  "\r\nreal drive"
name_disk:      .asciz  "\r\nreal disk"
name_ticks:     .asciz  "\r\nreal ticks"
name_key:       .asciz  "\r\nreal key"
name_header:    .asciz  "\r\nreal header"
name_line:      .asciz  "\r\nreal line "
name_initrd:    .asciz  "\r\nreal initrd"
name_kernel:    .asciz  "\r\nreal kernel"
name_end:       .asciz  "\r\nreal end\r\n"
name_cs:        .asciz  "\r\nreal segments"
name_blank:     .asciz  ""
name_eax:       .asciz  "\r\nreal general"
name_esp:       .asciz  "\r\nreal esp"
name_flags:     .asciz  "\r\nreal flags"
name_cr0:       .asciz  "\r\nreal cr0"

        .balign 4
register_table:
        .word   name_cs, R_CS, name_blank, R_SS, name_blank, R_DS, name_blank, R_ES
        .word   name_blank, R_FS, name_blank, R_GS
        .word   name_eax, R_EAX, name_blank, R_EBX, name_blank, R_ECX, name_blank, R_EDX
        .word   name_blank, R_ESI, name_blank, R_EDI, name_blank, R_EBP
        .word   name_esp, R_ESP, name_flags, R_FLAGS, name_cr0, R_CR0, 0
        .balign 8
move_table:
        .fill   16, 1, 0
move_from:
        .word   0xffff, 0, 0, 0
move_to:
        .word   0xffff, 0, 0, 0
        .fill   16, 1, 0
registers:
        .fill   R_SIZE, 1, 0
shape:
        .word   0
buffer:
        .org    SECTORS * 512           /* `buffer` lies behind the file's code, at most: */
        .fill   512, 1, 0
