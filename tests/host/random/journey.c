/* A journey's steps. */
#include "payload/common/payload.h"
#include "tests/host/paper/judge.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- a payload without a file ---------------------------------------------------------------- */

static void plain_finish(const struct baton_image *image, const struct baton_request *request,
                         struct baton_payload *payload)
{
    const struct baton_host *host = image->host;

    (void)request;
    for (uint32_t i = 0; i < payload->segments; i++) {
        struct baton_segment *s = &payload->segment[i];

        if (s->flags & BATON_SEG_GENERATED)
            memset(host->map(host->ctx, BATON_WINDOW_PAGE, s->dest), (int)i, BATON_PAGE_SIZE);
        if (s->flags & BATON_SEG_AREA)
            memset(host->map(host->ctx, BATON_WINDOW_PAGE, s->source), (int)i, BATON_PAGE_SIZE);
    }
    payload->entry = (struct baton_entry){BATON_ENTRY_FLAT32,
                                          {
                                              (uint32_t)payload->segment[0].dest,
                                              0xa0a0a0a0,
                                              0xb0b0b0b0,
                                              0xc0c0c0c0,
                                              0xd0d0d0d0,
                                              0x51515151,
                                              0xd1d1d1d1,
                                              0xb9b9b9b9,
                                          }};
}

static const struct baton_format plain = {.name = "plain", .finish = plain_finish};

struct baton_segment *journey_segment(struct journey *j, const char *what, uint32_t flags)
{
    bool leads = !j->payload.segments && !(flags & BATON_SEG_GENERATED);
    struct baton_segment *s =
        baton_segment_add(&j->payload, leads ? BATON_ROLE_KERNEL : BATON_ROLE_OTHER, what);

    s->flags = flags;
    s->max = MACHINE_END;
    s->align = BATON_PAGE_SIZE;
    j->payload.format = &plain;
    return s;
}

const struct baton_segment *journey_find(const struct journey *j, const char *what, unsigned n)
{
    for (uint32_t i = 0; i < j->payload.segments; i++)
        if (!strcmp(j->payload.segment[i].what, what) && n-- == 0)
            return &j->payload.segment[i];
    return NULL;
}

static int load_segments(struct journey *j)
{
    const struct baton_host *host = &j->machine.host;
    int error = baton_place(host, &j->request, &j->payload, &j->why);

    if (!error)
        error = baton_image_begin(host, &j->payload, &j->image, &j->why);
    if (!error) {
        baton_payload_finish(&j->request, &j->payload, &j->image);
        error = baton_image_build(&j->request, &j->payload, &j->cpu, &j->image, &j->why);
    }
    if (!error)
        error = baton_image_check(&j->request, &j->payload, &j->image, &j->why);
    if (error)
        baton_image_free(&j->image);
    return error;
}

uint8_t journey_digest_code[2 * DIGEST_PAGE_SIZE];

/* ---- the steps ------------------------------------------------------------------------------- */

void journey_start(struct journey *j, uint32_t trampoline_va, uint64_t trampoline_pa)
{
    machine_start(&j->machine, trampoline_va, trampoline_pa);
    for (unsigned i = 0; i < sizeof(journey_digest_code); i++)
        journey_digest_code[i] = (uint8_t)(i * 37 + i / 256);
    j->request = (struct baton_request){.size = sizeof(j->request),
                                        .command_line = "",
                                        .loader = "a test",
                                        .live = {.root = 0x5000, .tables = 1}};
    j->cpu = (struct baton_machine){
        .size = sizeof(j->cpu), .has_cr4 = true, .com_port = 0x3f8, .exit_port = 0xf4};
    memset(&j->payload, 0, sizeof(j->payload));
    memset(&j->image, 0, sizeof(j->image));
    memset(&j->why, 0, sizeof(j->why));
    memset(&j->run, 0, sizeof(j->run));
    j->error = 0;
    j->wrong[0] = '\0';
}

static bool image_is_zero(const struct baton_image *image)
{
    const unsigned char *at = (const unsigned char *)image;

    for (size_t i = 0; i < sizeof(*image); i++)
        if (at[i])
            return false;
    return true;
}

/* Everything given back, and nothing else touched. */
static bool traceless(struct journey *j, uint64_t free_before)
{
    if (j->machine.violation[0])
        return judge_wrong(j, j->machine.violation, 0, 0);
    if (j->machine.lent || j->machine.free != free_before)
        return judge_wrong(j, "H7: pages are kept", j->machine.lent, 0);
    if (!image_is_zero(&j->image))
        return judge_wrong(j, "H7: the image is not zeroed", 0, 0);
    return true;
}

int journey_load(struct journey *j)
{
    uint64_t free_before = j->machine.free;
    int error;

    machine_remember();
    if (j->payload.segments) {
        error = load_segments(j);
    } else {
        memset(&j->image, 0xee, sizeof(j->image)); /* the core must not rely on zeros */
        error = baton_load(&j->machine.host, &j->request, &j->cpu, &j->payload, &j->image, &j->why);
    }
    j->error = error;
    j->given = j->machine.asked;
    if (error && error != j->why.error)
        judge_wrong(j, "the error returned is not the refusal's", (uint64_t)-error, 0);
    if (error == BATON_E_CHECK)
        judge_wrong(j, j->why.what, j->why.value, j->why.limit);
    if (error && traceless(j, free_before))
        judge_untouched(j);
    if (!error && !j->image.armed)
        judge_wrong(j, "the image is loaded but not armed", 0, 0);
    return error;
}

bool journey_judge(struct journey *j)
{
    if (j->machine.violation[0])
        return judge_wrong(j, j->machine.violation, 0, 0);
    return judge_places(j) && judge_tables(j) && judge_control(j) && judge_digest_page(j) &&
           judge_untouched(j);
}

/* ---- the run --------------------------------------------------------------------------------- */

static uint32_t written_in[MACHINE_PAGES]; /* the run in which the page was last written */
static uint32_t this_run;

/* The ledger's pages are not needed any more when the list runs, and may lie in a destination.
 * Here there is a life after it, so they are put aside. */
static struct {
    uint64_t pa;
    uint8_t bytes[BATON_PAGE_SIZE];
} ledger[BATON_LEDGER];
static unsigned ledger_pages;

static void ledger_save(const uint32_t *page)
{
    ledger_pages = 0;
    for (unsigned i = 0; i < BATON_LEDGER; i++)
        if (page[i]) {
            ledger[ledger_pages].pa = page[i];
            machine_read(page[i], ledger[ledger_pages++].bytes, BATON_PAGE_SIZE);
        }
}

static void ledger_restore(void)
{
    while (ledger_pages-- > 0)
        machine_write(ledger[ledger_pages].pa, ledger[ledger_pages].bytes, BATON_PAGE_SIZE);
}

static bool is_ledger(uint64_t pa)
{
    for (unsigned i = 0; i < ledger_pages; i++)
        if (ledger[i].pa == pa)
            return true;
    return false;
}

static const char *may_write(void *ctx, uint64_t pa)
{
    struct journey *j = ctx;
    const struct machine *m = &j->machine;

    if (j->image.swap && pa == j->image.swap)
        return NULL;
    if (machine_is_lent(pa) && !is_ledger(pa))
        return "H3: a control page is overwritten";
    if (written_in[pa >> BATON_PAGE_SHIFT] == this_run)
        return "a destination is written twice";
    written_in[pa >> BATON_PAGE_SHIFT] = this_run;
    if (!judge_in_destination(&j->payload, pa, false))
        return "a page is overwritten that is no destination";
    if (!judge_is_ram(m, pa))
        return "H3: a page is written that is not RAM";
    for (uint32_t i = 0; i < m->host.keep_count; i++)
        if (pa + BATON_PAGE_SIZE > m->keep[i].start && pa < m->keep[i].end)
            return "H1: the live tables are overwritten";
    return NULL;
}

static bool judge_run(struct journey *j)
{
    const struct baton_counts *c = &j->image.counts;
    struct interpreter *r = &j->run;

    this_run++;
    r->may_write = may_write;
    r->ctx = j;
    if (!interpreter_run(r, j->image.control))
        return judge_wrong(j, r->wrong, 0, 0);
    if (r->copies != c->move + c->cycles)
        return judge_wrong(j, "copies, and moves with cycles, differ", r->copies, c->move);
    if (r->zeros != c->zero)
        return judge_wrong(j, "zeroed pages are counted wrong", r->zeros, c->zero);
    if (r->list_pages != c->list_pages)
        return judge_wrong(j, "list pages are counted wrong", r->list_pages, c->list_pages);
    return judge_memory(j) && judge_digests(j);
}

bool journey_run(struct journey *j)
{
    ledger_save(j->image.ledger);
    bool sound = judge_run(j);
    ledger_restore();
    return sound;
}

bool journey_unload(struct journey *j)
{
    uint64_t free_before = j->machine.free + j->machine.lent;

    baton_image_free(&j->image);
    return traceless(j, free_before);
}

bool journey_finish(struct journey *j)
{
    return !j->wrong[0] && journey_judge(j) && journey_run(j) && journey_unload(j);
}

/* ---- the record ------------------------------------------------------------------------------ */

void journey_describe(const struct journey *j)
{
    static const char *const orders[LEND_ORDERS] = {"highest", "lowest", "random"};
    const struct machine *m = &j->machine;

    fprintf(stderr, "the machine: trampoline at va 0x%08x, pa 0x%" PRIx64 "; %s; lends %s\n",
            j->image.trampoline_va, m->host.trampoline_pa, j->request.live.kind ? "PAE" : "legacy",
            orders[m->order]);
    for (uint32_t i = 0; i < m->host.memory_count && i < 20; i++)
        fprintf(stderr, "  memory    0x%09" PRIx64 " 0x%09" PRIx64 " type %u\n", m->memory[i].start,
                m->memory[i].end, m->memory[i].type);
    for (uint32_t i = 0; i < m->host.keep_count; i++)
        fprintf(stderr, "  live      0x%09" PRIx64 " 0x%09" PRIx64 "\n", m->keep[i].start,
                m->keep[i].end);
    fprintf(stderr,
            "  kernel    0x%09" PRIx64 " %" PRIu64 " bytes, initrd 0x%09" PRIx64 " %" PRIu64
            " bytes, policy %d\n",
            j->request.kernel.pa, j->request.kernel.size, j->request.module[0].file.pa,
            j->request.module[0].file.size, (int)j->request.place);
    for (uint32_t i = 0; i < j->payload.segments; i++) {
        const struct baton_segment *s = &j->payload.segment[i];

        fprintf(stderr,
                "  segment   %-12s flags %u source 0x%" PRIx64 " file 0x%" PRIx64 " mem 0x%" PRIx64
                " prefer 0x%" PRIx64 " [0x%" PRIx64 ", 0x%" PRIx64 ") align 0x%" PRIx64
                " window 0x%" PRIx64 " room 0x%" PRIx64 " -> 0x%" PRIx64 "\n",
                s->what, s->flags, s->source, s->file_size, s->mem_size, s->prefer, s->min, s->max,
                s->align, s->window, s->room, s->dest);
    }
    if (j->error) {
        char sentence[BATON_SENTENCE];

        baton_explain(&j->why, sentence, sizeof(sentence));
        fprintf(stderr, "  refused   %s: %s\n", baton_error_name(j->why.error), sentence);
    }
}
