/* ELF files that are no kernels for x86: for which machine, and of which type. [ELF, gABI
 * e_machine] */
#include "payload/common/identify.h"

enum { CLASS = 4, CLASS_32 = 1, CLASS_64 = 2, DATA = 5, DATA_LITTLE = 1, DATA_BIG = 2 };
enum { TYPE_REL = 1, TYPE_EXEC = 2, TYPE_DYN = 3, TYPE_CORE = 4 };
enum { MACHINE_386 = 3, MACHINE_X86_64 = 62 };

#define OF_I386 "; Baton starts kernels for i386 and x86-64"

static const struct {
    uint16_t machine;
    const char *what;
} machines[] = {
    {2, "an ELF file for SPARC" OF_I386},      {4, "an ELF file for the 68000" OF_I386},
    {8, "an ELF file for MIPS" OF_I386},       {15, "an ELF file for PA-RISC" OF_I386},
    {20, "an ELF file for PowerPC" OF_I386},   {21, "an ELF file for 64-bit PowerPC" OF_I386},
    {22, "an ELF file for S/390" OF_I386},     {40, "an ELF file for ARM" OF_I386},
    {42, "an ELF file for SuperH" OF_I386},    {43, "an ELF file for 64-bit SPARC" OF_I386},
    {50, "an ELF file for Itanium" OF_I386},   {183, "an ELF file for AArch64" OF_I386},
    {243, "an ELF file for RISC-V" OF_I386},   {258, "an ELF file for LoongArch" OF_I386},
    {0x9026, "an ELF file for Alpha" OF_I386},
};

static uint16_t swapped(uint16_t x)
{
    return (uint16_t)(x << 8 | x >> 8);
}

/* Of a file for a machine that Baton knows. */
static const char *of_type(uint16_t type)
{
    switch (type) {
    case TYPE_REL:
        return "an ELF object file, which is not linked yet; give the linked kernel";
    case TYPE_DYN:
        return "a position-independent ELF program; Baton starts static executables (ld -no-pie)";
    case TYPE_CORE:
        return "an ELF core dump, no kernel; gdb opens it";
    }
    return "an ELF file of no type that is known; give a static executable";
}

const char *identify_elf(const struct identify_elf *header)
{
    bool big = header->ident[DATA] == DATA_BIG;
    uint16_t machine = big ? swapped(header->machine) : header->machine;
    uint16_t type = big ? swapped(header->type) : header->type;

    for (size_t i = 0; i < sizeof(machines) / sizeof(*machines); i++)
        if (machines[i].machine == machine)
            return machines[i].what;
    if (machine != MACHINE_386 && machine != MACHINE_X86_64)
        return "an ELF file for a machine that Baton does not know" OF_I386;
    if (big || header->ident[DATA] != DATA_LITTLE)
        return "an ELF file for x86 in an order of bytes that x86 does not have; it is damaged";
    if (type != TYPE_EXEC)
        return of_type(type);
    switch (header->ident[CLASS]) {
    case CLASS_32:
        return machine == MACHINE_386
                   ? NULL
                   : "a 32-bit ELF file for x86-64; Baton starts ELF32 for i386, ELF64 for x86-64";
    case CLASS_64:
        return machine == MACHINE_X86_64 ? NULL
                                         : "a 64-bit ELF file for a 32-bit machine; it is damaged";
    default:
        return "an ELF file of neither 32 nor 64 bits; it is damaged";
    }
}
