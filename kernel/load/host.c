/* The old kernel as the core's host: its functions, and what they say of the machine. */
#include "kernel/load/host.h"

#include "boot/smbios.h"
#include "kernel/devices/acpi.h"
#include "kernel/devices/watchdog.h"
#include "kernel/machine/layout.h"
#include "kernel/machine/window.h"
#include "kernel/memory/live.h"
#include "kernel/memory/pages.h"

static struct baton_host host;
static struct baton_range keep[LIVE_RANGES + BOOT_EFI_KEPT];
static struct boot_info *boot;

static int host_alloc(void *ctx, uint64_t below, uint64_t *pa)
{
    (void)ctx;
    return pages_alloc(below, pa);
}

static void host_free(void *ctx, uint64_t pa)
{
    (void)ctx;
    pages_free(pa);
}

static void *host_map(void *ctx, enum baton_window window, uint64_t pa)
{
    (void)ctx;
    return window_map(window, pa);
}

/* A long load is no hang. */
static void host_progress(void *ctx, uint64_t done, uint64_t all)
{
    (void)ctx;
    (void)done;
    (void)all;
    watchdog_feed();
}

static void host_root_pointer(void *ctx, uint8_t copy[BATON_RSDP_SIZE])
{
    (void)ctx;
    acpi_copy_root(boot->acpi_rsdp, copy);
}

/* The search of a BIOS's segment is for the first payload that gets the tables. */
static void host_smbios(void *ctx, struct baton_smbios *smbios)
{
    (void)ctx;
    if (!boot->efi.bits && !boot->smbios.tables.size)
        smbios_find(boot, window_read);
    *smbios = boot->smbios;
}

void host_start(struct boot_info *boot_info, const struct baton_memory *memory, uint32_t count)
{
    boot = boot_info;
    __builtin_memcpy(keep, live.range, live.ranges * sizeof(*keep));
    __builtin_memcpy(keep + live.ranges, boot->efi_kept, boot->efi_kept_count * sizeof(*keep));
    host = (struct baton_host){
        .size = sizeof(host),
        .alloc_page = host_alloc,
        .free_page = host_free,
        .map = host_map,
        .progress = host_progress,
        .root_pointer = host_root_pointer,
        .smbios = host_smbios,
        .memory = memory,
        .memory_count = count,
        .keep = keep,
        .keep_count = live.ranges + boot->efi_kept_count,
        .trampoline_pa = (uint32_t)baton_trampoline_page - KERNEL_BASE,
    };
}

const struct baton_host *host_get(void)
{
    return &host;
}
