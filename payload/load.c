/* A whole load, from a file to an armed image: every step of baton.h in order. */
#include "lib/refuse.h"

/* The pages of a loaded image would be lost. */
static int refuse_loaded(const struct baton_host *host, const struct baton_image *image,
                         struct baton_refusal *why)
{
    if (image->host != host)
        return 0;
    return refuse_host(why, "the image is loaded already: baton_image_free() comes first", 0, 0);
}

int baton_image_make(const struct baton_host *host, const struct baton_request *request,
                     const struct baton_machine *machine, struct baton_payload *payload,
                     struct baton_image *image, struct baton_refusal *why)
{
    int error = refuse_loaded(host, image, why);

    if (error)
        return error;
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

static void set_guess(struct baton_payload *payload, uint64_t guess)
{
    for (uint32_t i = 0; i < payload->segments; i++)
        if (payload->segment[i].role == BATON_ROLE_KERNEL)
            payload->segment[i].guess = guess;
}

int baton_load(const struct baton_host *host, const struct baton_request *request,
               const struct baton_machine *machine, struct baton_payload *payload,
               struct baton_image *image, struct baton_refusal *why)
{
    int error = refuse_loaded(host, image, why);

    if (error)
        return error;
    *image = (struct baton_image){0};
    error = baton_payload_read(host, request, payload, why);
    if (error)
        return error;
    const struct baton_segment *kernel = baton_segment_find(payload, BATON_ROLE_KERNEL, 0);
    uint64_t guess = kernel ? kernel->guess : 0, try = guess;
    for (;;) {
        set_guess(payload, try);
        error = baton_place(host, request, payload, why);
        set_guess(payload, guess);
        if (!error)
            error = baton_image_make(host, request, machine, payload, image, why);
        /* The guessed window has moved other segments to where control pages could lie: try half
         * of the guess. */
        uint64_t more = guess ? kernel->window - kernel->mem_size : 0; /* more than its own bytes */
        if (error != BATON_E_NO_PAGES || more < BATON_PAGE_SIZE)
            return error;
        try = kernel->mem_size + more / 2;
    }
}
