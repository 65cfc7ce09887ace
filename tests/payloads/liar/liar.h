/*
 * The liar: a multiboot kernel that acts as a boot loader, with wrong information on request.
 *
 *     qemu -kernel liar.elf -append "lies" -initrd "baton.elf words,payload args,initrd"
 *
 * Its first module is the kernel to boot, the others are that kernel's modules. It loads the ELF,
 * makes its own multiboot information in an arena, and enters the kernel in a given CPU state. The
 * lies are in its command line: words.c. Without lies it is a correct loader, and everything must
 * pass.
 *
 * With enter=record it acts as Baton instead, and enters a judge with a record: if one thing is
 * wrong, the judge must report it. This is the test of the judge itself.
 */
#ifndef LIAR_H
#define LIAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- the needed parts of multiboot 1 [MB1 3.3] */

#define MB_ENTRY_MAGIC 0x2badb002u
#define MB_HAS_MEMORY (1u << 0)
#define MB_HAS_COMMAND_LINE (1u << 2)
#define MB_HAS_MODULES (1u << 3)
#define MB_HAS_MAP (1u << 6)
#define MB_HAS_LOADER (1u << 9)

struct mb_info {
    uint32_t flags, mem_lower, mem_upper, boot_device, command_line;
    uint32_t mods_count, mods;
    uint32_t symbols[4];
    uint32_t map_size, map;
    uint32_t drives_size, drives, config, loader, apm;
    uint32_t vbe[4];
    uint32_t framebuffer[7]; /* room for more than its fields */
};

struct mb_module {
    uint32_t start, end, string, reserved;
};

struct mb_map_entry {
    uint32_t size; /* of the rest, 20 or more */
    uint64_t start, length;
    uint32_t type;
} __attribute__((packed));

/* ---- the CPU state for the next kernel (entry.S: leave) */

struct entry_state {
    uint32_t eax, ebx, ecx, edx, esi, edi, ebp, esp, eflags, eip;
    uint32_t cs, data; /* selectors: entry.S's GDT, or the control page's */
    uint32_t cr0, cr4, has_cr4;
    uint32_t dr0, dr7;
    uint16_t gdt_pad, gdt_limit;
    uint32_t gdt_base;
    uint16_t idt_pad, idt_limit;
    uint32_t idt_base;
    uint32_t gdt_gone; /* after the segments are loaded, the GDT's limit becomes 0 */
    uint32_t tr;       /* a selector, 0: no task is loaded */
};

void leave(const struct entry_state *state) __attribute__((noreturn, regparm(1)));

/* ---- words.c: the lies, "name=value" in the command line */

bool word(const char *name, const char *value);             /* is name=value given? */
bool word_given(const char *name);                          /* is name= given with any value? */
uint32_t word_number(const char *name, uint32_t otherwise); /* name=0x... */
void words_open(const char *command_line);

/* ---- the parts; after an error they call give_up() */

void give_up(const char *why) __attribute__((noreturn));
void *arena(uint32_t size); /* strings.c: memory for the information */
char *arena_string(const char *text);
const char *past_file_name(const char *string); /* strings.c: QEMU names the file first */
/* A string from QEMU as this loader gives it: only the arguments, like GRUB 2, or all of it with
 * names=first. */
const char *as_given(const char *string);
uint32_t load(const struct mb_module *file); /* loader.c: its entry */
void make_map(struct mb_info *info, const struct mb_info *given);
void make_modules(struct mb_info *info, const struct mb_module *given, uint32_t count);
void make_strings(struct mb_info *info, const char *command_line);
void make_state(struct entry_state *state); /* cpu.c: adds the CPU's lies */
void make_record(struct entry_state *state, const struct mb_module *given, uint32_t count);

#endif
