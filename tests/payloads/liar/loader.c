/*
 * Loads an ELF32 to its physical addresses, like a boot loader, and clears its tails.
 * The lies here change the loaded bytes; the judge must find that (enter=record):
 *
 *   spoil=0x...    one byte at this address is flipped after loading
 *   dirty=0x...    the byte at this address becomes 0xaa (in the judge's tail)
 */
#include "liar/liar.h"

#include "lib/elf.h"

#define ELF_MAGIC 0x464c457fu
#define LOWEST 0x100000u

extern const char liar_gdt[];

uint32_t load(const struct mb_module *file)
{
    const uint8_t *bytes = (const uint8_t *)(uintptr_t)file->start;
    const struct elf_header *h = (const void *)bytes;
    uint32_t entry = h->entry;

    if (h->magic != ELF_MAGIC)
        give_up("the first module is no ELF");
    for (uint32_t i = 0; i < h->phnum; i++) {
        const struct elf_segment *s = (const void *)(bytes + h->phoff + i * sizeof *s);
        uint8_t *to = (uint8_t *)(uintptr_t)s->paddr;

        if (s->type != ELF_LOAD || s->memsz == 0)
            continue;
        if (s->paddr < LOWEST || s->paddr + s->memsz > ((uintptr_t)liar_gdt & ~0xfffffu))
            give_up("the first module does not fit below the liar");
        for (uint32_t n = 0; n < s->memsz; n++)
            to[n] = n < s->filesz ? bytes[s->offset + n] : 0;
        /* The entry may be a virtual address: multiboot requires the physical one. */
        if (h->entry >= s->vaddr && h->entry - s->vaddr < s->memsz && s->vaddr != s->paddr)
            entry = h->entry - s->vaddr + s->paddr;
    }
    if (word_given("spoil"))
        *(uint8_t *)(uintptr_t)word_number("spoil", 0) ^= 0x10;
    if (word_given("dirty"))
        *(uint8_t *)(uintptr_t)word_number("dirty", 0) = 0xaa;
    return entry;
}
