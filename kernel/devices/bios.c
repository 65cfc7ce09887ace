/*
 * Vectors, data and interrupt masks of the BIOS. Baton writes none of the first two, and masks all
 * interrupts at the hand-off (quiet.c).
 */
#include "kernel/devices/bios.h"

#include "kernel/devices/quiet.h"
#include "kernel/machine/window.h"
#include "lib/crc32.h"

#define DATA_END 0x500u    /* vectors from 0, data from 0x400 on */
#define MEMORY_SIZE 0x413u /* a word: KiB of memory below the BIOS's own, as INT 12h says it */
#define MEMORY_LEAST 64u   /* KiB; less is no answer */
#define MEMORY_MOST 640u
#define BYTES_PER_KIB 1024u
#define VECTOR_BYTES 4u

/* Interrupts that each BIOS has: screen, disk, keyboard, and the loading of a boot sector. */
static const uint8_t services[] = {0x10, 0x13, 0x16, 0x19};

static uint32_t end, checksum;
static struct devices devices; /* as they were at the start */

static const uint8_t *low_memory(void)
{
    return window_map(BATON_WINDOW_SOURCE, 0);
}

/* On UEFI through multiboot 1, which says nothing of it, this memory is zeros or anything. */
static bool has_services(const uint8_t *low)
{
    for (unsigned i = 0; i < sizeof(services); i++)
        if (!*(const uint32_t *)(const void *)(low + services[i] * VECTOR_BYTES))
            return false;
    return true;
}

void bios_start(bool uefi)
{
    const uint8_t *low = low_memory();
    uint32_t size = low[MEMORY_SIZE] | (uint32_t)low[MEMORY_SIZE + 1] << 8;

    devices_save(&devices);
    checksum = crc32(0, low, DATA_END);
    if (!uefi && size >= MEMORY_LEAST && size <= MEMORY_MOST && has_services(low))
        end = size * BYTES_PER_KIB;
}

uint32_t bios_end(void)
{
    return end;
}

bool bios_is_whole(void)
{
    return crc32(0, low_memory(), DATA_END) == checksum;
}

void bios_unmask(void)
{
    devices_restore(&devices);
}
