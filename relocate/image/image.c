/*
 * Builds an image: generated pages, tables, list, control code page. All of it may fail, and all
 * of it happens before the point of no return (H6).
 */
#include "relocate/image/image.h"

#include "lib/refuse.h"
#include "relocate/image/call.h"
#include "relocate/place/ledger.h"
#include "relocate/place/reach.h"
#include "relocate/trampoline/digest.h"
#include "relocate/trampoline/exit.h"
#include "relocate/trampoline/home.h"

static int give_up(struct baton_image *image, struct baton_refusal *why, const char *what,
                   uint64_t limit, int error)
{
    ledger_refuse(image, why, error, what, limit);
    baton_image_free(image);
    return error;
}

/* The same, where what the host says is wrong. */
static int wrong(struct baton_image *image, struct baton_refusal *why, const char *what,
                 uint64_t value)
{
    baton_image_free(image);
    return refuse_host(why, what, value, 0);
}

int baton_image_begin(const struct baton_host *host, struct baton_payload *payload,
                      struct baton_image *image, struct baton_refusal *why)
{
    const char *what = "control code page";

    *image = (struct baton_image){.host = host, .trampoline_va = trampoline_home()};
    int error = payload->reach[0].end ? reach_take(image, payload, &what)
                                      : ledger_take(image, payload, &image->control);
    if (error)
        return give_up(image, why, what, reach_end(payload), error);
    for (uint32_t i = 0; i < payload->segments; i++) {
        struct baton_segment *s = &payload->segment[i];

        if (!baton_is_generated(s))
            continue;
        if (s->flags & BATON_SEG_AREA)
            error = ledger_take(image, payload, &s->source);
        else if (!payload->reach[0].end)
            error = ledger_take(image, payload, &s->dest);
        if (error)
            return give_up(image, why, s->what, LEDGER_LIMIT, error);
        if (s->flags & BATON_SEG_GENERATED)
            s->source = s->dest;
        __builtin_memset(host->map(host->ctx, BATON_WINDOW_PAGE, s->source), 0, BATON_PAGE_SIZE);
        image->counts.generated_pages++;
    }
    return 0;
}

int baton_image_build(const struct baton_request *request, struct baton_payload *payload,
                      const struct baton_machine *machine, struct baton_image *image,
                      struct baton_refusal *why)
{
    struct baton_machine about;
    int error;

    if (!exit_code(payload->entry.kind))
        return wrong(image, why, "payload->entry.kind is unknown", payload->entry.kind);
    if (machine->size != sizeof(*machine))
        return wrong(image, why, "machine->size is not that of this library's struct baton_machine",
                     machine->size);
    image->kind = request->live.kind;
    about = *machine;
    about.has_sha = about.has_sha && request->digest_page; /* else nothing needs it */
    image->machine = control_machine_bits(&about);
    error = tables_build(payload, image);
    if (!error)
        error = long_tables_build(payload, image);
    if (error)
        return give_up(image, why, "page tables", LEDGER_LIMIT, error);
    error = list_build(payload, image);
    if (error)
        return give_up(image, why, "indirection list", LEDGER_LIMIT, error);
    error = digest_build(request, payload, image, why);
    if (error) {
        baton_image_free(image);
        return error;
    }
    error = call_build(payload, image);
    if (error)
        return give_up(image, why, "call page", LEDGER_LIMIT, error);
    image->counts.control_pages = 1 + image->table_count + (image->fault_tables[0] ? 2 : 0) +
                                  (image->long_tables[0] ? BATON_LONG_TABLES : 0) +
                                  (image->swap ? 1 : 0) + (image->digest_code ? 2 : 0) +
                                  (image->call ? 1 : 0);
    control_fill(image, payload, &about, &request->screen);
    call_fill(image, payload);
    ledger_unpark(image);
    return 0;
}

void baton_image_free(struct baton_image *image)
{
    if (image->host)
        ledger_give_back(image);
    *image = (struct baton_image){0};
}
