"""Wrong answers to lab walk."""
from answers import Wrong, change, for_lab

ALL = "legacy pae large holes steps bits reserved boot-legacy boot-pae"
WALK = "        walk->step[walk->steps++] = (struct pt_step){table, index, entry};\n"
SPAN = "        walk->span = pt_span(format, at);\n"
ABSENT = "        if (!(entry & PTE_PRESENT))\n            return;\n"
RESERVED = "        if (entry & ~format->level[at].allowed)\n            walk->reserved = true;\n"
LEAF = RESERVED + "        if (pt_is_leaf(format, at, entry)) {\n"
INDEX = "        unsigned index = pt_index(format, at, va);\n"
ENTRY = "        uint64_t entry = pt_entry(space, table, index);\n\n"


def wrong(name, changes, lost, found=""):
    return Wrong("walk", name, changes, lost, found)


ANSWERS = (
    wrong("the whole address is added", change("(va & offset)", "va"), "legacy pae large reserved boot-legacy boot-pae"),
    wrong("the offset is always 12 bits", change("(va & offset)", "(va & 0xfff)"), "large reserved"),
    wrong("large pages forgotten", change(LEAF, LEAF.replace("pt_is_leaf(format, at, entry)",
                                                             "at == format->levels - 1u")), "large holes steps bits reserved"),
    wrong("bit 7 is a large page on every level", change(
        LEAF, LEAF.replace("pt_is_leaf(format, at, entry)",
                           "at == format->levels - 1u || entry & PTE_LARGE")), "reserved"),
    wrong("reserved bits forgotten", change(RESERVED, ""), "reserved"),
    wrong("the present bit forgotten", change(WALK + SPAN + ABSENT, WALK + SPAN), "holes steps boot-legacy boot-pae"),
    wrong("a hole has no size", change(SPAN + ABSENT, ABSENT + SPAN), "holes"),
    wrong("the last step of a hole is missing", change(WALK + SPAN + ABSENT, SPAN + ABSENT + WALK), "holes steps"),
    wrong("entries of 32 bits in both formats", change(
        ENTRY + WALK, ENTRY.replace("uint64_t entry = ", "uint32_t entry = (uint32_t)") + WALK), "bits reserved"),
    wrong("ten bits of index in both formats", change(
        INDEX + ENTRY + WALK,
        "        unsigned index = (unsigned)(va >> format->level[at].shift) & 0x3ff;\n" + ENTRY + WALK),
        "pae large holes steps bits reserved boot-pae"),
    wrong("flags above bit 11 forgotten", change("walk->bits = entry & ~format->address_bits;",
                                                 "walk->bits = entry & 0xfff;"), "bits"),
    wrong("the result is not cleared first", change("    *walk = (struct pt_walk){0};\n", ""), ALL),
    wrong("a store behind the steps", change("walk->step[walk->steps++] =",
                                             "walk->step[4 + walk->steps++] ="), ALL,
          "index 4 out of bounds"),
)

globals().update(for_lab("walk", ANSWERS))
