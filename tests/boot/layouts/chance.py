"""One random machine: its memory, the places of the loaded files, and the payload's segments.

random_layout(seed, number) depends only on its arguments, not on Baton. Every layout can be handed
over: the generator tries again until there is a place for everything (room.py).
"""
import random
from dataclasses import dataclass, field

from elf32 import PT_LOAD, Segment
from layouts import forms
from layouts.room import PAGE, Room

MIB = 1 << 20
LOW_END = 0x9f000                   # usable memory below 1 MiB ends here
LOADERS_OWN = 0x10000               # and starts with memory that the loader uses (machine.py)
IMAGE_END = 0x1c0000                # Baton's image ends below; no file is put there
USABLE, RESERVED, ACPI, NVS, BAD = 1, 2, 3, 4, 5
SEGMENTS = 56                       # Baton accepts 64, with the initrd and its own pages
HALT = b"\xf4\xeb\xfd"              # hlt; jmp to it: the code at the entry
HIGH = 0xc0000000                   # a payload may be linked high
MACHINES = [("486", "legacy"), ("pentium", "legacy"), ("pentium3", "legacy"), ("pentium3", "pae"),
            ("qemu32", "legacy"), ("qemu32", "pae"), ("max", "legacy"), ("max", "pae")]


@dataclass
class Layout:
    seed: int
    number: int
    form: str = ""                  # of the kernel: one of forms.FORMS
    cpu: str = ""
    paging: str = ""
    place: str = ""
    memory: int = 0                 # bytes of RAM
    map: list = field(default_factory=list)         # (start, end, type), as the loader gives it
    usable: bytes = b""             # by page, the map read strictly: 1 or 0
    kernel: bytes = b""             # its file
    kernel_at: int = 0
    segments: list = field(default_factory=list)    # what is loaded of it
    entry: int = 0                  # physical
    initrd: bytes = b""             # empty: none
    initrd_at: int = 0

    def text(self):
        """A description of the layout, for the folder of a failure."""
        lines = [f"layout {self.number} of seed {self.seed}: {self.memory // MIB} MiB, "
                 f"{self.cpu}, {self.form}, paging={self.paging} place={self.place}",
                 *(f"map     {a:#010x} {b:#010x} type {t}" for a, b, t in self.map),
                 f"kernel  {len(self.kernel)} bytes at {self.kernel_at:#010x}, "
                 f"entry {self.entry:#010x}",
                 f"initrd  {len(self.initrd)} bytes at {self.initrd_at:#010x}"]
        for s in self.segments:
            lines.append(f"segment {s.paddr:#010x} {s.paddr + s.memsz:#010x} from "
                         f"{self.kernel_at + s.offset:#010x}, {s.filesz} bytes")
        return "\n".join(lines) + "\n"

    def modules(self):
        """(start, bytes) of the files in memory."""
        files = [(self.kernel_at, self.kernel), (self.initrd_at, self.initrd)]
        return [(at, data) for at, data in files if data]


def random_layout(seed, number):
    dice = random.Random(f"{seed}/{number}")
    while True:
        layout = Layout(seed, number, forms.draw(seed, number))
        layout.cpu, layout.paging = dice.choice(MACHINES)
        if layout.form == "elf64":
            layout.cpu = "max"
        layout.place = dice.choice(["auto", "auto", "all", "none"])
        layout.memory = MIB * dice.choices([16, 24, 32, 48, 64, 96], [12, 3, 2, 1, 1, 1])[0]
        layout.map = memory_map(dice, layout.memory)
        room = Room(layout, IMAGE_END)
        layout.usable = bytes(room.usable)
        if draw_files(dice, layout, room) and room.enough(layout):
            return layout


# ---- memory

def memory_map(dice, size):
    """Low memory, the BIOS, and the rest with holes; a reserved range may overlap a usable one."""
    top = size - dice.choice([0, 0, dice.randrange(64 * PAGE)])
    holes, entries = [], [(0, LOW_END, USABLE), (0xf0000, MIB, RESERVED)]
    for _ in range(dice.choice([0, 0, 1, 3, 8])):
        start = dice.randrange(3 * MIB, top)
        end = min(top, start + dice.randrange(1, dice.choice([PAGE, 64 * PAGE])))
        if dice.random() < 0.7:
            start, end = start // PAGE * PAGE, -(-end // PAGE) * PAGE
        holes.append((start, min(end, top)))
    if dice.random() < 0.3:
        entries.append((MIB, top, USABLE))
        entries += [(a, b, dice.choice([RESERVED, ACPI, NVS, BAD])) for a, b in holes]
        dice.shuffle(entries)
        return entries
    at = MIB
    for start, end in sorted(holes):
        if start > at:
            entries.append((at, start, USABLE))
        kind = dice.choice([None, RESERVED, ACPI, NVS, BAD])
        if kind and end > max(at, start):
            entries.append((max(at, start), end, kind))
        at = max(at, end)
    if at < top:
        entries.append((at, top, USABLE))
    return entries


# ---- files

def draw_files(dice, layout, room):
    """The kernel's file and the initrd: bytes, places, destinations. False: no room."""
    few = dice.randrange(1, 40), dice.randrange(40, 400), dice.randrange(1030, 1700)
    size = PAGE * dice.choices(few, [3, 4, 3])[0]
    layout.kernel_at = room.take(dice, forms.HEADERS + size, odd(dice))
    if layout.kernel_at is None:
        return False
    data = bytearray(dice.randbytes(forms.HEADERS + size))
    area = -(-layout.kernel_at // PAGE) * PAGE + forms.HEADERS  # whole pages, from here on
    if dice.random() < 0.6 and not draw_initrd(dice, layout, room, area):
        return False
    if layout.form in forms.ONE_PIECE:
        layout.segments = forms.settle_piece(dice, layout, room, len(data))
    else:
        style = draw_style(dice)
        blocks = cut(dice, style, area, layout.kernel_at + len(data) - area)
        layout.segments = settle(dice, style, layout, room, area, blocks)
    if not layout.segments:
        return False
    put_entry(dice, layout, data)
    layout.kernel = bytes(data)
    return True


def odd(dice):
    """The offset of a file in its first page; GRUB aligns all files to pages."""
    return dice.choice([0, 0, 0, dice.randrange(PAGE)])


def draw_initrd(dice, layout, room, area):
    size = dice.choice([dice.randrange(1, PAGE), dice.randrange(PAGE, 600 << 10)])
    if size < LOW_END - LOADERS_OWN and dice.random() < 0.1:
        layout.initrd_at = dice.randrange(LOADERS_OWN, LOW_END - size)
    else:
        layout.initrd_at = room.take(dice, size, odd(dice), near=dice.choice([None, area]))
    if layout.initrd_at is None:
        return False
    layout.initrd = dice.randbytes(size)
    return True


@dataclass
class Style:
    """How the file's bytes are distributed to destinations.

    permuted   blocks exchange places: paths and cycles
    shifted    the same, but some pages up or down
    scattered  anywhere
    """
    kind: str
    step: int = PAGE                # blocks end at multiples of this
    even: bool = False              # blocks of one size: they make many cycles, others few
    congruent: float = 1.0          # the share of blocks that keep their offset within a page
    tails: float = 0                # the share of blocks followed by zeros
    twice: float = 0                # the share of blocks with a second destination


def draw_style(dice):
    style = Style(dice.choices(["permuted", "shifted", "scattered"], [3, 1, 2])[0])
    style.even = dice.random() < 0.5
    if style.kind == "permuted" and dice.random() < 0.8:
        return style                # whole pages: an exact permutation
    style.step = dice.choice([PAGE, PAGE, 1])
    style.congruent = dice.choice([1.0, 1.0, 1.0, 0.5, 0.0])
    style.tails = dice.choice([0, 0, 0.3])
    style.twice = dice.choice([0, 0, 0, 0.2])
    return style


def cut(dice, style, area, size):
    """[(address, bytes)]: the area split into blocks."""
    wanted = dice.choice([1, 2, 5, 20, SEGMENTS - 4])
    if style.even:
        edges = [*range(0, size, max(PAGE, -(-size // wanted // PAGE) * PAGE)), size]
    else:
        edges = sorted({dice.randrange(0, size, style.step) for _ in range(wanted - 1)} | {0, size})
    return [(area + a, b - a) for a, b in zip(edges, edges[1:])]


def settle(dice, style, layout, room, area, blocks):
    """A program header with a destination for every block. None: there is no place for one."""
    high = dice.choice([0, 0, HIGH])
    order, last = blocks[:-1], blocks[-1:]
    dice.shuffle(order)
    order.insert(len(order) if style.even else dice.randrange(len(blocks)), *last)
    order += [b for b in blocks if dice.random() < style.twice][:2]
    cursor = area
    if style.kind == "shifted":
        cursor = max(MIB, area + PAGE * dice.randrange(-300, 300))
    segments = []
    for source, size in order:
        memory = size
        if dice.random() < style.tails:
            memory += dice.choice([dice.randrange(PAGE), dice.randrange(20 * PAGE)])
        phase = source % PAGE if dice.random() < style.congruent else dice.randrange(PAGE)
        if style.kind == "scattered" or len(segments) >= len(blocks):
            at = room.claim_somewhere(dice, memory, phase)
        else:
            at = room.claim_from(cursor, memory, phase)
        if at is None:
            return None
        cursor = at + memory
        segments.append(Segment(PT_LOAD, source - layout.kernel_at, at + high, at, size, memory,
                                7, 1))
    for _ in range(dice.choice([0, 0, 1, 3])):          # only zeros
        memory = dice.randrange(1, 30 * PAGE)
        at = room.claim_somewhere(dice, memory, dice.choice([0, dice.randrange(PAGE)]))
        if at is None:
            return None
        segments.append(Segment(PT_LOAD, 0, at + high, at, 0, memory, 7, 1))
    if dice.random() < 0.1:
        at = dice.randrange(0, LOW_END - PAGE)          # low memory, including page 0
        segments.append(Segment(PT_LOAD, 64, at + high, at, dice.randrange(1, PAGE), PAGE, 7, 1))
    dice.shuffle(segments)
    return segments


def put_entry(dice, layout, data):
    """Headers, and the first instructions, at a random place behind them in a random segment."""
    s = dice.choice([s for s in layout.segments if s.offset + s.filesz > forms.HEADERS])
    first = max(0, forms.HEADERS - s.offset)
    offset = first + dice.randrange(max(1, s.filesz - first - len(HALT) + 1))
    layout.entry = s.paddr + offset
    start, end = s.offset + offset, min(s.offset + offset + len(HALT), s.offset + s.filesz)
    data[start:end] = HALT[:end - start]
    forms.put(layout, data, layout.entry + s.vaddr - s.paddr)
