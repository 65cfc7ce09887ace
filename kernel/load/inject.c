/* Orders a fault in the hand-off, in the build that is made for it: see kernel/load/inject.h. */
#include "kernel/load/inject.h"

#ifdef BATON_INJECT
#include "kernel/machine/layout.h"
#include "kernel/machine/panic.h"
#include "kernel/machine/window.h"
#include "lib/text.h"
#include "pagetable/format.h"
#include "baton/inject.h"

/* The steps of the trampoline, by the name of the phase that ends with them. */
static const char *const phases[] = {"before-cr3", "after-cr3", "physical",
                                     "unpaged",    "list",      "entry"};
static const uint8_t steps[] = {INJECT_BEFORE_CR3, INJECT_AFTER_CR3, INJECT_PHYSICAL,
                                INJECT_UNPAGED,    INJECT_LIST,      INJECT_ENTRY};
/* In the order of the trampoline's code. */
static const char *const kinds[] = {"divide", "int3", "ud",    "gp",  "pf",
                                    "nmi",    "df",   "stack", "jump"};

/* Does *at begin with `word`? Then it is moved past the word. */
static bool take(const char **at, const char *word)
{
    const char *after = text_after(*at, word);

    if (after)
        *at = after;
    return after;
}

static uint32_t choose(const char **at, const char *const *names, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (take(at, names[i]))
            return i;
    panic("inject=: no such phase or kind: %s", *at);
}

static uint32_t read_number(const char *at)
{
    uint32_t value = 0;

    while (*at >= '0' && *at <= '9')
        value = value * 10 + (uint32_t)(*at++ - '0');
    return value;
}

static void order(uint8_t *page, uint32_t step, uint32_t kind, uint32_t turn)
{
    page[CONTROL_INJECT + INJECT_AT_STEP] = (uint8_t)step;
    page[CONTROL_INJECT + INJECT_AT_KIND] = (uint8_t)kind;
    *(uint16_t *)(void *)(page + CONTROL_INJECT + INJECT_AT_TURN) = (uint16_t)turn;
}

/* As the first version of the patch of 2006 had it. */
static void spoil_root(const struct baton_image *image)
{
    uint64_t *entry = window_map(BATON_WINDOW_TABLE, image->tables[0]);

    for (uint32_t i = 0; image->kind == BATON_TABLES_PAE && i < 4; i++)
        if (entry[i] & PTE_PRESENT)
            entry[i] |= PTE_WRITE | PTE_ACCESSED | PTE_DIRTY;
}

void inject_fault(const char *words, const struct baton_image *image)
{
    while (*words && !take(&words, "inject="))
        words++;
    if (!*words)
        return;
    if (take(&words, "pdpt")) {
        spoil_root(image);
        windows_close(); /* as the dry run has left them */
        return;
    }

    uint32_t step = steps[choose(&words, phases, sizeof(phases) / sizeof(*phases))];
    take(&words, ":");
    uint32_t kind = choose(&words, kinds, sizeof(kinds) / sizeof(*kinds));
    uint32_t turn = take(&words, ":") ? read_number(words) : 1;

    order((uint8_t *)baton_trampoline_page, step, kind, turn);
    order(window_map(BATON_WINDOW_PAGE, image->control), step, kind, turn);
    windows_close();
}
#endif
