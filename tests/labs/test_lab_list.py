"""Wrong answers to lab list."""
from answers import Wrong, change, for_lab

ALL = "apart up down paths circles mixed random cost errors boot-span boot-shuffle"
FORWARD = """    uint64_t one = BATON_PAGE_SIZE, at = dest, next = source_of(moves, dest, &one);

    for (; next != UINT64_MAX; next = source_of(moves, at, &one))
        at = next;
    while (at != dest) {
        const struct move_run *run = run_at(moves, true, at, &one);
        uint64_t to = run->dest + (at - run->source);
        int error = sink->copy(sink->ctx, to, at, 1);
        if (!error)
            error = bitmap_add(done, to);
        if (error)
            return error;
        at = to;
    }
    *size = BATON_PAGE_SIZE;
    return 0;
"""
PATHS = """    for (uint64_t at = dest; at != UINT64_MAX;)
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
"""
COPY = "        int error = sink->copy(sink->ctx, dest, source, *size >> BATON_PAGE_SHIFT);\n"
MARK = "        if (!error)\n            error = bitmap_add_range(done, dest, dest + *size);\n"
CHECKED = MARK + "        if (error)\n            return error;\n        dest = source;\n"
SAVE = "    int error = sink->save(sink->ctx, first);\n"
RESTORE = "            return sink->restore(sink->ctx, dest);\n"
READ = "        if (run_at(moves, true, run->dest + at, &same)) {\n            at += same; /*"
EMITTED = "        if (error)\n            return error;\n        at += same;\n"


def wrong(name, changes, lost, found=""):
    return Wrong("list", name, changes, lost, found)


ANSWERS = (
    wrong("paths from their start", change(PATHS, FORWARD), "up down paths mixed random cost boot-span boot-shuffle"),
    wrong("bytes for pages", change(COPY, COPY.replace(" >> BATON_PAGE_SHIFT", "")), "up down paths mixed random cost errors boot-span boot-shuffle"),
    wrong("each page is copied twice", change(COPY, COPY + "        if (!error)\n    " +
                                              COPY.replace("int error", "    error")), "cost boot-span boot-shuffle"),
    wrong("a cycle without the swap page", ((SAVE, "    int error = 0;\n"),
                                             (RESTORE, "            return sink->copy(sink->ctx, dest, "
                                                       "first, 1);\n")), "circles mixed random cost"),
    wrong("a restore without a save", change(SAVE, "    int error = 0;\n"), "circles mixed random cost errors",
          "a restore without a save"),
    wrong("restored to the wrong page", change(RESTORE, RESTORE.replace("dest", "first")), "circles mixed random cost"),
    wrong("cycles forgotten", change(SAVE, "    int error = bitmap_add(done, first);\n"
                                           "    if (dest == first)\n        return error;\n"), "circles mixed random cost"),
    wrong("cycles never marked", change(SAVE, SAVE + "    if (dest == first)\n        return 0;\n"),
          "circles mixed random cost errors", "an endless loop|a save while it holds"),
    wrong("ends that are read", change(READ, READ.replace("if (run_at", "if (!run_at")), ALL),
    wrong("an error goes on", change(CHECKED, CHECKED.replace("        if (error)\n            "
                                                              "return error;\n", "")), "errors"),
    wrong("one page forward after a whole run", change(EMITTED, EMITTED.replace(
        "at += same", "at += BATON_PAGE_SIZE")), "paths random cost boot-span boot-shuffle"),
)

globals().update(for_lab("list", ANSWERS))
