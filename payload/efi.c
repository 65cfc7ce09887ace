/*
 * UEFI for Linux: efi_info, as a kernel finds it that its own EFI stub has not started. With it,
 * Linux calls the firmware's runtime services and finds its tables. [LBP zero-page: efi_info]
 */
#include "payload/efi.h"

#include "payload/bootparams.h"

#define EFI_32 "EL32"
#define EFI_64 "EL64"

/* The type that a setup_indirect node gives to the memory map: "EMAP" in memory. */
#define EFI_MAP_TYPE 0x50414d45u

struct efi_info {
    char signature[4];
    uint32_t system_table, descriptor_size, descriptor_version;
    uint32_t map, map_size;
    uint32_t system_table_high, map_high;
};

struct node {
    struct setup_data head;
    struct setup_indirect map;
};

int efi_add(const struct baton_request *request, struct baton_payload *payload,
            struct baton_refusal *why)
{
    const struct baton_file *map = &request->efi.map;
    struct baton_segment *s;

    if (!map->size)
        return 0;
    s = baton_segment_add(payload, BATON_ROLE_EFI_MAP, "EFI memory map");
    if (!s)
        return refuse(why, BATON_E_SEGMENTS, "segments", BATON_SEGMENTS + 1, BATON_SEGMENTS);
    s->flags = BATON_SEG_ANYWHERE;
    s->source = map->pa;
    s->file_size = s->mem_size = map->size;
    s->min = 0x100000; /* low memory is the firmware's, and Linux wants a piece of it */
    s->max = (uint64_t)INITRD_ADDR_MAX_DEFAULT + 1;
    s->align = BATON_PAGE_SIZE;
    return baton_area_add(payload, BATON_ROLE_EFI_NODE, "EFI node", sizeof(struct node), why);
}

uint64_t efi_write_node(const struct baton_host *host, const struct baton_payload *payload,
                        uint64_t next)
{
    const struct baton_segment *map = baton_segment_find(payload, BATON_ROLE_EFI_MAP, 0);
    const struct baton_segment *area = baton_segment_find(payload, BATON_ROLE_EFI_NODE, 0);

    if (!map)
        return next;
    struct node node = {{next, SETUP_INDIRECT, sizeof(struct setup_indirect)},
                        {SETUP_INDIRECT | EFI_MAP_TYPE, 0, map->mem_size, map->dest}};
    baton_area_write(host, payload, area, 0, &node, sizeof(node));
    return area->dest;
}

void efi_write_info(uint8_t *params, const struct baton_efi *efi,
                    const struct baton_payload *payload)
{
    const struct baton_segment *map = baton_segment_find(payload, BATON_ROLE_EFI_MAP, 0);
    struct efi_info info = {
        .system_table = (uint32_t)efi->system_table,
        .system_table_high = (uint32_t)(efi->system_table >> 32),
        .descriptor_size = efi->descriptor_size,
        .descriptor_version = efi->descriptor_version,
    };

    if (!map)
        return;
    __builtin_memcpy(info.signature, efi->bits == 64 ? EFI_64 : EFI_32, sizeof(info.signature));
    info.map = (uint32_t)map->dest;
    info.map_size = (uint32_t)map->mem_size;
    __builtin_memcpy(params + BP_EFI_INFO, &info, sizeof(info));
}
