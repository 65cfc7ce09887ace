/* What the formats share that are entered in real mode: where the memory lies that they get. */
#ifndef PAYLOAD_REAL16_H
#define PAYLOAD_REAL16_H

#include "payload/common/payload.h"

#define REAL16_FREE 0x10000u /* below: vectors, BIOS data, and what the BIOS and loaders use */
#define REAL16_END 0xa0000u  /* above: video memory */
#define REAL16_TEXT 3u       /* for INT 10h: text mode, 80 x 25, and a clear screen */

/* There is a BIOS: the payload's reach, so that the exit lies where real mode can run it. Else
 * E_REALMODE; `reason` is why real mode (static text). */
static inline int real16_begin(const struct baton_request *request, struct baton_payload *payload,
                               const char *reason, struct baton_refusal *why)
{
    uint32_t end = request->bios_end < REAL16_END ? request->bios_end : REAL16_END;

    if (!end)
        return refuse(why, BATON_E_REALMODE, reason, 0, 0);
    payload->reach[0] = (struct baton_range){REAL16_FREE, baton_page_down(end)};
    return 0;
}

/* The entry, with the stack at segment:sp. A framebuffer gives way to text mode. */
static inline struct baton_entry real16_entry(const struct baton_request *request, uint32_t segment,
                                              uint32_t sp, uint32_t cs, uint32_t ip)
{
    bool graphics = request->screen.kind == BATON_SCREEN_LINEAR;

    return (struct baton_entry){
        BATON_ENTRY_REAL16,
        {.eip = cs << 16 | ip, .ebp = segment << 16 | sp, .eax = graphics ? REAL16_TEXT : 0}};
}

#endif
