/* Multiboot 1: the header (multiboot1.c), and the information at the entry (multiboot1_info.c). */
#ifndef PAYLOAD_MULTIBOOT_MULTIBOOT1_H
#define PAYLOAD_MULTIBOOT_MULTIBOOT1_H

#include "payload/multiboot/multiboot.h"

/* Writes the information into the area; area NULL: only counts. Returns its size in bytes. */
uint32_t multiboot1_write(const struct baton_host *host, const struct baton_request *request,
                          const struct baton_payload *payload, const struct baton_segment *area);

#endif
