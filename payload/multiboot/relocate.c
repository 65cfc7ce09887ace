/*
 * A relocatable image: its segments become one piece, with zeros between them, so that all of it
 * keeps the distances for which it is linked. [MB2 3.1.12]
 */
#include "payload/multiboot/multiboot.h"

static bool is_loaded(const struct baton_segment *s)
{
    return s->role == BATON_ROLE_LOAD;
}

/* The loaded segments are the first ones of the payload; sorts them by address. Returns how many. */
static uint32_t sort(struct baton_payload *payload)
{
    uint32_t count = 0;

    for (; count < payload->segments && is_loaded(&payload->segment[count]); count++)
        for (uint32_t i = count; i && payload->segment[i].prefer < payload->segment[i - 1].prefer;
             i--) {
            struct baton_segment s = payload->segment[i];

            payload->segment[i] = payload->segment[i - 1];
            payload->segment[i - 1] = s;
        }
    return count;
}

int multiboot_make_relocatable(const struct multiboot_limits *limits, struct baton_payload *payload,
                               struct multiboot_kept *kept, struct baton_refusal *why)
{
    uint32_t count = sort(payload);
    struct baton_segment *s = payload->segment;
    uint64_t align = limits->align > BATON_PAGE_SIZE ? limits->align : BATON_PAGE_SIZE;

    for (uint32_t i = 1; i < count; i++) {
        if (s[i].prefer < s[i - 1].prefer + s[i - 1].mem_size)
            return refuse(why, BATON_E_OVERLAP, s[i].what, s[i].prefer, s[i - 1].prefer);
        s[i - 1].mem_size = s[i].prefer - s[i - 1].prefer;
        s[i].flags = BATON_SEG_FOLLOWS;
    }
    kept->relocatable = true;
    kept->load_base = (uint32_t)s->prefer;
    s->flags = 0;
    s->min = limits->min;
    s->max = limits->max;
    s->align = align;
    s->prefer = (s->prefer + align - 1) & ~(align - 1);
    return 0;
}
