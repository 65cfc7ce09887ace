"""How costs grow with the number of pieces that a payload has, and of entries in the memory map."""
import os
import re
from dataclasses import replace

import images
import payloads
from baton import ENTRY, HANDOFF, HAND_OFF_LINE, LOAD
from count import NotCounted, between, symbol
from elf32 import Elf32, Piece, write
from firstlinux import read
from layouts import ram
from layouts.chance import Layout
from layouts.run import FIRMWARE
from machine import Machine, run

BASE, PAGE = 0x01000000, 4096
SEGMENTS = (1, 4, 16, 59)               # with those that Baton makes, 64 is the limit
ENTRIES = (5, 50, 250, 500)             # of a memory map
SIZES = (6, 36, 128)                    # MiB that move page by page
MEMORY, FILE, SHREDS = 64 << 20, 32 << 20, 48 << 20
USABLE, RESERVED = 1, 2
HLT = b"\xf4"
LIST_WORDS = 1023                       # of a page of the list, without the one that leads on


def scattered(count):
    """A file with `count` pieces of 16 pages, in reverse order, so that each is a run of its own."""
    pieces = [Piece(BASE + 32 * PAGE * i, bytes([i + 1]) * 16 * PAGE, 16 * PAGE)
              for i in range(count)]
    path = images.bytes_file(f"{count} pieces".encode(), "bench-pieces")
    write(path, BASE, pieces, file_order=list(reversed(range(count))))
    return path


def growth():
    for count in SEGMENTS:
        of = Machine(f"bench-segments-{count}", cpu="max", memory="256M", kernel=payloads.BATON,
                     append="exitport=0xf4", timeout=300, modules=(scattered(count),),
                     until=HAND_OFF_LINE + ".*\n")
        log = run(of).log
        moved = int(re.search(r"^plan +([\d,]+) pages? move", log, re.M)[1].replace(",", ""))
        entry = int(re.search(HAND_OFF_LINE, log, re.M)[1], 16)
        of = replace(of, until="")
        yield f"load, {count} segments", between(of, *(symbol(name) for name in LOAD))[0]
        cost = between(of, symbol(HANDOFF), entry)[0]
        yield f"hand-off, {count} segments, a page", round(cost / moved)


def one_segment(size, at):
    """A file whose segment begins with its second page."""
    path = images.bytes_file(f"{size} MiB at {at:#x}".encode(), "bench-singles")
    write(path, at, [Piece(at, HLT * size, size)])
    return path


def singles():
    """The list's worst case: a file moves up by a page. Its pages move from the last one down, and each
    has a word for its destination besides the one for its source."""
    behind = images.sparse(PAGE)
    for mib in SIZES:
        size = mib << 20
        of = Machine(f"bench-singles-{mib}", cpu="max", memory="512M", kernel=payloads.BATON,
                     append="exitport=0xf4", timeout=300, until=HAND_OFF_LINE + ".*\n",
                     modules=(one_segment(size, BASE), behind))
        # Where the module behind it lies, and so the file's last page.
        end = int(re.search(r"^initrd .* (?:stays at|moves from) (0x\w+)", run(of).log, re.M)[1], 16)
        at = end - size + PAGE
        of = replace(of, modules=(one_segment(size, at), behind))
        plan = re.search(r"^plan +([\d,]+) pages? move.*; list (\d+) page", run(of).log, re.M)
        moved, listed = int(plan[1].replace(",", "")), int(plan[2])
        if moved * PAGE < size or listed * LIST_WORDS < 2 * moved:
            raise NotCounted(f"{of.name}: {moved} pages move, by a list of {listed} pages")
        of = replace(of, until="")
        yield f"load, {mib} MiB in single pages", between(of, *(symbol(name) for name in LOAD))[0]
        yield f"hand-off, {mib} MiB in single pages", between(of, symbol(HANDOFF), at)[0]


def shreds(count):
    """A memory map whose last entries have a page each, usable and reserved in turn."""
    first = [(0, 0x9fc00, USABLE), (0xf0000, 1 << 20, RESERVED), (1 << 20, SHREDS, USABLE)]
    return first + [(SHREDS + PAGE * i, SHREDS + PAGE * (i + 1), RESERVED if i % 2 else USABLE)
                    for i in range(count - len(first))]


def maps():
    """Machines without a BIOS, whose loader gives these maps: tests/boot/layouts."""
    kernel = read(scattered(16))
    for count in ENTRIES:
        of = Machine(f"bench-map-{count}", cpu="max", machine="pc,memory-backend=ram",
                     memory=f"{MEMORY >> 20}M", timeout=300)
        path = os.path.join(of.folder(), "ram")
        layout = Layout(0, 0, memory=MEMORY, map=shreds(count), kernel=kernel, kernel_at=FILE)
        with open(path, "wb") as f:
            f.write(ram.fill(layout, Elf32(payloads.BATON), "exitport=0xf4"))
        of = replace(of, extra=("-nodefaults", "-vga", "none", "-bios", FIRMWARE, "-object",
                                f"memory-backend-file,id=ram,mem-path={path},share=off,"
                                f"size={MEMORY}"))
        yield f"load, {count} map entries", between(of, *(symbol(name) for name in LOAD))[0]
        yield f"start to hand-off, {count} map entries", between(of, symbol(ENTRY),
                                                                 symbol(HANDOFF))[0]


EVERY = (growth, singles, maps)
