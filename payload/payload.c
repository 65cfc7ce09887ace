/* The table of payload formats, and the two steps of a load that use it. */
#include "payload/common/payload.h"

#include "lib/text.h"
#include "payload/common/identify.h"
#include "relocate/image/call.h"
#include "relocate/trampoline/digest.h"

const struct baton_format *const baton_formats[] = {
    &payload_linux16, /* it has a bzImage's header, too */
    &payload_bzimage,
    &payload_multiboot2, /* many kernels have both headers, and this one can say more */
    &payload_multiboot1, /* most are ELF32, too */
    &payload_vmlinux,    /* it is ELF32, too */
    &payload_elf64,
    &payload_elf32,
    &payload_flat,       /* only by its name */
    &payload_bootsector, /* its number may be at the end of any file's first sector */
    NULL,
};

#define CANNOT_RETURN                                                                              \
    "of a kind that is entered and does not return; only a static ELF32, a multiboot kernel or a " \
    "flat file can be called and return"
#define FORMATS_KNOWN                                                                              \
    "Linux bzImage and vmlinux, multiboot, static ELF32 for i386 and ELF64 for x86-64, boot "      \
    "sectors, and any file with type=flat"

/* The host's formats, or else this library's. */
static const struct baton_format *const *formats_of(const struct baton_host *host)
{
    return host->formats ? host->formats : baton_formats;
}

/* The first format that recognises the file; NULL: none does. */
static const struct baton_format *recognise(const struct baton_host *host,
                                            const struct baton_file *file)
{
    const struct baton_format *const *format = formats_of(host);

    while (*format && !((*format)->is && (*format)->is(host, file)))
        format++;
    return *format;
}

/* The format of that name; NULL: there is none. */
static const struct baton_format *format_named(const struct baton_host *host, const char *name)
{
    const struct baton_format *const *format = formats_of(host);
    const char *rest;

    while (*format && (!(rest = text_after(name, (*format)->name)) || *rest))
        format++;
    return *format;
}

/* Does the format take the file if its name is given? */
static bool takes(const struct baton_format *format, const struct baton_host *host,
                  const struct baton_file *file)
{
    bool (*is)(const struct baton_host *, const struct baton_file *) =
        format->named ? format->named : format->is;

    return !is || is(host, file);
}

/* There is no such type; the sentence lists those that there are. */
static int refuse_name(const struct baton_host *host, const char *name,
                       struct baton_payload *payload, struct baton_refusal *why)
{
    struct text list = {payload->name, sizeof(payload->name), 0};

    for (const struct baton_format *const *format = formats_of(host); *format; format++) {
        if (list.length)
            text_add(&list, ", ");
        text_add(&list, (*format)->name);
    }
    refuse(why, BATON_E_NO_TYPE, payload->name, 0, 0);
    why->asked = name;
    return why->error;
}

/* The file is not of the type that was asked for; the sentence says what it is. */
static int refuse_type(const struct baton_host *host, const struct baton_request *request,
                       struct baton_payload *payload, struct baton_refusal *why)
{
    const struct baton_format *format = recognise(host, &request->kernel);
    struct text kind = {payload->kind, sizeof(payload->kind), 0};
    const char *what = format ? payload->kind : identify(host, &request->kernel);

    if (format) {
        text_add(&kind, "of the type ");
        text_add(&kind, format->name);
    }
    refuse(why, BATON_E_TYPE, what ? what : "of no known kind", 0, 0);
    why->asked = request->type;
    return why->error;
}

int baton_payload_read(const struct baton_host *host, const struct baton_request *request,
                       struct baton_payload *payload, struct baton_refusal *why)
{
    uint32_t magic = 0;
    const char *what;
    int error;

    __builtin_memset(payload, 0, sizeof(*payload)); /* a literal would be 12 KiB of stack at -O0 */
    error = baton_host_check(host, request, why);
    if (error)
        return error;
    payload->format =
        request->type ? format_named(host, request->type) : recognise(host, &request->kernel);
    if (request->type && !payload->format)
        return refuse_name(host, request->type, payload, why);
    if (!request->kernel.size)
        return refuse(why, BATON_E_EMPTY, "the payload", 0, 0);
    if (request->type && !takes(payload->format, host, &request->kernel))
        return refuse_type(host, request, payload, why);
    if (payload->format) {
        error = payload->format->read(host, request, payload, why);
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
