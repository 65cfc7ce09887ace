"""The formats of a random layout's kernel: what its headers look like, and what Baton is told of it.

Each has the same segments and the same bytes around them; only what says so differs. A layout's
form is one of FORMS.
"""
import random
import struct

from elf32 import PT_LOAD, Segment, put_headers
from layouts.room import PAGE

FORMS = {"elf32": 4, "multiboot1": 2, "multiboot2": 2, "elf64": 1, "addresses": 1, "flat": 1}
HEADERS = PAGE                      # bytes at the start of the file that are kept for headers
AT = 0x800                          # of the multiboot header, behind 56 program headers
HEADER64, PROGRAM64 = struct.Struct("<16sHHIQQQIHHHHHH"), struct.Struct("<IIQQQQQQ")
IDENT64 = b"\x7fELF\x02\x01\x01" + bytes(9)
ET_EXEC, EM_X86_64 = 2, 62
UPPER_HALF = 0xffffffff00000000     # where a 64-bit kernel may be linked
MAGIC1, FIELDS = 0x1badb002, 1 << 16
MAGIC2 = 0xe85250d6
MULTIBOOT = ("multiboot1", "multiboot2", "addresses")
ONE_PIECE = ("addresses", "flat")


def draw(seed, number):
    dice = random.Random(f"{seed}/{number}/form")
    return dice.choices(list(FORMS), FORMS.values())[0]


def words(layout):
    """Baton's options for such a kernel."""
    if layout.form != "flat":
        return ""
    return f" type=flat load={layout.segments[0].paddr:#x} entry={layout.entry:#x}"


def put(layout, data, entry):
    """Writes the headers; `entry` is where the segments are linked, layout.entry physical."""
    if layout.form == "elf64":
        return put_elf64(data, entry, layout.segments)
    if layout.form not in ONE_PIECE:
        put_headers(data, entry, layout.segments)
    if layout.form == "multiboot1":
        put_words(data, MAGIC1, 0, -MAGIC1)
    if layout.form == "multiboot2":
        put_words(data, MAGIC2, 0, 24, -(MAGIC2 + 24), 0, 8)
    if layout.form == "addresses":
        piece, = layout.segments
        put_words(data, MAGIC1, FIELDS, -(MAGIC1 + FIELDS), piece.paddr + AT - piece.offset,
                  piece.paddr, piece.paddr + piece.filesz, piece.paddr + piece.memsz, layout.entry)
    return None


def put_words(data, *numbers):
    struct.pack_into(f"<{len(numbers)}I", data, AT, *(n % (1 << 32) for n in numbers))


def put_elf64(data, entry, segments):
    high = UPPER_HALF if segments[0].vaddr != segments[0].paddr else 0
    HEADER64.pack_into(data, 0, IDENT64, ET_EXEC, EM_X86_64, 1, entry + high, HEADER64.size, 0, 0,
                       HEADER64.size, PROGRAM64.size, len(segments), 0, 0, 0)
    for i, s in enumerate(segments):
        PROGRAM64.pack_into(data, HEADER64.size + i * PROGRAM64.size, s.type, s.flags, s.offset,
                            s.vaddr + high, s.paddr, s.filesz, s.memsz, s.align)


def settle_piece(dice, layout, room, size):
    """The one segment of a kernel without an executable format, as a list. None: no place."""
    start = 0 if layout.form == "flat" else dice.choice([0, AT, dice.randrange(AT)])
    memory = size - start
    if layout.form == "addresses" and dice.random() < 0.5:
        memory += dice.randrange(20 * PAGE)
    congruent = dice.random() < 0.7
    phase = (layout.kernel_at + start) % PAGE if congruent else dice.randrange(PAGE)
    at = room.claim_somewhere(dice, memory, phase)
    return None if at is None else [Segment(PT_LOAD, start, at, at, size - start, memory, 7, 1)]
