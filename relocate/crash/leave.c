/* From the vault to the trampoline. i386 only. */
#include "baton/crash.h"

/* Nothing is written to what the seal covers, for a second try: the image is a copy. The
 * registers go to the part of the core headers that no digest covers. */
int baton_vault_leave(struct baton_vault *vault, uint64_t exec_ticks, struct baton_refusal *why)
{
    struct baton_image image = vault->image;
    char *headers = (char *)vault - BATON_CRASH_HEADERS;

    image.exec_ticks = exec_ticks;
    __builtin_memcpy(headers + vault->registers, &vault->dead, sizeof(vault->dead));
    __builtin_memcpy(baton_trampoline_page, vault->trampoline, BATON_PAGE_SIZE);
    return baton_handoff(&image, why);
}
