/* The whole road, from a file to an armed image: every step of baton.h in order. */
#include "baton.h"

int baton_image_make(const struct baton_host *host, const struct baton_request *request,
                     const struct baton_machine *machine, struct baton_payload *payload,
                     struct baton_image *image, struct baton_refusal *why)
{
    int error;

    *image = (struct baton_image){0};
    error = baton_image_begin(host, payload, image, why);
    if (!error) {
        baton_payload_finish(request, payload, image);
        error = baton_image_build(request, payload, machine, image, why);
    }
    if (!error)
        error = baton_image_check(request, payload, image, why);
    if (error)
        baton_image_free(image);
    return error;
}

int baton_load(const struct baton_host *host, const struct baton_request *request,
               const struct baton_machine *machine, struct baton_payload *payload,
               struct baton_image *image, struct baton_refusal *why)
{
    int error = baton_payload_read(host, request, payload, why);

    *image = (struct baton_image){0};
    if (error)
        return error;
    struct baton_segment *s = &payload->segment[0];
    uint64_t guess = s->guess, wish = guess;
    for (;;) {
        s->guess = wish;
        error = baton_place(host, request, payload, why);
        s->guess = guess;
        uint64_t more = s->window - s->mem_size; /* than the kernel's own bytes */
        if (!error)
            error = baton_image_make(host, request, machine, payload, image, why);
        /* A guessed window has moved others to where there was room for pages: half of it, then. */
        if (error != BATON_E_NO_PAGES || !guess || more < BATON_PAGE_SIZE)
            return error;
        wish = s->mem_size + more / 2;
    }
}
