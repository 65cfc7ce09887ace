/* The judge: destinations, tables, control pages, memory. */
#include "tests/host/paper/judge.h"
#include "tests/host/paper/walk_reference.h"

#include <stdio.h>
#include <string.h>

#define PAGE ((uint64_t)BATON_PAGE_SIZE)

bool judge_wrong(struct journey *j, const char *what, uint64_t at, uint64_t more)
{
    if (!j->wrong[0])
        snprintf(j->wrong, sizeof(j->wrong), "%s (0x%llx, 0x%llx)", what, (unsigned long long)at,
                 (unsigned long long)more);
    return false;
}

uint32_t judge_word(uint64_t pa)
{
    return pa < MACHINE_END ? machine_word(pa) : UINT32_MAX;
}

/* ---- where things are ------------------------------------------------------------------------ */

static bool meets(uint64_t a, uint64_t a_end, uint64_t b, uint64_t b_end)
{
    for (uint64_t page = a / PAGE; page * PAGE < a_end; page++)
        if (page * PAGE < b_end && page * PAGE + PAGE > b)
            return b < b_end;
    return false;
}

bool judge_is_ram(const struct machine *m, uint64_t page)
{
    uint64_t bytes = 0;

    for (uint32_t i = 0; i < m->host.memory_count; i++) {
        const struct baton_memory *r = &m->memory[i];
        uint64_t start = r->start > page ? r->start : page;
        uint64_t end = r->end < page + PAGE ? r->end : page + PAGE;

        if (r->type == BATON_MEM_USABLE && start < end)
            bytes += end - start;
    }
    return bytes == PAGE;
}

bool judge_in_destination(const struct baton_payload *payload, uint64_t pa, bool used)
{
    for (uint32_t i = 0; i < payload->segments; i++) {
        const struct baton_segment *s = &payload->segment[i];

        if (!(s->flags & BATON_SEG_GENERATED) && s->mem_size && pa < s->dest + s->mem_size &&
            pa + PAGE > s->dest)
            return true;
        if (used && pa < s->used.end && pa + PAGE > s->used.start)
            return true;
        if (used && pa < s->room_used.end && pa + PAGE > s->room_used.start)
            return true;
    }
    return false;
}

static bool follows(const struct journey *j, uint32_t i)
{
    return j->payload.segment[i].flags & BATON_SEG_FOLLOWS;
}

/* A segment behind another: right there, and within the limits of the first. */
static const char *unlike_led(const struct journey *j, uint32_t i)
{
    const struct baton_segment *s = &j->payload.segment[i], *first = s;

    if (s->dest != s[-1].dest + s[-1].mem_size)
        return "a segment does not follow the one before it";
    while (first->flags & BATON_SEG_FOLLOWS)
        first--;
    if (s->dest > first->max || first->max - s->dest < s->mem_size)
        return "a segment that follows is out of the first one's limits";
    return s->dest == s->source && j->request.place == BATON_PLACE_ALL
               ? "a segment that follows stays under place=all"
               : NULL;
}

/* The wish of one segment against its answer. */
static const char *unlike_wished(const struct journey *j, const struct baton_segment *s)
{
    uint64_t below = s->dest % PAGE ? PAGE - s->dest % PAGE : 0; /* to the next page */

    if (s->flags & BATON_SEG_FIXED)
        return s->dest == s->prefer ? NULL : "a fixed segment is elsewhere";
    if (s->dest < s->min || s->dest > s->max || s->max - s->dest < s->mem_size)
        return "a segment is out of its limits";
    if (s->used.end > s->max || s->room_used.end > s->max)
        return "a range used early is out of the segment's limits";
    if (s->dest == s->source)
        return j->request.place == BATON_PLACE_ALL ? "a segment stays under place=all" : NULL;
    if (s->flags & BATON_SEG_SKEW) {
        if (s->dest % PAGE != s->source % PAGE)
            return "a segment is not congruent with its source";
        return (s->dest + below) % s->align ? "a segment's next page is not aligned" : NULL;
    }
    return s->dest % s->align ? "a segment is not aligned" : NULL;
}

static bool judge_writable(struct journey *j, const struct baton_segment *s)
{
    const struct machine *m = &j->machine;
    bool stays = s->dest == s->source && s->file_size == s->mem_size;

    if (stays)
        return true;
    if (s->dest + s->mem_size > MACHINE_END)
        return judge_wrong(j, "a destination ends above 4 GiB", s->dest, s->mem_size);
    for (uint64_t page = s->dest / PAGE * PAGE; page < s->dest + s->mem_size; page += PAGE)
        if (!judge_is_ram(m, page))
            return judge_wrong(j, "a destination is not RAM", page, s->dest);
    for (uint32_t k = 0; k < m->host.keep_count; k++)
        if (meets(s->dest, s->dest + s->mem_size, m->keep[k].start, m->keep[k].end))
            return judge_wrong(j, "H1: a destination covers live tables", s->dest,
                               m->keep[k].start);
    return true;
}

/* A segment that stays may end within a page of the window; one that moves takes whole pages. */
static bool clear_of(struct journey *j, const struct baton_range *used,
                     const struct baton_segment *o)
{
    uint64_t end = o->dest + o->mem_size;
    bool bytes = used->start < end && o->dest < used->end;

    if (bytes || (o->dest != o->source && meets(used->start, used->end, o->dest, end)))
        return judge_wrong(j, "a destination lies in a range used early", used->start, o->dest);
    return true;
}

bool judge_apart(struct journey *j, uint32_t i, uint32_t k)
{
    const struct baton_segment *s = &j->payload.segment[i], *o = &j->payload.segment[k];
    bool fixed = s->flags & o->flags & BATON_SEG_FIXED;
    bool stay = s->dest == s->source && o->dest == o->source;
    uint64_t start = s->dest, end = s->dest + s->mem_size;
    uint32_t first = i;

    if (!s->mem_size || !o->mem_size)
        return true;
    while (first > k && follows(j, first))
        first--;
    fixed = fixed || first == k; /* of one group: as those that are fixed, they may share pages */
    if (start < o->dest + o->mem_size && o->dest < end)
        return judge_wrong(j, "destinations overlap", s->dest, o->dest);
    if (!fixed && !stay && meets(start, end, o->dest, o->dest + o->mem_size))
        return judge_wrong(j, "destinations share a page", s->dest, o->dest);
    return fixed || (clear_of(j, &s->used, o) && clear_of(j, &o->used, s) &&
                     clear_of(j, &s->room_used, o) && clear_of(j, &o->room_used, s));
}

/* Memory that a kernel uses early: RAM, and not the live tables. What it covers itself counts. */
static bool judge_used(struct journey *j, const struct baton_range *used, uint64_t from)
{
    const struct machine *m = &j->machine;
    uint64_t start = used->start > from ? used->start : from;

    for (uint64_t at = start / PAGE * PAGE; at < used->end; at += PAGE)
        if (at >= MACHINE_END || !judge_is_ram(m, at))
            return judge_wrong(j, "a range used early is not RAM", at, used->end);
    for (uint32_t k = 0; k < m->host.keep_count; k++)
        if (meets(start, used->end, m->keep[k].start, m->keep[k].end))
            return judge_wrong(j, "H1: a range used early covers live tables", start, used->end);
    return true;
}

bool judge_place(struct journey *j, uint32_t i)
{
    const struct baton_segment *s = &j->payload.segment[i];
    const char *unlike = follows(j, i) ? unlike_led(j, i) : unlike_wished(j, s);

    if (unlike)
        return judge_wrong(j, unlike, s->dest, s->source);
    if (s->window && s->used.end - s->used.start != s->window)
        return judge_wrong(j, "a window is not as large as wished", s->used.start, s->used.end);
    if (!judge_writable(j, s))
        return false;
    if (s->room && (s->room_used.start != s->dest || s->room_used.end != s->dest + s->room))
        return judge_wrong(j, "a room is not as wished", s->room_used.start, s->room_used.end);
    if (s->flags & BATON_SEG_FIXED) {
        for (uint64_t at = s->used.start; at < s->used.end; at += PAGE)
            if (!judge_is_ram(&j->machine, at / PAGE * PAGE))
                return judge_wrong(j, "a range used early is not RAM", at, s->used.end);
        return true;
    }
    return judge_used(j, &s->used, 0) &&
           judge_used(j, &s->room_used, (s->dest + s->mem_size + PAGE - 1) / PAGE * PAGE);
}

bool judge_places(struct journey *j)
{
    const struct baton_payload *p = &j->payload;

    for (uint32_t i = 0; i < p->segments; i++) {
        if (p->segment[i].flags & BATON_SEG_GENERATED)
            continue;
        if (!judge_place(j, i))
            return false;
        for (uint32_t k = 0; k < i; k++)
            if (!(p->segment[k].flags & BATON_SEG_GENERATED) && !judge_apart(j, i, k))
                return false;
    }
    return true;
}

/* ---- tables ---------------------------------------------------------------------------------- */

static bool judge_mapping(struct journey *j, uint32_t va)
{
    struct reference_walk w =
        reference_translate(judge_word, j->image.kind, j->image.tables[0], va);

    if (!w.present || w.pa != j->image.control || w.size != PAGE)
        return judge_wrong(j, "H5: an address does not lead to the control page", va, w.pa);
    if (w.fault || !w.writable || w.user || w.no_execute || w.global)
        return judge_wrong(j, "H5: a mapping has wrong bits", va, 0);
    for (unsigned i = 0; i < w.tables; i++) {
        bool known = false;

        for (uint32_t k = 0; k < j->image.table_count; k++)
            known = known || j->image.tables[k] == w.table[i];
        if (!known)
            return judge_wrong(j, "H5: a table that the image does not name", w.table[i], va);
    }
    return true;
}

/* Words of a table that are not zero. The tables lie below 4 GiB, so no entry has a high half. */
static unsigned words_in(uint64_t table)
{
    const uint32_t *word = (const uint32_t *)(const void *)machine_at(table);
    unsigned n = 0;

    for (unsigned i = 0; i < PAGE / 4; i++)
        n += word[i] != 0;
    return n;
}

bool judge_tables(struct journey *j)
{
    const struct baton_image *image = &j->image;
    uint32_t va = j->image.trampoline_va;
    unsigned shift = image->kind ? 21 : 22;
    uint32_t tables, words = 0;

    if (va == image->control)
        return judge_wrong(j, "H5: the two addresses are one", va, 0);
    if (!judge_mapping(j, va) || !judge_mapping(j, (uint32_t)image->control))
        return false;
    /* The root, and for each level below it one table, or two where the addresses part. */
    tables = 1 + 1 + (va >> shift != image->control >> shift);
    if (image->kind)
        tables += 1 + (va >> 30 != image->control >> 30);
    if (image->table_count != tables)
        return judge_wrong(j, "H5: not as many tables as needed", image->table_count, tables);
    for (uint32_t i = 0; i < tables; i++)
        words += words_in(image->tables[i]);
    if (words != tables - 1 + 2) /* each table but the root, and the two pages */
        return judge_wrong(j, "H5: the tables hold more than they should", words, tables);
    return true;
}

/* ---- control pages --------------------------------------------------------------------------- */

/* Does the payload write there at its entry? Up to its first generated page, if that lies there. */
static bool in_scratch(const struct baton_payload *p, uint64_t pa)
{
    uint64_t end = p->scratch.end;

    for (uint32_t i = p->segments; i-- > 0;)
        if (p->segment[i].flags & BATON_SEG_GENERATED && p->segment[i].dest >= p->scratch.start &&
            p->segment[i].dest < end)
            end = p->segment[i].dest;
    return pa < end && pa + PAGE > p->scratch.start;
}

bool judge_needed(struct journey *j, uint64_t pa, const char *what)
{
    if (!machine_is_lent(pa))
        return judge_wrong(j, what, pa, 1); /* not the core's */
    if (pa >= 0xc0000000u)
        return judge_wrong(j, what, pa, 2); /* in the kernel's half */
    if (judge_in_destination(&j->payload, pa, true))
        return judge_wrong(j, what, pa, 3); /* H3 */
    if (in_scratch(&j->payload, pa))
        return judge_wrong(j, what, pa, 4); /* H3 */
    return true;
}

static void need_list_page(void *ctx, uint64_t pa)
{
    judge_needed(ctx, pa, "H3: a list page lies wrong");
}

/* The fault task's tables after paging is off: without PAE, the control page alone. */
static bool judge_fault_tables(struct journey *j)
{
    const struct baton_image *image = &j->image;
    const uint64_t *tables = image->fault_tables;
    uint32_t pa = (uint32_t)image->control;

    if (!image->kind)
        return (!tables[0] && !tables[1]) ||
               judge_wrong(j, "H5: tables for the fault task without need", tables[0], tables[1]);
    struct reference_walk w = reference_translate(judge_word, false, tables[0], pa);
    if (!w.present || w.pa != pa || w.size != PAGE || w.fault || !w.writable || w.user || w.global)
        return judge_wrong(j, "H5: the fault task does not find its page", tables[0], pa);
    if (w.tables != 2 || w.table[0] != tables[0] || w.table[1] != tables[1] ||
        words_in(tables[0]) != 1 || words_in(tables[1]) != 1)
        return judge_wrong(j, "H5: the fault task's tables are not as drawn", tables[0], tables[1]);
    return judge_needed(j, tables[0], "H3: the fault task's root lies wrong") &&
           judge_needed(j, tables[1], "H3: the fault task's table lies wrong");
}

/* What the payload reads first lies where it sees it, in order, above its scratch memory. */
static bool judge_reach(struct journey *j)
{
    const struct baton_payload *p = &j->payload;
    uint64_t last = 0;

    for (uint32_t i = 0; i <= p->segments; i++) {
        bool made = i < p->segments && p->segment[i].flags & BATON_SEG_GENERATED, seen = false;
        uint64_t pa = made ? p->segment[i].dest : j->image.control;

        if (!p->reach[0].end || (i < p->segments && !made))
            continue;
        for (unsigned k = 0; k < 2; k++)
            seen = seen || (pa >= p->reach[k].start && pa + PAGE <= p->reach[k].end);
        if (!seen)
            return judge_wrong(j, "H3: a page lies out of the payload's reach", pa, i);
        if (pa <= last)
            return judge_wrong(j, "H3: pages in reach are out of order", pa, last);
        last = pa;
    }
    return true;
}

static uint32_t param(const struct journey *j, unsigned offset)
{
    uint32_t value;

    machine_read(j->image.control + 0x980 + offset, &value, sizeof(value));
    return value;
}

bool judge_control(struct journey *j)
{
    const struct baton_image *image = &j->image;
    const struct baton_registers *r = &j->payload.entry.registers;
    const uint32_t registers[] = {r->eip, r->eax, r->ebx, r->ecx, r->edx, r->esi, r->edi, r->ebp};

    if (!judge_needed(j, image->control, "H3: the control page lies wrong"))
        return false;
    for (uint32_t i = 0; i < image->table_count; i++)
        if (!judge_needed(j, image->tables[i], "H3: a table lies wrong"))
            return false;
    if (image->swap && !judge_needed(j, image->swap, "H3: the swap page lies wrong"))
        return false;
    for (uint32_t i = 0; i < j->payload.segments; i++) {
        const struct baton_segment *s = &j->payload.segment[i];

        if (s->flags & BATON_SEG_GENERATED &&
            !judge_needed(j, s->dest, "H3: a made page lies wrong"))
            return false;
        if (s->flags & BATON_SEG_AREA &&
            !judge_needed(j, s->source, "H3: a source of an area lies wrong"))
            return false;
    }
    if (!interpreter_list_pages(image->control, need_list_page, j))
        return judge_wrong(j, "the list has no end", image->list, 0);
    if (!judge_fault_tables(j) || !judge_long(j) || !judge_reach(j))
        return false;
    for (unsigned i = 0; i < sizeof(registers) / sizeof(*registers); i++)
        if (param(j, 4 + 4 * i) != registers[i])
            return judge_wrong(j, "H9: a register's parameter is wrong", i, param(j, 4 + 4 * i));
    return !j->wrong[0];
}

/* ---- memory ---------------------------------------------------------------------------------- */

static void untouched(void *ctx, uint64_t page)
{
    struct journey *j = ctx;

    if (machine_was_lent(page) || page == baton_page_down(j->machine.host.trampoline_pa))
        return;
    if (memcmp(machine_at(page), machine_before(page), PAGE))
        judge_wrong(j, "a page is written at load time that is not the core's", page, 0);
}

bool judge_untouched(struct journey *j)
{
    machine_touched(untouched, j);
    return !j->wrong[0];
}

/* The bytes of one page that are segment s's. */
static bool judge_page_of(struct journey *j, const struct baton_segment *s, uint64_t page)
{
    uint64_t at = s->dest > page ? s->dest : page;
    uint64_t file_end = s->dest + s->file_size, end = s->dest + s->mem_size;

    if (end > page + PAGE)
        end = page + PAGE;
    while (at < end) {
        uint64_t n;

        if (at < file_end) {
            uint64_t from = s->source + (at - s->dest);

            n = PAGE - from % PAGE;
            if (n > file_end - at)
                n = file_end - at;
            if (n > end - at)
                n = end - at;
            /* nobody writes to an area's source after finish() */
            if (memcmp(machine_at(at),
                       s->flags & BATON_SEG_AREA ? machine_at(from) : machine_before(from), n))
                return judge_wrong(j, "H4: a destination has wrong bytes", at, from);
        } else {
            static const uint8_t zeros[BATON_PAGE_SIZE];

            n = end - at;
            if (memcmp(machine_at(at), zeros, n))
                return judge_wrong(j, "a zero tail is not zero", at, n);
        }
        at += n;
    }
    return true;
}

/* What lies between segments in a page that they touch: as it was, or zeros, not a mixture. */
static bool judge_gaps(struct journey *j, uint64_t page)
{
    static uint8_t covered[BATON_PAGE_SIZE];
    const uint8_t *now = machine_at(page), *then = machine_before(page);
    bool as_before = true, zero = true;

    memset(covered, 0, sizeof(covered));
    for (uint32_t i = 0; i < j->payload.segments; i++) {
        const struct baton_segment *s = &j->payload.segment[i];
        uint64_t start = s->dest > page ? s->dest : page, end = s->dest + s->mem_size;

        if (end > page + PAGE)
            end = page + PAGE;
        if (!(s->flags & BATON_SEG_GENERATED) && start < end)
            memset(covered + (start - page), 1, end - start);
    }
    for (unsigned i = 0; i < PAGE; i++)
        if (!covered[i]) {
            as_before = as_before && now[i] == then[i];
            zero = zero && !now[i];
        }
    return as_before || zero ||
           judge_wrong(j, "bytes beside a segment are neither as before nor zero", page, 0);
}

bool judge_memory(struct journey *j)
{
    for (uint32_t i = 0; i < j->payload.segments; i++) {
        const struct baton_segment *s = &j->payload.segment[i];
        uint64_t end = s->dest + s->mem_size;

        if (s->flags & BATON_SEG_GENERATED || !s->mem_size)
            continue;
        if (s->dest % PAGE && !judge_gaps(j, s->dest / PAGE * PAGE))
            return false;
        if (end % PAGE && !judge_gaps(j, end / PAGE * PAGE))
            return false;
        for (uint64_t page = s->dest / PAGE * PAGE; page < end; page += PAGE) {
            if (s->dest == s->source && !machine_is_touched(page) &&
                page + PAGE <= s->dest + s->file_size)
                continue; /* it stays, and nobody wrote there */
            if (!judge_page_of(j, s, page))
                return false;
        }
    }
    return true;
}
