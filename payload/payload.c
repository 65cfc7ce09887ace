/* The table of payload formats, and the road's two steps that go through it. */
#include "payload/payload.h"

#include "payload/identify.h"
#include "relocate/trampoline/digest.h"

static const struct baton_format *const formats[] = {
    &payload_bzimage,
    &payload_vmlinux, /* it is ELF32, too */
    &payload_elf32,
};

#define FORMATS_KNOWN "Linux bzImage, vmlinux and static ELF32 for i386"

int baton_payload_read(const struct baton_host *host, const struct baton_request *request,
                       struct baton_payload *payload, struct baton_refusal *why)
{
    uint32_t magic = 0;
    const char *what;

    *payload = (struct baton_payload){0};
    if (!request->kernel.size)
        return refuse(why, BATON_E_EMPTY, "the payload", 0, 0);
    for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
        if (formats[i]->is(host, &request->kernel)) {
            payload->format = formats[i];
            return formats[i]->read(host, request, payload, why);
        }
    if ((what = identify(host, &request->kernel)))
        return refuse(why, BATON_E_KIND, what, 0, 0);
    baton_file_read(host, &request->kernel, 0, &magic,
                    request->kernel.size < 4 ? (size_t)request->kernel.size : 4);
    return refuse(why, BATON_E_FORMAT, FORMATS_KNOWN, magic, 0);
}

void baton_payload_finish(const struct baton_request *request, struct baton_payload *payload,
                          struct baton_image *image)
{
    const struct baton_host *host = image->host;

    image->armed = false;
    for (uint32_t i = 0; i < payload->segments; i++) /* whatever an earlier call has left there */
        if (payload->segment[i].flags & BATON_SEG_MADE)
            __builtin_memset(host->map(host->ctx, BATON_WINDOW_PAGE, payload->segment[i].dest), 0,
                             BATON_PAGE_SIZE);
    payload->format->finish(image, request, payload);
    digest_made(payload, image);
}
