/* The memory of a machine that a multiboot 2 loader has left, built tag by tag, for the host tests of
 * the reader. */
#ifndef HOST_LOADER2_H
#define HOST_LOADER2_H

#include "boot/bootinfo.h"

#define LOADER2_INFO 0x10000u        /* where the information is */
#define LOADER2_ROOM 0x8000u         /* bytes for it */
#define LOADER2_FIRMWARE 0x7ff00000u /* memory of the firmware: the map calls it ACPI tables */
#define LOADER2_FIRMWARE_ROOM 0x10000u
#define LOADER2_BIOS 0xe0000u /* the BIOS area */
#define LOADER2_DESCRIPTOR 48 /* bytes of an EFI memory descriptor; there are two */
#define LOADER2_MAGIC 0x36d76289u

extern struct boot_info loader2_info; /* the result */
extern uint64_t loader2_reads;
extern uint8_t loader2_elsewhere; /* every byte of the rest of memory */

/* Clears all of it, and starts an empty information. */
void loader2_begin(void);

/* Only starts an empty information again. */
void loader2_restart(void);

/* Appends a tag, and returns the address of its first byte. */
uint32_t loader2_tag(uint32_t type, const void *body, uint32_t size);
uint32_t loader2_string(uint32_t type, const char *string);
uint32_t loader2_module(uint32_t start, uint32_t end, const char *string);

/* Appends the end tag, and writes the total size. */
void loader2_end(void);

/* The end tag is the next tag's place again. */
void loader2_reopen(void);

/* What GRUB leaves on a UEFI machine: every tag that Baton reads, in GRUB's order. */
void loader2_grub(void);

/* The address of the first tag of this type. */
uint32_t loader2_find(uint32_t type);

/* Where this byte of memory is; NULL: it is not there. */
uint8_t *loader2_byte(uint64_t pa);
void loader2_put(uint64_t pa, unsigned size, uint64_t value);
void loader2_copy(uint64_t pa, const void *bytes, uint32_t size);

/* A root pointer with right checksums at pa. size: 20 or 36. */
void loader2_rsdp(uint64_t pa, unsigned size, uint32_t rsdt);

/* Makes the checksums of a root pointer of 36 bytes right again. */
void loader2_sum(uint64_t pa);

/* An EFI system table at the start of the firmware's memory, with pointers of these bits; its
 * configuration table has `count` unknown entries, and then these two, unless they are 0. */
void loader2_efi(unsigned bits, unsigned count, uint64_t acpi_new, uint64_t acpi_old);

/* Reads it; checks that no byte above 4 GiB is read, and that it ends soon. */
const char *loader2_read(void);
const char *loader2_read_at(uint64_t pa);

/* What a kernel on a BIOS does later. */
void loader2_find_smbios(void);

#endif
