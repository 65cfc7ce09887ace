"""Features of a layout, and the minimum percentage of layouts that must have each: random tests are
useful only if they cover all kinds."""


def over(layout, start, end):
    return any(s.paddr < end and start < s.paddr + s.memsz for s in layout.segments)


# name: (percent, a test of a Layout and its Verdict)
FEATURES = {
    "cycles": (15, lambda la, v: v.plan.cycles),
    "more than 50 cycles": (2, lambda la, v: v.plan.cycles > 50),
    "a list of several pages": (10, lambda la, v: v.plan.list_pages > 1),
    "zeroed pages": (25, lambda la, v: v.plan.zero),
    "bounce pages": (50, lambda la, v: v.composed),
    "pages that stay": (15, lambda la, v: v.plan.stay),
    "no initrd": (20, lambda la, v: not la.initrd),
    "an initrd that stays": (15, lambda la, v: la.initrd and v.initrd_to == la.initrd_at),
    "an initrd that moves": (10, lambda la, v: la.initrd and v.initrd_to != la.initrd_at),
    "a file in mid-page": (10, lambda la, v: la.kernel_at % 4096),
    "holes": (20, lambda la, v: len(la.map) > 4),
    "Baton overwritten": (2, lambda la, v: over(la, 1 << 20, max(v.image))),
    "low memory overwritten": (2, lambda la, v: over(la, 0, 0xa0000)),
    "16 MiB": (30, lambda la, v: la.memory == 16 << 20),
    "48 MiB or more": (5, lambda la, v: la.memory >= 48 << 20),
    **{form: (percent, lambda la, v, form=form: la.form == form)
       for form, percent in (("elf32", 20), ("multiboot1", 10), ("multiboot2", 10), ("elf64", 4),
                             ("addresses", 4), ("flat", 4))},
    **{f"paging={p}": (20, lambda la, v, p=p: la.paging == p) for p in ("pae", "legacy")},
    **{f"place={p}": (8, lambda la, v, p=p: la.place == p) for p in ("auto", "all", "none")},
}


def features(layout, verdict):
    """The names of its features."""
    if not verdict.plan:
        return set()
    return {name for name, (_, is_so) in FEATURES.items() if is_so(layout, verdict)}
