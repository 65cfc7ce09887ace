/* peek and poke: bytes of memory, by virtual or physical address. */
#include "kernel/console/print.h"
#include "kernel/load/host.h"
#include "kernel/load/stage.h"
#include "kernel/machine/window.h"
#include "kernel/memory/live.h"
#include "kernel/shell/commands.h"
#include "kernel/shell/owners.h"
#include "kernel/terminal/pager.h"
#include "lib/text.h"
#include "pagetable/walk.h"

#define ROW 16
#define PEEK_DEFAULT 64
#define PEEK_MAX (1u << 20)
#define ADDRESSES (1ull << 32) /* windows of legacy tables cannot map more */

struct place {
    uint64_t address;
    bool physical;
    bool anyway; /* "!": skip the checks, at the user's risk */
};

/* Reads "physical" and "!" at the end of the words; *count: how many words are before them. */
static void take_modes(const struct words *words, struct place *place, uint32_t *count)
{
    for (*count = words->count; *count > 1; --*count) {
        const char *word = words->word[*count - 1];

        if (words_equal(word, "!"))
            place->anyway = true;
        else if (words_equal(word, "physical"))
            place->physical = true;
        else
            break;
    }
}

static bool take_address(const struct words *words, struct place *place)
{
    if (words_number(words->word[1], &place->address) && place->address < ADDRESSES)
        return true;
    command_usage(words, "the address is a number up to 0xffffffff");
    return false;
}

/* Translates a virtual address; false: it is not mapped. */
static bool translate(uint64_t va, struct pt_walk *walk)
{
    struct pt_space space = {pt_format_of(live.summary.kind), host_get(), live.summary.root};

    pt_translate(&space, (uint32_t)va, walk);
    return walk->present;
}

/* Why the byte should not be accessed at all, or NULL; *pa: its physical address. */
static const char *danger_at(const struct place *place, uint64_t at, bool writing, uint64_t *pa)
{
    struct pt_walk walk;

    *pa = at;
    if (!place->physical) {
        if (!translate(at, &walk))
            return "not mapped in the live tables: that is a page fault";
        if (writing && !(walk.bits & PTE_WRITE))
            return "mapped read-only: that is a page fault";
        *pa = walk.pa;
    }
    return owners_is_ram(*pa, *pa + 1)
               ? NULL
               : "not usable RAM in the memory map: side effects are possible";
}

static const char *peek_danger(const struct place *place, uint64_t at)
{
    uint64_t pa;

    return danger_at(place, at, false, &pa);
}

/* Why the byte should not be written, or NULL. */
static const char *poke_danger(const struct place *place, uint64_t at)
{
    uint64_t pa;
    const char *danger = danger_at(place, at, true, &pa);
    struct owned owned = owner_at(pa);

    if (danger)
        return danger;
    if (owned.owner == OWNER_BATON)
        return "Baton itself, and this shell";
    if (owned.owner == OWNER_REGION)
        return "kept for a capture kernel: nothing else may touch it";
    if (owned.owner == OWNER_TABLES)
        return "a live page table: Baton runs on it (H1)";
    if (owned.owner == OWNER_IMAGE && owned.number == OWNED_LEDGER)
        return "the image's ledger of its pages, which check and unload rely on (H7)";
    return NULL;
}

static void report_danger(uint64_t at, const char *danger)
{
    report("refused", "%a is %s; add ! to do it anyway", at, danger);
}

static uint8_t *byte_at(const struct place *place, uint64_t at)
{
    return place->physical ? window_map(BATON_WINDOW_SOURCE, at) : (uint8_t *)(uintptr_t)at;
}

static void hex_byte(struct text *text, uint8_t byte)
{
    static const char digits[] = "0123456789abcdef";

    text_char(text, digits[byte >> 4]);
    text_char(text, digits[byte & 15]);
    text_char(text, ' ');
}

/* false: one of the bytes should not be read. */
static bool report_row(const struct place *place, uint64_t at, uint64_t n)
{
    char bytes[3 * ROW + 2], letters[ROW + 1]; /* a row takes 79 columns */
    struct text text = {bytes, sizeof(bytes), 0};
    const char *danger = NULL;
    uint64_t i = 0;

    for (; i < n && (place->anyway || !(danger = peek_danger(place, at + i))); i++) {
        uint8_t byte = *(volatile uint8_t *)byte_at(place, at + i);

        if (i == ROW / 2)
            text_char(&text, ' ');
        hex_byte(&text, byte);
        letters[i] = byte >= ' ' && byte < 0x7f ? (char)byte : '.';
    }
    letters[i] = '\0';
    while (text.length < sizeof(bytes) - 1)
        text_char(&text, ' ');
    if (i)
        print("%a  %s|%s|\n", at, bytes, letters);
    if (danger)
        report_danger(at + i, danger);
    return !danger;
}

void command_peek(const struct words *words)
{
    struct place place = {0};
    uint64_t size = PEEK_DEFAULT;
    uint32_t count;

    take_modes(words, &place, &count);
    if (count < 2 || count > 3) {
        command_usage(words, count < 2 ? "which address?" : "there are too many words");
        return;
    }
    if (!take_address(words, &place))
        return;
    if (count == 3 && (!words_number(words->word[2], &size) || !size || size > PEEK_MAX)) {
        command_usage(words, "the bytes are a number, 1 to 1M");
        return;
    }
    if (size > ADDRESSES - place.address)
        size = ADDRESSES - place.address;
    for (uint64_t at = 0; at < size && !pager_stopped(); at += ROW)
        if (!report_row(&place, place.address + at, size - at < ROW ? size - at : ROW))
            return;
}

void command_poke(const struct words *words)
{
    struct place place = {0};
    uint8_t bytes[WORDS_MAX];
    uint32_t count;
    const char *danger;

    take_modes(words, &place, &count);
    if (count < 3) {
        command_usage(words, "which address, and which bytes?");
        return;
    }
    if (words->more) {
        command_usage(words, "too many bytes for one line");
        return;
    }
    if (!take_address(words, &place))
        return;
    if (count - 2 > ADDRESSES - place.address) {
        command_usage(words, "the bytes reach beyond 0xffffffff");
        return;
    }
    for (uint32_t i = 2; i < count; i++) {
        uint64_t value;

        if (!words_number(words->word[i], &value) || value > 0xff) {
            command_usage(words, "each byte is a number from 0 to 0xff");
            return;
        }
        bytes[i - 2] = (uint8_t)value;
    }
    for (uint32_t i = 0; i < count - 2 && !place.anyway; i++)
        if ((danger = poke_danger(&place, place.address + i))) {
            report_danger(place.address + i, danger);
            return;
        }
    for (uint32_t i = 0; i < count - 2; i++)
        *(volatile uint8_t *)byte_at(&place, place.address + i) = bytes[i];
    report("poke", "%u byte%s written at %a", count - 2, plural(count - 2), place.address);
}
