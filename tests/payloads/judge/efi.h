/* The judge's part for UEFI, of a bzImage only. */
#ifndef JUDGE_EFI_H
#define JUDGE_EFI_H

#include <stdint.h>

/* info: efi_info of boot_params. map, map_size: what the setup_data node says; 0: there is none. */
void efi_check(const void *info, uint32_t map, uint32_t map_size);

#endif
