"""RAM as a boot loader leaves it: Baton, the files of a layout, multiboot information, and garbage
everywhere else, as after power-on.

tests/boot/layouts/firmware.S finds a few register values there (LETTER), and enters Baton. [MB1 3.2, 3.3]
"""
import random
import struct

from layouts.chance import LOADERS_OWN

LETTER = 0x500                      # eip, eax, ebx: tests/boot/layouts/firmware.S reads it
INFORMATION = 0x1000
MAGIC = 0x2badb002                  # eax, from a multiboot loader
HAS_COMMAND_LINE, HAS_MODULES, HAS_MAP, HAS_LOADER = 1 << 2, 1 << 3, 1 << 6, 1 << 9
MIB16 = 16 << 20
GARBAGE = random.Random(0).randbytes(MIB16 + 4096)


class Arena:
    """The loader's own memory, allocated from its start."""

    def __init__(self, ram, start, end):
        self.ram, self.at, self.end = ram, start, end

    def put(self, data):
        start = self.at
        self.ram[start:start + len(data)] = data
        self.at += (len(data) + 15) // 16 * 16
        assert self.at <= self.end, "the loader's own memory is full"
        return start

    def string(self, text):
        return self.put(text.encode() + b"\0")


def load(ram, elf):
    for s in elf.segments:
        end = s.paddr + s.filesz
        ram[s.paddr:end] = elf.data[s.offset:s.offset + s.filesz]
        ram[end:s.paddr + s.memsz] = bytes(s.memsz - s.filesz)


def fill(layout, baton, words):
    """All of RAM for this layout, as a bytearray; `baton` is an Elf32, `words` its command line."""
    skip = layout.number * 64 % 4096
    ram = bytearray(layout.memory)
    for at in range(0, layout.memory, MIB16):
        ram[at:at + MIB16] = GARBAGE[skip:skip + min(MIB16, layout.memory - at)]
    load(ram, baton)
    for at, data in layout.modules():
        ram[at:at + len(data)] = data
    arena = Arena(ram, INFORMATION, LOADERS_OWN)
    info = arena.put(bytes(128))
    modules = arena.put(b"".join(
        struct.pack("<IIII", at, at + len(data), arena.string(f"module {i}"), 0)
        for i, (at, data) in enumerate(layout.modules())))
    entries = b"".join(struct.pack("<IQQI", 20, a, b - a, kind) for a, b, kind in layout.map)
    flags = HAS_COMMAND_LINE | HAS_MODULES | HAS_MAP | HAS_LOADER
    ram[info:info + 68] = struct.pack(
        "<17I", flags, 0, 0, 0, arena.string(words), len(layout.modules()), modules, 0, 0, 0, 0,
        len(entries), arena.put(entries), 0, 0, 0, arena.string("chance"))
    ram[LETTER:LETTER + 12] = struct.pack("<III", baton.entry, MAGIC, info)
    return ram
