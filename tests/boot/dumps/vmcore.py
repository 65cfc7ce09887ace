"""Reads an ELF core of a crash: the headers that Baton left in memory, or a file made from them.

The offset in a PT_LOAD is a physical address in the first case, an offset in the file in the
second. read() takes physical addresses of the crashed kernel in both cases.
"""
import re
import struct
from collections import namedtuple

ET_CORE, EM_386, EM_X86_64, PT_LOAD, PT_NOTE = 4, 3, 62, 1, 4
NT_PRSTATUS, NT_VMCOREINFO = 1, 0
PRSTATUS_SIZE, PRSTATUS_REGISTERS = 144, 72     # of i386
REGISTERS = ["ebx", "ecx", "edx", "esi", "edi", "ebp", "eax", "ds", "es", "fs", "gs", "orig_eax",
             "eip", "cs", "eflags", "esp", "ss"]

Load = namedtuple("Load", "offset va pa size")


class Core:
    """.loads, .registers {name: value}, .info {key: value} of VMCOREINFO."""

    def __init__(self, read_at, machine=EM_386):
        """read_at(offset, size): bytes of the core's file, or of memory. The core must be for
        `machine`; the registers are those of i386 in any case."""
        self.read_at, self.machine = read_at, machine
        ident = read_at(0, 16)
        assert ident[:4] == b"\x7fELF" and ident[5] == 1 and ident[6] == 1, ident
        self.wide = ident[4] == 2
        self.word = "Q" if self.wide else "I"
        self._read_headers()
        self._read_notes()

    def _read_headers(self):
        form = struct.Struct(f"<16sHHI{3 * self.word}I6H")
        fields = form.unpack(self.read_at(0, form.size))
        assert fields[1:4] == (ET_CORE, self.machine, 1), fields
        order = "IIQQQQQQ" if self.wide else "8I"
        program = struct.Struct("<" + order)
        assert fields[8] == form.size and fields[9] == program.size, fields
        self.loads, self.notes_at = [], None
        for i in range(fields[10]):
            f = program.unpack(self.read_at(fields[5] + i * program.size, program.size))
            kind, rest = f[0], f[2:7] if self.wide else f[1:6]
            offset, va, pa, filesz, memsz = rest
            assert filesz == memsz, f
            if kind == PT_NOTE:
                assert self.notes_at is None, "two PT_NOTE"
                self.notes_at = offset, filesz
            else:
                assert kind == PT_LOAD, f
                self.loads.append(Load(offset, va, pa, filesz))

    def _read_notes(self):
        data, at, notes = self.read_at(*self.notes_at), 0, {}
        while at + 12 <= len(data):
            name_size, size, kind = struct.unpack_from("<III", data, at)
            name = data[at + 12:at + 12 + name_size].rstrip(b"\0").decode()
            at += 12 + -(-name_size // 4) * 4
            notes[name, kind] = data[at:at + size]
            at += -(-size // 4) * 4
        status = notes["CORE", NT_PRSTATUS]
        assert len(status) == PRSTATUS_SIZE
        values = struct.unpack_from("<17I", status, PRSTATUS_REGISTERS)
        self.registers = dict(zip(REGISTERS, values))
        text = notes["VMCOREINFO", NT_VMCOREINFO].decode()
        self.info = dict(re.findall(r"^([^=\n]+)=(.*)$", text, re.M))

    def read(self, pa, size):
        """Physical memory of the crashed kernel."""
        for load in self.loads:
            if load.pa <= pa and pa + size <= load.pa + load.size:
                return self.read_at(load.offset + pa - load.pa, size)
        raise KeyError(f"{pa:#x}: not in the core")


def widened(data):
    """The same core as an ELF64 file, as Baton writes it for a machine with memory above 4 GiB. All
    offsets stay, but for the program headers."""
    fields = struct.unpack_from("<16sHHI3II6H", data)
    count, rows = fields[10], b""
    for i in range(count):
        kind, *places, flags, align = struct.unpack_from("<8I", data, fields[5] + 32 * i)
        rows += struct.pack("<II6Q", kind, flags, *places, align)
    ident = fields[0][:4] + b"\2" + fields[0][5:]
    head = struct.pack("<16sHHI3QI6H", ident, *fields[1:5], len(data), 0, 0, 64, 56, count, 0, 0, 0)
    return head + data[len(head):] + rows


def of_memory(memory, headers, machine=EM_386):
    """The core that the headers at this physical address describe, in a snapshot of all RAM."""
    size = 4 * 4096                 # BATON_CRASH_HEADERS, baton/crash.h
    own = memory[headers:headers + size]
    # The headers give file offsets for themselves, physical addresses for everything else.
    return Core(lambda at, n: own[at:at + n] if at + n <= size else memory[at:at + n], machine)


def of_file(path, machine=EM_386):
    def read_at(at, size):
        with open(path, "rb") as f:
            f.seek(at)
            return f.read(size)
    return Core(read_at, machine)
