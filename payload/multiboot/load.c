/* What a multiboot kernel's address fields load, and its modules. [MB1 3.1.3, MB2 3.1.5] */
#include "lib/text.h"
#include "payload/multiboot/multiboot.h"

#define MODULE_MIN 0x100000u /* low memory is the firmware's */

/* The file's offset of the first loaded byte, and where that will lie. */
static int find_start(const struct multiboot_addresses *a, uint64_t *offset, uint64_t *load,
                      struct baton_refusal *why)
{
    if (!a->whole && a->header < a->load)
        return refuse(why, BATON_E_LEAST, "header_addr (load_addr is below it)", a->header,
                      a->load);
    if (a->whole ? a->header < a->at : a->header - a->load > a->at)
        return refuse(why, BATON_E_FIELD, "header_addr (that puts its start before the file's)",
                      a->header, 0);
    *load = a->whole ? a->header - a->at : a->load;
    *offset = a->whole ? 0 : a->at - (a->header - a->load);
    return 0;
}

int multiboot_add_addressed(const struct baton_request *request,
                            const struct multiboot_addresses *a, struct baton_payload *payload,
                            struct baton_refusal *why)
{
    uint64_t offset, load;
    int error = find_start(a, &offset, &load, why);

    if (error)
        return error;
    uint64_t end = a->end ? a->end : load + (request->kernel.size - offset);
    if (end < load)
        return refuse(why, BATON_E_LEAST, "load_end_addr", end, load);
    if (offset + (end - load) > request->kernel.size)
        return refuse(why, BATON_E_TRUNCATED, "bytes up to load_end_addr", request->kernel.size,
                      offset + (end - load));
    if (a->bss_end && a->bss_end < end)
        return refuse(why, BATON_E_LEAST, "bss_end_addr", a->bss_end, end);

    struct baton_segment *s = baton_segment_add(payload, BATON_ROLE_LOAD, "image");
    s->flags = BATON_SEG_FIXED;
    s->source = request->kernel.pa + offset;
    s->file_size = end - load;
    s->mem_size = (a->bss_end ? a->bss_end : end) - load;
    s->prefer = load;
    s->max = 1ull << 32;
    s->align = 1;
    return 0;
}

bool multiboot_is_loaded(const struct baton_payload *payload, uint64_t address)
{
    for (uint32_t i = 0; i < payload->segments; i++) {
        const struct baton_segment *s = &payload->segment[i];

        if (s->role == BATON_ROLE_LOAD && address >= s->prefer && address - s->prefer < s->mem_size)
            return true;
    }
    return false;
}

const struct baton_module *multiboot_module(const struct baton_request *request, uint32_t n)
{
    for (uint32_t i = 0; i < BATON_MODULES; i++)
        if (request->module[i].file.size && !n--)
            return &request->module[i];
    return NULL;
}

int multiboot_add_modules(const struct baton_request *request, struct baton_payload *payload,
                          struct baton_refusal *why)
{
    const struct baton_module *module;

    for (uint32_t n = 0; (module = multiboot_module(request, n)); n++) {
        char what[20];
        struct text text = {what, sizeof(what), 0};

        text_add(&text, "module ");
        text_decimal(&text, n + 1);
        struct baton_segment *s = baton_segment_add(payload, BATON_ROLE_MODULE, what);
        if (!s)
            return refuse(why, BATON_E_SEGMENTS, "segments", BATON_SEGMENTS + 1, BATON_SEGMENTS);
        s->flags = BATON_SEG_ANYWHERE;
        s->source = module->file.pa;
        s->file_size = s->mem_size = module->file.size;
        s->min = MODULE_MIN;
        s->max = 1ull << 32;
        s->align = BATON_PAGE_SIZE;
    }
    return 0;
}
