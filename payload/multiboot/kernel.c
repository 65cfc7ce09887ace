/* How both multiboot formats end their read() and their finish(). */
#include "lib/text.h"
#include "payload/multiboot/multiboot.h"

_Static_assert(sizeof(struct multiboot_kept) <= BATON_HEADER, "a payload keeps it");

static void keep(struct baton_payload *payload, const struct multiboot_kept *kept)
{
    payload->header_size = sizeof(*kept);
    __builtin_memcpy(payload->header, kept, sizeof(*kept));
}

struct multiboot_kept multiboot_kept(const struct baton_payload *payload)
{
    struct multiboot_kept kept;

    __builtin_memcpy(&kept, payload->header, sizeof(kept));
    return kept;
}

static void add_name(struct baton_payload *payload, const char *format, bool addressed)
{
    struct text name = {payload->name, sizeof(payload->name), 0};
    struct text kind = {payload->kind, sizeof(payload->kind), 0};

    text_add(&name, "a kernel");
    text_add(&kind, format);
    text_add(&kind, addressed ? ", address fields" : payload->long_mode ? ", ELF64" : ", ELF32");
}

int multiboot_complete(const struct baton_host *host, const struct baton_request *request,
                       const struct multiboot_kind *kind, bool addressed,
                       struct baton_payload *payload, struct multiboot_kept *kept,
                       struct baton_refusal *why)
{
    int error =
        command_line_check(request->command_line, BATON_PAGE_SIZE - 1, "a multiboot kernel", why);

    if (!error)
        error = multiboot_add_sections(host, request, payload, kept, why);
    if (!error)
        error = multiboot_add_modules(request, payload, why);
    if (error)
        return error;
    payload->returns = true;
    add_name(payload, kind->name, addressed);
    keep(payload, kept);
    return baton_area_add(payload, BATON_ROLE_MULTIBOOT, "multiboot info",
                          kind->write(host, request, payload, NULL), why);
}

void multiboot_finish(const struct baton_image *image, const struct baton_request *request,
                      const struct multiboot_kind *kind, struct baton_payload *payload)
{
    const struct baton_segment *area = baton_segment_find(payload, BATON_ROLE_MULTIBOOT, 0);
    struct multiboot_kept kept = multiboot_kept(payload);
    uint32_t eip = kept.entry;

    kind->write(image->host, request, payload, area);
    if (kept.relocatable)
        eip += (uint32_t)payload->segment[0].dest - kept.load_base;
    payload->entry = (struct baton_entry){
        BATON_ENTRY_FLAT32, {.eip = eip, .eax = kind->loaded, .ebx = (uint32_t)area->dest}};
}
