/*
 * Placement: every segment gets its destination, and as little moves as can be.
 *
 * Fixed segments go where they must. The first movable one (the kernel) tries its candidates in
 * order of cost (choose.c); the others then take the nearest place that is left.
 *
 * Where nothing else fits, preferences are reduced, no more than necessary: first the alignment, by
 * powers of two; or a window that is only guessed, down to the bytes that are loaded.
 */
#include "relocate/place/choose.h"

/* Places the other segments, in order, each at its cheapest place. */
static bool place_others(struct placing *p, struct baton_refusal *why)
{
    for (uint32_t i = 0; i < p->payload->segments; i++) {
        const struct baton_segment *s = &p->payload->segment[i];
        struct choice best = {.above_dest = NOWHERE};

        if (fit_is_led(s) || (p->placed & 1ull << i))
            continue;
        if (choose_place(p, i, &best) == NOWHERE) {
            *why = (struct baton_refusal){BATON_E_NO_ROOM, s->what, s->mem_size, s->max, NULL};
            return false;
        }
        fit_settle(p, i, best.dest);
    }
    return true;
}

/* Places all segments, with the alignments and windows that they have now; groups are joined. */
static int place_joined(const struct baton_host *host, const struct baton_request *request,
                        struct baton_payload *payload, const struct groups *groups,
                        struct baton_refusal *why)
{
    struct placing p = {host, payload, request->place, 0, groups};
    uint32_t kernel = fit_kernel(payload);

    for (uint32_t i = 0; i < payload->segments; i++) {
        if (!(payload->segment[i].flags & BATON_SEG_FIXED))
            continue;
        why->error = fit_refusal(&p, i, why);
        if (why->error)
            return why->error;
        fit_settle(&p, i, payload->segment[i].prefer);
    }

    if (kernel == NO_KERNEL || p.placed & 1ull << kernel)
        return place_others(&p, why) ? 0 : why->error;

    uint64_t fixed = p.placed;
    struct choice kernel_choice = {.above_dest = NOWHERE};
    bool tried = false;
    while (choose_place(&p, kernel, &kernel_choice) != NOWHERE) {
        tried = true;
        fit_settle(&p, kernel, kernel_choice.dest);
        if (place_others(&p, why))
            return 0;
        kernel_choice.above_cost = kernel_choice.cost;
        kernel_choice.above_dest = kernel_choice.dest;
        p.placed = fixed;
    }
    if (!tried) {
        const struct baton_segment *s = &payload->segment[kernel];

        *why = (struct baton_refusal){BATON_E_NO_ROOM, s->what, s->window ? s->window : s->mem_size,
                                      s->max, NULL};
    }
    return why->error;
}

static int place_all(const struct baton_host *host, const struct baton_request *request,
                     struct baton_payload *payload, struct baton_refusal *why)
{
    struct groups groups;

    groups_join(payload, &groups);
    int error = place_joined(host, request, payload, &groups, why);
    groups_part(payload, &groups);
    return error;
}

/* The whole guess does not fit: finds the largest window that does, to a page. */
static int place_guess(const struct baton_host *host, const struct baton_request *request,
                       struct baton_payload *payload, struct baton_segment *s,
                       struct baton_refusal *why)
{
    uint64_t fits = s->mem_size, too_much = s->guess;

    s->window = fits;
    int error = place_all(host, request, payload, why);
    while (!error && too_much - fits > BATON_PAGE_SIZE) {
        s->window = fits + (too_much - fits) / 2;
        *(place_all(host, request, payload, why) ? &too_much : &fits) = s->window;
    }
    s->window = fits;
    return error ? error : place_all(host, request, payload, why);
}

int baton_place(const struct baton_host *host, const struct baton_request *request,
                struct baton_payload *payload, struct baton_refusal *why)
{
    uint32_t kernel = fit_kernel(payload);
    struct baton_segment *s = &payload->segment[kernel];

    for (uint32_t i = 0; i < payload->segments; i++) /* an earlier image's pages */
        if (payload->segment[i].flags & BATON_SEG_AREA)
            payload->segment[i].source = 0;
    if (kernel == NO_KERNEL)
        return place_all(host, request, payload, why);
    if (s->align_best)
        s->align = s->align_best;
    if (s->guess)
        s->window = s->guess;
    int error = place_all(host, request, payload, why);
    while (error && s->align_best && s->align > s->align_least) {
        s->align /= 2;
        error = place_all(host, request, payload, why);
    }
    return error && s->guess ? place_guess(host, request, payload, s, why) : error;
}
