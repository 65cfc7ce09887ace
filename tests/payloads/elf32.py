"""Reads and writes the parts of ELF32 that the tests need: program headers, symbols, a file of
pieces.

Used by tests/payloads/seal and by the boot tests, so they need no tool of the build to read a file.
Only little endian, as i386.
"""
import struct
from collections import namedtuple

HEADER = struct.Struct("<16sHHIIIIIHHHHHH")
PROGRAM = struct.Struct("<IIIIIIII")
SECTION = struct.Struct("<IIIIIIIIII")
SYMBOL = struct.Struct("<IIIBBH")
IDENT = b"\x7fELF\x01\x01\x01" + bytes(9)
ET_EXEC, EM_386, PT_LOAD, SHT_SYMTAB, STT_OBJECT = 2, 3, 1, 2, 1

Segment = namedtuple("Segment", "type offset vaddr paddr filesz memsz flags align")
Piece = namedtuple("Piece", "paddr data memsz")   # one PT_LOAD to write


class Elf32:
    """A file: .entry, .segments (only PT_LOAD), .symbols {name: value}, and .variables {name:
    [(value, size), ...]}, because static ones may share a name."""

    def __init__(self, path):
        with open(path, "rb") as f:
            self.data = f.read()
        fields = HEADER.unpack_from(self.data)
        if fields[0][:6] != IDENT[:6]:
            raise ValueError(f"{path} is no little-endian ELF32")
        self.entry, phoff, shoff, phnum, shnum = (fields[4], fields[5], fields[6], fields[10],
                                                  fields[12])
        everything = [Segment(*PROGRAM.unpack_from(self.data, phoff + i * PROGRAM.size))
                      for i in range(phnum)]
        self.segments = [s for s in everything if s.type == PT_LOAD]
        sections = [SECTION.unpack_from(self.data, shoff + i * SECTION.size)
                    for i in range(shnum)]
        self.symbols, self.variables = {}, {}
        for section in sections:
            if section[1] == SHT_SYMTAB:
                self._read_symbols(section, sections[section[6]])

    def _read_symbols(self, section, strings):
        for at in range(section[4], section[4] + section[5], SYMBOL.size):
            name, value, size, info = SYMBOL.unpack_from(self.data, at)[:4]
            start = strings[4] + name
            name = self.data[start:self.data.index(0, start)].decode()
            self.symbols[name] = value
            if info & 0xf == STT_OBJECT and size:
                self.variables.setdefault(name, []).append((value, size))

    def image(self):
        """The loaded bytes: (lowest address, bytearray of file contents, size in memory)."""
        base = min(s.paddr for s in self.segments)
        file_end = max(s.paddr + s.filesz for s in self.segments)
        mem_end = max(s.paddr + s.memsz for s in self.segments)
        image = bytearray(file_end - base)
        for s in self.segments:
            image[s.paddr - base:s.paddr - base + s.filesz] = \
                self.data[s.offset:s.offset + s.filesz]
        return base, image, mem_end - base


def write(path, entry, pieces, file_order=None, skew=0, congruent=True):
    """An ELF32 with one PT_LOAD for each piece, headers in address order.

    file_order: the order of the pieces in the file (indices); default: their order in the list.
    congruent: offsets equal addresses modulo 4096, as linkers make them; else steps of 16 bytes.
    skew: bytes added to every offset, so that nothing is aligned.
    """
    offset = HEADER.size + PROGRAM.size * len(pieces)
    offsets = {}
    for i in file_order if file_order is not None else range(len(pieces)):
        if congruent:
            offset += (pieces[i].paddr - offset) % 4096
        else:
            offset = (offset + 15) // 16 * 16
        offsets[i] = offset + skew
        offset += len(pieces[i].data)
    data = bytearray(offset + skew)
    for i, piece in enumerate(pieces):
        data[offsets[i]:offsets[i] + len(piece.data)] = piece.data
    put_headers(data, entry, [
        Segment(PT_LOAD, offsets[i], piece.paddr, piece.paddr, len(piece.data), piece.memsz, 7,
                4096 if congruent else 1) for i, piece in enumerate(pieces)])
    with open(path, "wb") as f:
        f.write(data)


def put_headers(data, entry, segments):
    """The ELF header and program headers of a file, at its start."""
    HEADER.pack_into(data, 0, IDENT, ET_EXEC, EM_386, 1, entry, HEADER.size, 0, 0, HEADER.size,
                     PROGRAM.size, len(segments), 0, 0, 0)
    for i, segment in enumerate(segments):
        PROGRAM.pack_into(data, HEADER.size + i * PROGRAM.size, *segment)
