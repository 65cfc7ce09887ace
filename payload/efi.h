/* What Linux is told of UEFI firmware: efi_info in boot_params, and the firmware's memory map. */
#ifndef PAYLOAD_EFI_H
#define PAYLOAD_EFI_H

#include "payload/common/payload.h"

/* The memory map as a segment, and the node for it, if the request has one. 0 or an error. */
int efi_add(const struct baton_request *request, struct baton_payload *payload,
            struct baton_refusal *why);

/* Writes the node of setup_data that names the memory map's place, so that Linux keeps it free.
 * Returns the pa of the chain's first node; that is `next` if there is no map. */
uint64_t efi_write_node(const struct baton_host *host, const struct baton_payload *payload,
                        uint64_t next);

/* Fills efi_info in the page of boot_params, if there is a map. */
void efi_write_info(uint8_t *params, const struct baton_efi *efi,
                    const struct baton_payload *payload);

#endif
