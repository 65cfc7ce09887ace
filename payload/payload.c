/* The table of payload formats, and the two steps of a load that use it. */
#include "payload/payload.h"

#include "payload/identify.h"
#include "relocate/image/call.h"
#include "relocate/trampoline/digest.h"

const struct baton_format *const baton_formats[] = {
    &payload_bzimage,
    &payload_multiboot2, /* many kernels have both headers, and this one can say more */
    &payload_multiboot1, /* most are ELF32, too */
    &payload_vmlinux,    /* it is ELF32, too */
    &payload_elf32,
    NULL,
};

#define CANNOT_RETURN                                                                              \
    "of a kind that is entered and does not return; only a static ELF32 can be called and return"
#define FORMATS_KNOWN "Linux bzImage, multiboot, vmlinux and static ELF32 for i386"

int baton_payload_read(const struct baton_host *host, const struct baton_request *request,
                       struct baton_payload *payload, struct baton_refusal *why)
{
    const struct baton_format *const *format;
    uint32_t magic = 0;
    const char *what;
    int error;

    __builtin_memset(payload, 0, sizeof(*payload)); /* a literal would be 12 KiB of stack at -O0 */
    error = baton_host_check(host, request, why);
    if (error)
        return error;
    if (!request->kernel.size)
        return refuse(why, BATON_E_EMPTY, "the payload", 0, 0);
    for (format = host->formats ? host->formats : baton_formats; *format; format++)
        if ((*format)->is(host, &request->kernel)) {
            payload->format = *format;
            error = (*format)->read(host, request, payload, why);
            payload->call = request->call;
            return !error && request->call && !payload->returns
                       ? refuse(why, BATON_E_KIND, CANNOT_RETURN, 0, 0)
                       : error;
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
    for (uint32_t i = 0; i < payload->segments; i++) /* an earlier call may have written there */
        if (baton_is_generated(&payload->segment[i]))
            __builtin_memset(host->map(host->ctx, BATON_WINDOW_PAGE, payload->segment[i].source), 0,
                             BATON_PAGE_SIZE);
    payload->format->finish(image, request, payload);
    digest_generated(payload, image);
    call_refill(payload, image);
}
