"""Finds the pages of live page tables in a dump of physical memory, and reports what changed.

It is an independent walker, in another language: its result is compared with Baton's output.
"""
import struct

PAGE = 4096
PRESENT, WRITABLE, USER, ACCESSED, DIRTY, LARGE, GLOBAL = (1 << bit for bit in (0, 1, 2, 5, 6, 7, 8))
NO_EXECUTE = 1 << 63
ADDRESS = 0x000ffffffffff000


def pages(memory, root, pae):
    """The root and every table reachable from it: physical addresses, depth first."""
    found = []

    def visit(table, level):
        found.append(table)
        if level == 0:
            return
        count, form = (4 if level == 2 else 512, "<Q") if pae else (1024, "<I")
        for i in range(count):
            entry, = struct.unpack_from(form, memory, table + i * struct.calcsize(form))
            if entry & PRESENT and not (level == 1 and entry & LARGE):
                visit(entry & ADDRESS, level - 1)

    visit(root & ~(PAGE - 1), 2 if pae else 1)
    return found


def changes(before, after, tables):
    """[(physical address, byte before, byte after)] in the pages of the tables."""
    return [(at, before[at], after[at]) for table in tables
            for at in range(table, table + PAGE) if before[at] != after[at]]


def leaves(memory, root, pae):
    """Every entry that maps a page: (table, index, entry, va, size of the page, writable on every
    level)."""
    bits, count, form = (9, 512, "<Q") if pae else (10, 1024, "<I")

    def visit(table, level, va, writable):
        for i in range(4 if level == 2 else count):
            entry, = struct.unpack_from(form, memory, table + i * struct.calcsize(form))
            at = va + (i << 12 + bits * level)
            if not entry & PRESENT:
                continue
            # A PDPT entry has no writable bit: all access is allowed there.
            allowed = writable and (level == 2 or bool(entry & WRITABLE))
            if level == 0 or (level == 1 and entry & LARGE):
                yield table, i, entry, at, 1 << 12 + bits * level, allowed
            else:
                yield from visit(entry & ADDRESS, level - 1, at, allowed)

    yield from visit(root & ~(PAGE - 1), 2 if pae else 1, 0, True)


def mappings(memory, root, pae):
    """Every mapped page: (va, size, physical address, entry, writable on every level)."""
    for _, _, entry, va, size, writable in leaves(memory, root, pae):
        yield va, size, entry & ADDRESS, entry, writable
