"""Page tables as they lie in RAM: every table that a root leads to, with its entries in runs.

A run is entries that follow one another and differ only by a constant step of their address:
[index of the first, how many, value of the first, step]. Values are text, because JSON's readers
keep no 64-bit numbers.
"""
import struct

from definitions import PAGE

PRESENT, LARGE = 1, 1 << 7
ADDRESS = 0x000ffffffffff000        # in a legacy entry, its upper half is 0
LEVELS = {True: ((30, 4), (21, 512), (12, 512)), False: ((22, 1024), (12, 1024))}   # shift, entries


def values(ram, table, pae, count):
    return struct.unpack_from(f"<{count}{'Q' if pae else 'I'}", ram, table)


def runs(entries, size):
    """The present entries; `size` is what a page of this level spans, 0 for a table of tables."""
    found = []
    for i, value in enumerate(entries):
        if not value & PRESENT:
            continue
        last = found[-1] if found else None
        if size and last and i == last[0] + last[1] and value == last[2] + size * last[1]:
            last[1] += 1
        else:
            found.append([i, 1, value, size])
    return [[first, count, f"{value:#x}", step] for first, count, value, step in found]


def snapshot(ram, root, pae):
    """{"root", "pae", "tables": [{"at", "level", "va", "shift", "runs"}]}, tables depth first."""
    levels, tables = LEVELS[pae], []

    def visit(at, level, va):
        shift, count = levels[level]
        entries = values(ram, at, pae, count)
        last = level == len(levels) - 1
        pages = last or any(e & PRESENT and e & LARGE for e in entries) and (not pae or level == 1)
        tables.append({"at": at, "level": level, "va": va, "shift": shift,
                       "runs": runs(entries, 1 << shift if pages else 0)})
        if last:
            return
        for i, e in enumerate(entries):
            if e & PRESENT and not (e & LARGE and (not pae or level == 1)):
                visit(e & ADDRESS, level + 1, va + (i << shift))

    visit(root & -32 if pae else root & -PAGE, 0, 0)
    return {"root": tables[0]["at"], "pae": pae, "tables": tables}


def pages(shot):
    """The pages that the tables lie in."""
    return [table["at"] & -PAGE for table in shot["tables"]]


def expanded(shot):
    """{(table, index): value} of every present entry."""
    return {(table["at"], first + i): int(value, 16) + step * i
            for table in shot["tables"] for first, count, value, step in table["runs"]
            for i in range(count)}


def changes(before, after):
    """[[table, index, old, new]], as text; "0x0" stands for an entry that is not present."""
    old, new = expanded(before), expanded(after)
    return [[at, i, f"{old.get((at, i), 0):#x}", f"{new.get((at, i), 0):#x}"]
            for at, i in sorted(old.keys() | new.keys()) if old.get((at, i)) != new.get((at, i))]
