/*
 * The first steps of the old kernel, in the order in which kernel_main() takes them. Each prints
 * its lines. What makes a start impossible is refused: the sentence is printed, and Baton stops.
 */
#ifndef KERNEL_START_START_H
#define KERNEL_START_START_H

#include "boot/bootinfo.h"
#include "kernel/options/options.h"

/* The memory map: sorted, without overlaps. */
struct ram {
    struct baton_memory range[2 * BOOT_MEMORY];
    uint32_t count;
    uint64_t usable; /* bytes */
};

/* Prints the sentence and stops. */
void start_refuse(const char *sentence) __attribute__((noreturn));

/* The screen that the loader left: VGA text, or a framebuffer, or none. */
void start_screen(const struct boot_info *boot);

/* Fills options from Baton's own command line and starts the serial port. Unknown words are
 * reported and ignored, wrong values are refused. */
void start_options(struct boot_info *boot, struct options *options);

/* Fills ram, which must be all zeros, from the loader's map; says what was repaired. */
void start_memory(const struct boot_info *boot, bool verbose, struct ram *ram);

/* Refuses a module that is not in RAM, or that overlaps Baton: it cannot have been loaded, so the
 * loader's list is wrong. */
void start_modules(const struct boot_info *boot, const struct ram *ram);

/* Leaves out the EFI memory map if it cannot be kept: Linux can do without the firmware. */
void start_efi(struct boot_info *boot, const struct ram *ram);

/* The page allocator: all usable memory, without Baton, the modules, and what is kept of UEFI. */
void start_pages(const struct boot_info *boot, const struct ram *ram);

/* crashkernel=: reserves the region. Before anything else allocates pages. */
void start_region(const struct boot_info *boot, const struct options *options,
                  const struct ram *ram);

/* The live tables, of the kind that paging= names. */
void start_tables(const struct options *options, const struct ram *ram);

/*
 * crash=: stages the capture kernel as early as possible. One command line may serve many machines:
 * where crashkernel= keeps no memory, Baton continues without a capture kernel. false: refused, and
 * it has said why.
 */
bool start_capture(const struct boot_info *boot, const struct options *options);

#endif
