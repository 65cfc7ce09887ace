/* The list's words, one by one. */
#include "tests/host/paper/interpreter.h"

#include <stdio.h>
#include <string.h>

/* include/baton/control.h and list.h, written out: the parameters' first word is the list's. */
#define FIRST_WORD 0x980
enum { TO = 1, ON_IN = 2, END = 4, FROM = 8, ZERO = 16 };

#define WORDS_MOST (1u << 22) /* more than any list for 4 GiB */
#define PAGE BATON_PAGE_SIZE

static bool refuse(struct interpreter *r, const char *why, uint32_t word)
{
    snprintf(r->wrong, sizeof(r->wrong), "%s: word %llu of the list, 0x%08x", why,
             (unsigned long long)r->words, word);
    return false;
}

static bool write_page(struct interpreter *r, uint64_t to, uint32_t word)
{
    const char *why = NULL;
    uint8_t *at;

    if (to >= MACHINE_END)
        return refuse(r, "a destination beyond 4 GiB", word);
    if (r->may_write)
        why = r->may_write(r->ctx, to);
    if (why) {
        snprintf(r->wrong, sizeof(r->wrong), "%s: 0x%llx is written by word %llu", why,
                 (unsigned long long)to, (unsigned long long)r->words);
        return false;
    }
    at = machine_at(to);
    if (word & FROM) {
        memmove(at, machine_at(word & ~0xfffu), PAGE);
        r->copies++;
    } else {
        memset(at, 0, PAGE);
        r->zeros++;
    }
    return true;
}

bool interpreter_run(struct interpreter *r, uint64_t control)
{
    uint64_t at = control + FIRST_WORD;
    uint64_t to = UINT64_MAX;

    r->words = r->copies = r->zeros = r->list_pages = 0;
    r->wrong[0] = '\0';
    for (bool first = true;; first = false) {
        uint32_t word = machine_word(at);
        uint32_t page = word & ~0xfffu, flag = word & 0xfffu;

        at += 4;
        r->words++;
        if (r->words > WORDS_MOST)
            return refuse(r, "the list has no end", word);
        if (flag == ON_IN) {
            r->list_pages++;
            at = page;
            continue;
        }
        if (first)
            return refuse(r, "the parameters do not lead to a list", word);
        if (flag == END)
            return true;
        if (at % PAGE == 0)
            return refuse(r, "the list runs out of its page", word);
        if (flag == TO) {
            to = page;
        } else if (flag == FROM || flag == ZERO) {
            if (to == UINT64_MAX)
                return refuse(r, "no destination yet", word);
            if (!write_page(r, to, word))
                return false;
            to += PAGE;
        } else {
            return refuse(r, "no such word", word);
        }
    }
}

bool interpreter_list_pages(uint64_t control, void (*visit)(void *ctx, uint64_t pa), void *ctx)
{
    uint64_t at = control + FIRST_WORD;

    for (uint64_t words = 0; words < WORDS_MOST; words++, at += 4) {
        uint32_t word = machine_word(at);

        if (word & END)
            return true;
        if (word & ON_IN) {
            at = (word & ~0xfffu);
            visit(ctx, at);
            at -= 4;
        }
    }
    return false;
}
