"""ELF cores as a crashed kernel leaves them in memory: headers at one place, its memory at others.

The tests put them into a machine's memory above mem=. With elfcorehdr=, a Linux that was started
directly then has a real /proc/vmcore, like a capture kernel.
"""
import struct
from dataclasses import dataclass

PT_LOAD, PT_NOTE = 1, 4
ET_CORE, EM_386, EM_X86_64 = 4, 3, 62
PAGE = 4096


@dataclass(frozen=True)
class Piece:
    start: int                      # physical address in the old kernel, and still now
    file: str
    bytes: int


def note(name, kind, description):
    """One ELF note; name and description are padded to 4 bytes."""
    padded = [data + bytes(-len(data) % 4) for data in (name + b"\0", description)]
    return struct.pack("<III", len(name) + 1, len(description), kind) + b"".join(padded)


def headers(pieces, notes, notes_at, wide=True, machine=EM_386):
    """The ELF header and the program headers: notes at a physical address, then the pieces. The
    offsets of PT_NOTE and PT_LOAD are physical addresses, as elfcorehdr= requires."""
    segments = [(PT_NOTE, notes_at, 0, len(notes))]
    segments += [(PT_LOAD, piece.start, piece.start, piece.bytes) for piece in pieces]
    ident = b"\x7fELF" + bytes([2 if wide else 1, 1, 1]) + bytes(9)
    size, entry = (64, 56) if wide else (52, 32)
    data = ident + struct.pack("<HHIQQQIHHHHHH" if wide else "<HHIIIIIHHHHHH", ET_CORE, machine, 1,
                               0, size, 0, 0, size, entry, len(segments), 0, 0, 0)
    for kind, offset, address, length in segments:
        if wide:
            data += struct.pack("<IIQQQQQQ", kind, 0, offset, 0, address, length, length, 0)
        else:
            data += struct.pack("<IIIIIIII", kind, offset, 0, address, length, length, 0, 0)
    return data


def segments(core):
    """[(type, physical address, its bytes)] of a core file."""
    wide = core[4] == 2
    assert core[:4] == b"\x7fELF"
    at, = struct.unpack_from("<Q" if wide else "<I", core, 32 if wide else 28)
    count, = struct.unpack_from("<H", core, 56 if wide else 44)
    found = []
    for i in range(count):
        if wide:
            kind, _, offset, _, address, length = struct.unpack_from("<IIQQQQ", core, at + 56 * i)
        else:
            kind, offset, _, address, length = struct.unpack_from("<IIIII", core, at + 32 * i)
        found.append((kind, address, core[offset:offset + length]))
    return found
