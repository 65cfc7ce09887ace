/*
 * A good image, then changes to it: words of the list, of the tables, of the control page, of
 * bounce pages, and the image's own fields. The dry run must answer, and whatever it lets pass
 * must lead to the right memory through the right tables.
 *
 *     byte 0   bit 0: PAE; bits 2, 3: the order in which pages are lent; 0xf0 and up: a list of
 *              several pages
 *     byte 1   the allocation of the dry run that fails, 0: none
 *     then     a change each: kind, page, index (16 bits), value (32 bits)
 *
 * The ledger is left alone: it says which pages are the image's, and nothing could be checked
 * without it.
 */
#include "tests/fuzz/fuzz.h"
#include "tests/host/paper/judge.h"
#include "tests/host/random/sample.h"
#include "tests/host/paper/walk_reference.h"

#include <string.h>

#define PAGE BATON_PAGE_SIZE
#define WORDS (PAGE / 4)
#define OWNED_MOST 64

static struct journey j;
static struct baton_image built;   /* as it was, so that later changes find its pages */
static uint64_t owned[OWNED_MOST]; /* the image's pages, by its ledger */
static unsigned owned_count;

enum change {
    LIST_WORD,   /* = value */
    LIST_PAGE,   /* = an owned page, with value as flags */
    LIST_SWAP,   /* two words change places */
    LIST_INSERT, /* value, the rest moves on */
    LIST_REMOVE,
    TABLE_WORD,   /* = value */
    TABLE_PAGE,   /* = an owned page, with value as flags */
    CONTROL_WORD, /* = value */
    OWNED_WORD,   /* of any owned page */
    FIELD,        /* of the image */
    SPARE,        /* another page is the spare one, and the list agrees */
    CHANGES,
};

/* ---- changes ------------------------------------------------------------------------------- */

static bool add_owned(void *ctx, uint64_t pa, bool ledger)
{
    (void)ctx;
    if (!ledger && owned_count < OWNED_MOST)
        owned[owned_count++] = pa;
    return true;
}

static void find_owned(void)
{
    built = j.image;
    owned_count = 0;
    baton_image_pages(&j.image, add_owned, NULL);
}

static uint64_t an_owned_page(uint32_t n)
{
    return owned[n % owned_count];
}

/* The n-th page of the list, as far as it leads on to pages of the image. */
static uint64_t list_page(unsigned n)
{
    uint64_t page = built.list;

    while (n-- && (machine_word(page + PAGE - 4) & 0xfff) == 2)
        page = machine_word(page + PAGE - 4) & ~0xfffu;
    return machine_is_lent(page) ? page : built.list;
}

static uint64_t table(unsigned n)
{
    return built.tables[n % built.table_count];
}

static void put(uint64_t page, uint32_t index, uint32_t value)
{
    machine_write(page + index % WORDS * 4, &value, 4);
}

static void change_list(enum change kind, uint64_t page, uint32_t index, uint32_t value)
{
    uint32_t word[WORDS], at = index % WORDS, other = value % WORDS, kept;

    machine_read(page, word, PAGE);
    switch (kind) {
    case LIST_WORD:
        word[at] = value;
        break;
    case LIST_PAGE:
        word[at] = (uint32_t)an_owned_page(value >> 12) | (value & 0x1f);
        break;
    case LIST_SWAP:
        kept = word[at];
        word[at] = word[other];
        word[other] = kept;
        break;
    case LIST_INSERT:
        memmove(&word[at + 1], &word[at], (WORDS - 1 - at) * 4);
        word[at] = value;
        break;
    default:
        memmove(&word[at], &word[at + 1], (WORDS - 1 - at) * 4);
        break;
    }
    machine_write(page, word, PAGE);
}

static void change_field(uint32_t which, uint32_t index, uint32_t value)
{
    struct baton_image *image = &j.image;
    uint64_t page = index & 1 ? value : an_owned_page(value);

    switch (which % 6) {
    case 0:
        image->list = page;
        break;
    case 1:
        image->control = page;
        break;
    case 2:
        image->swap = page;
        break;
    case 3:
        image->tables[0] = page;
        break;
    case 4:
        image->table_count = value;
        break;
    default:
        image->counts.list_pages = value;
        break;
    }
}

/* The swap page becomes another, in the field and in the first page of the list. */
static void move_spare(uint64_t page)
{
    uint32_t word[WORDS];

    machine_read(built.list, word, PAGE);
    for (unsigned i = 0; i < WORDS; i++)
        if ((word[i] & ~0xfffu) == j.image.swap)
            word[i] = (uint32_t)page | (word[i] & 0xfff);
    machine_write(built.list, word, PAGE);
    j.image.swap = page;
}

static void change(struct fuzz_bytes *bytes)
{
    enum change kind = (enum change)(fuzz_8(bytes) % CHANGES);
    uint32_t which = fuzz_8(bytes), index = fuzz_16(bytes), value = fuzz_32(bytes);

    switch (kind) {
    case TABLE_WORD:
        put(table(which), index, value);
        break;
    case TABLE_PAGE:
        put(table(which), index, (uint32_t)an_owned_page(value >> 12) | (value & 0xfff));
        break;
    case CONTROL_WORD:
        put(built.control, index, value);
        break;
    case OWNED_WORD:
        put(an_owned_page(which), index, value);
        break;
    case FIELD:
        change_field(which, index, value);
        break;
    case SPARE:
        move_spare(which & 1 ? value & ~0xfffu : an_owned_page(value));
        break;
    default:
        change_list(kind, list_page(which % 4), index, value);
        break;
    }
}

/* ---- what passed --------------------------------------------------------------------------- */

static uint8_t written[MACHINE_PAGES / 8];

static const char *may_write(void *ctx, uint64_t pa)
{
    uint64_t page = pa >> BATON_PAGE_SHIFT;

    (void)ctx;
    if (pa == built.swap)
        return NULL;
    for (unsigned i = 0; i < owned_count; i++)
        if (owned[i] == pa)
            return "H3: a control page is overwritten";
    if (written[page / 8] >> page % 8 & 1)
        return "a destination is written twice";
    written[page / 8] |= (uint8_t)(1u << page % 8);
    if (!judge_in_destination(&j.payload, pa, false))
        return "a page is overwritten that is no destination";
    for (uint32_t i = 0; i < j.machine.host.keep_count; i++)
        if (pa + PAGE > j.machine.keep[i].start && pa < j.machine.keep[i].end)
            return "H1: the live tables are overwritten";
    return NULL;
}

static void judge_walk(uint32_t va)
{
    struct reference_walk w = reference_translate(judge_word, j.image.kind, j.image.tables[0], va);

    if (!w.present || w.pa != j.image.control || w.size != PAGE || w.fault || !w.writable ||
        w.user || w.no_execute || w.global)
        fuzz_wrong("H5: 0x%08x does not lead to the control page as it should", va);
    for (unsigned i = 0; i < w.tables; i++)
        if (!machine_is_lent(w.table[i]))
            fuzz_wrong("H2: a table is no control page");
}

static void judge_image(void)
{
    struct interpreter run = {.may_write = may_write};

    judge_walk(j.image.trampoline_va);
    judge_walk((uint32_t)j.image.control);
    if (reference_mappings(judge_word, j.image.kind, j.image.tables[0], NULL, NULL) != 2)
        fuzz_wrong("H5: the tables map more than two pages");
    memset(written, 0, sizeof(written));
    if (!interpreter_run(&run, j.image.control))
        fuzz_wrong("the dry run lets pass: %s", run.wrong);
    if (!judge_memory(&j))
        fuzz_wrong("the dry run lets pass: %s", j.wrong);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {data, size};
    unsigned kind = fuzz_8(&bytes), fail = fuzz_8(&bytes);
    struct recipe recipe;

    sample_recipe(kind & 1, kind >= 0xf0 ? 60 : 1, &recipe);
    recipe.order = (enum machine_order)((kind >> 2 & 3) % LEND_ORDERS);
    if (recipe.order != LEND_LOWEST)
        recipe.memory[3] = (struct baton_memory){0x20000000, 0x20040000, BATON_MEM_USABLE};
    recipe.seed = 1;
    recipe_stage(&recipe, &j);
    if (journey_load(&j))
        fuzz_wrong("the sample is refused: %s", j.wrong);
    find_owned();
    while (bytes.left)
        change(&bytes);

    uint64_t lent = j.machine.lent;
    j.machine.fail_at = fail ? j.machine.asked + fail : 0;
    j.why = (struct baton_refusal){0};
    int error = baton_image_check(&j.request, &j.payload, &j.image, &j.why);

    if (error && error != BATON_E_CHECK && error != BATON_E_NO_PAGES)
        fuzz_wrong("the dry run answers %d", error);
    if (error != j.why.error && error)
        fuzz_wrong("the refusal says %d, the answer is %d", j.why.error, error);
    if (error && !j.why.what)
        fuzz_wrong("a refusal that names nothing");
    if (j.image.armed != !error)
        fuzz_wrong("armed and refused, or passed and not armed");
    if (j.machine.violation[0])
        fuzz_wrong("the dry run breaks the contract: %s", j.machine.violation);
    if (j.machine.lent != lent)
        fuzz_wrong("the dry run keeps pages");
    if (!error)
        judge_image();
    return 0;
}
