/* Multiboot 2: the header (multiboot2.c), and the information at the entry (multiboot2_info.c). */
#ifndef PAYLOAD_MULTIBOOT_MULTIBOOT2_H
#define PAYLOAD_MULTIBOOT_MULTIBOOT2_H

#include "payload/multiboot/multiboot.h"

/* Writes the information into the area; area NULL: only counts. Returns its size in bytes. */
uint32_t multiboot2_write(const struct baton_host *host, const struct baton_request *request,
                          const struct baton_payload *payload, const struct baton_segment *area);

#endif
