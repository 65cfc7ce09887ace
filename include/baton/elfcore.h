/*
 * Crash dumps: ELF core headers for the memory of a dead kernel.
 */
#ifndef BATON_ELFCORE_H
#define BATON_ELFCORE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * ELF core headers: what a capture kernel (Linux with elfcorehdr=) makes its /proc/vmcore of, and
 * gdb understands. [ELF, i386 psABI] One PT_NOTE with the registers and a VMCOREINFO text, one
 * PT_LOAD a range.
 *
 * A Linux makes /proc/vmcore only of headers that call the dead kernel one of its own machine. So
 * e_machine is what the capture kernel wants to read. It is the only thing about a 64-bit core that
 * is not true: the registers are i386's in both, as the dead kernel had no others.
 */

enum baton_dump_machine { /* e_machine */
                          BATON_DUMP_386 =
                              3, /* EM_386: ELF32 where all of it lies below 4 GiB, else ELF64 */
                          BATON_DUMP_X86_64 =
                              62, /* EM_X86_64: ELF64, always. gdb wants EM_386 put in its place */
};

#define BATON_DUMP_NO_VA 0xffffffffu /* no virtual address of the dead kernel is known */

struct baton_dump_range {
    uint64_t start, end; /* [start, end): pa, as the dead kernel knew the memory */
    uint64_t at;         /* pa where its bytes lie at the dump: start, or where they were saved */
    uint32_t va;         /* of start in the dead kernel; BATON_DUMP_NO_VA: none is known */
};

/* The registers of an NT_PRSTATUS note, in i386's order. */
struct baton_dump_registers {
    uint32_t ebx, ecx, edx, esi, edi, ebp, eax, ds, es, fs, gs, orig_eax, eip, cs, eflags, esp, ss;
};

/*
 * Writes the headers to out, which lies at pa; 4-byte aligned. Returns their size in bytes, or 0 if
 * they do not fit into `room`. *registers gets the offset of the struct baton_dump_registers in
 * them (zeros so far), to be filled in at the crash; all else that matters stands before them.
 */
size_t baton_dump_headers(void *out, size_t room, uint64_t pa, enum baton_dump_machine machine,
                          const struct baton_dump_range *ranges, uint32_t count, const char *info,
                          size_t *registers);

#ifdef __cplusplus
}
#endif

#endif
