/* The parallel move: paths from their ends, then cycles through one swap page. */
#include "relocate/image/moves.h"

#include "relocate/image/pieces.h"
#include "relocate/place/bitmap.h"

void moves_collect(const struct baton_payload *payload, struct moves *moves)
{
    moves->runs = 0;
    for (uint32_t i = 0; i < payload->segments; i++) {
        const struct baton_segment *s = &payload->segment[i];
        struct pieces p = pieces_of(payload, i);
        struct move_run run = {p.direct.start, s->source + (p.direct.start - s->dest),
                               p.direct.end - p.direct.start};
        uint32_t at = moves->runs;

        if (!run.size || p.stays)
            continue;
        for (; at > 0 && moves->run[at - 1].dest > run.dest; at--)
            moves->run[at] = moves->run[at - 1];
        moves->run[at] = run;
        moves->runs++;
    }
}

/* The run that writes this page (by_source: reads it). *same, in: bytes asked about; out: for
 * how many of them the answer is the same. */
static const struct move_run *run_at(const struct moves *moves, bool by_source, uint64_t page,
                                     uint64_t *same)
{
    for (uint32_t i = 0; i < moves->runs; i++) {
        const struct move_run *r = &moves->run[i];
        uint64_t start = by_source ? r->source : r->dest;

        if (page >= start && page - start < r->size) {
            if (*same > r->size - (page - start))
                *same = r->size - (page - start);
            return r;
        }
        if (start > page && start - page < *same)
            *same = start - page;
    }
    return NULL;
}

/* The source of the page at dest; UINT64_MAX: no move writes it. *same as in run_at. */
static uint64_t source_of(const struct moves *moves, uint64_t dest, uint64_t *same)
{
    const struct move_run *run = run_at(moves, false, dest, same);

    return run ? run->source + (dest - run->dest) : UINT64_MAX;
}

/*
 * Emits the paths that end at dest and the pages behind it, from their ends to their starts. They
 * run side by side for some pages: *size, in: bytes asked for; out: bytes of destination dealt
 * with. Marks what it has written.
 */
static int emit_paths(const struct moves *moves, const struct move_sink *sink, struct bitmap *done,
                      uint64_t dest, uint64_t *size)
{
    for (uint64_t at = dest; at != UINT64_MAX;)
        at = source_of(moves, at, size);
    for (;;) {
        uint64_t source = source_of(moves, dest, size);

        if (source == UINT64_MAX)
            return 0;
        int error = sink->copy(sink->ctx, dest, source, *size >> BATON_PAGE_SHIFT);
        if (!error)
            error = bitmap_add_range(done, dest, dest + *size);
        if (error)
            return error;
        dest = source;
    }
}

/* Emits the cycle that contains `first`, whose bytes are saved before it is written. */
static int emit_cycle(const struct moves *moves, const struct move_sink *sink, struct bitmap *done,
                      uint64_t first)
{
    uint64_t dest = first;
    int error = sink->save(sink->ctx, first);

    while (!error) {
        uint64_t one = BATON_PAGE_SIZE;
        uint64_t source = source_of(moves, dest, &one);

        error = bitmap_add(done, dest);
        if (error)
            return error;
        if (source == first)
            return sink->restore(sink->ctx, dest);
        error = sink->copy(sink->ctx, dest, source, 1);
        dest = source;
    }
    return error;
}

/* All moves of one run whose destination no other move reads, with the paths that they end. */
static int emit_ends(const struct moves *moves, const struct move_sink *sink, struct bitmap *done,
                     const struct move_run *run)
{
    for (uint64_t at = 0; at < run->size;) {
        uint64_t same = run->size - at;

        if (run_at(moves, true, run->dest + at, &same)) {
            at += same; /* a move that must come first reads it: part of another path, or a cycle */
            continue;
        }
        int error;
        if (source_of(moves, run->source + at, &same) == UINT64_MAX)
            error =
                sink->copy(sink->ctx, run->dest + at, run->source + at, same >> BATON_PAGE_SHIFT);
        else
            error = emit_paths(moves, sink, done, run->dest + at, &same);
        if (error)
            return error;
        at += same;
    }
    return 0;
}

static int emit_cycles(const struct moves *moves, const struct move_sink *sink, struct bitmap *done,
                       const struct move_run *run)
{
    for (uint64_t at = 0; at < run->size;) {
        uint64_t same = run->size - at;

        if (!run_at(moves, true, run->dest + at, &same)) {
            at += same;
            continue;
        }
        for (uint64_t end = at + same; at < end;) {
            at = bitmap_absent(done, run->dest + at, run->dest + end) - run->dest;
            if (at == end)
                break;
            int error = emit_cycle(moves, sink, done, run->dest + at);
            if (error)
                return error;
        }
    }
    return 0;
}

int moves_order(const struct moves *moves, struct baton_image *image,
                const struct baton_payload *payload, const struct move_sink *sink)
{
    struct bitmap done;
    int error = 0;

    bitmap_begin(&done, image, payload);
    for (uint32_t i = 0; i < moves->runs && !error; i++)
        error = emit_ends(moves, sink, &done, &moves->run[i]);
    for (uint32_t i = 0; i < moves->runs && !error; i++)
        error = emit_cycles(moves, sink, &done, &moves->run[i]);
    bitmap_end(&done);
    return error;
}
