# For a core from a capture kernel: gdb -x iso/crash.gdb build/baton.elf vmcore
#
# Walks the crashed kernel's live page tables, legacy or PAE, from the root in the core's
# VMCOREINFO. It reads memory by physical address from the core's PT_LOADs, so nothing needs to be
# mapped. The names of levels and flags, and the folding, are those of the shell's commands tables
# and walk.
set confirm off
set pagination off

python
import gdb
import re
import struct
import zlib

PAGE = 4096
PRESENT, LARGE = 1, 1 << 7
# Bit, name, only valid in an entry that maps a page. [SDM3 4.3, 4.4]
FLAGS = [(1 << 1, "write", False), (1 << 2, "user", False), (1 << 3, "write-through", False),
         (1 << 4, "no-cache", False), (1 << 5, "accessed", False), (1 << 6, "dirty", True),
         (1 << 8, "global", True), (1 << 63, "nx", False)]
# kernel/machine/layout.h: the old kernel's windows, one page each, change while it accesses memory.
# The table's next entry maps the table itself.
WINDOW_BASE, WINDOWS = 0xff800000, 16
NT_VMCOREINFO = 0


class Core:
    """The core's file: memory by physical address, and VMCOREINFO."""

    def __init__(self):
        path = re.search(r"core dump file:\s+`(.*?)', file type",
                         gdb.execute("info files", to_string=True))
        if not path:
            raise gdb.GdbError("no core is loaded: gdb -x iso/crash.gdb build/baton.elf vmcore")
        self.file = open(path[1], "rb")
        wide = self.read_at(4, 1) == b"\2"                      # ELF64
        program, = struct.unpack("<Q", self.read_at(32, 8)) if wide else \
            struct.unpack("<I", self.read_at(28, 4))
        count, = struct.unpack("<H", self.read_at(56 if wide else 44, 2))
        self.loads, self.info = [], {}
        for i in range(count):
            if wide:
                f = struct.unpack("<IIQQQQ", self.read_at(program + 56 * i, 40))
                kind, offset, pa, size = f[0], f[2], f[4], f[5]
            else:
                kind, offset, _, pa, size = struct.unpack("<5I", self.read_at(program + 32 * i, 20))
            if kind == 1:                                       # PT_LOAD
                self.loads.append((pa, pa + size, offset))
            elif kind == 4:                                     # PT_NOTE
                self.read_notes(self.read_at(offset, size))

    def read_at(self, at, size):
        self.file.seek(at)
        return self.file.read(size)

    def read_notes(self, data):
        at = 0
        while at + 12 <= len(data):
            name, size, kind = struct.unpack_from("<III", data, at)
            text = at + 12 + (name + 3 & ~3)
            if data[at + 12:].startswith(b"VMCOREINFO\0") and kind == NT_VMCOREINFO:
                lines = data[text:text + size].decode("ascii", "replace")
                self.info = dict(re.findall(r"^([^=\n]+)=(.*)$", lines, re.M))
            at = text + (size + 3 & ~3)

    def page(self, pa):
        """The page at pa; None: the core does not contain it."""
        for start, end, offset in self.loads:
            if start <= pa and pa + PAGE <= end:
                return self.read_at(offset + pa - start, PAGE)
        return None


class Tables:
    def __init__(self):
        self.core = Core()
        if "BATON(live_root)" not in self.core.info:
            raise gdb.GdbError("this core's VMCOREINFO has no live tables: it is not Baton's")
        self.root = int(self.core.info["BATON(live_root)"], 0)
        self.pae = self.core.info["CONFIG_X86_PAE"] == "y"
        self.levels = ["PDPT", "PD", "PT"] if self.pae else ["PD", "PT"]
        self.address = 0x000ffffffffff000 if self.pae else 0xfffff000
        self.pages = 0

    def span(self, level):
        return PAGE << (9 if self.pae else 10) * (len(self.levels) - 1 - level)

    def entries(self, level, table):
        page = self.core.page(table)
        if page is None:
            return None
        if self.pae:
            return struct.unpack(f"<{4 if self.levels[level] == 'PDPT' else 512}Q",
                                 page[:32] if self.levels[level] == "PDPT" else page)
        return struct.unpack("<1024I", page)

    def is_leaf(self, level, entry):
        return self.levels[level] == "PT" or (self.levels[level] == "PD" and bool(entry & LARGE))

    def flags(self, level, entry):
        leaf = self.is_leaf(level, entry)
        words = ["large"] if leaf and self.levels[level] == "PD" else []
        return words + [name for bit, name, of_leaf in FLAGS
                        if entry & bit and (leaf or not of_leaf)]

    def target(self, level, entry):
        return entry & self.address & -self.span(level) if self.is_leaf(level, entry) \
            else entry & self.address

    def tell(self, level, table, va):
        """Prints one line for each run of entries; the contents of a table are indented."""
        entries, span = self.entries(level, table), self.span(level)
        self.pages += 1
        i = 0
        while i < len(entries):
            entry, count = entries[i], 1
            if entry & PRESENT:
                leaf, at = self.is_leaf(level, entry), va + i * span
                while leaf and i + count < len(entries) and \
                        entries[i + count] == entry + count * span:
                    count += 1
                name = " " * level + self.levels[level] + f" {i}" + \
                    (f"-{i + count - 1}" if count > 1 else "")
                target = self.target(level, entry)
                size = f"{count * span >> 10:,} KiB" if leaf else "table"
                print(f"{name:<12} 0x{at:08x} 0x{target:08x} {size:>13} "
                      + " ".join(self.flags(level, entry)))
                if not leaf and self.core.page(target) is None:
                    print(f"{'':12} the core has no page 0x{target:08x}")
                elif not leaf:
                    self.tell(level + 1, target, at)
            i += count

    def sum(self, level, table, va, crc):
        """The CRC-32 of live.c: the pages of the tables, root first, as if no window were open.
        Returns it and the number of windows that were open."""
        page, opened = self.core.page(table), 0
        if self.levels[level] == "PT" and va == WINDOW_BASE:
            size = 8 if self.pae else 4
            entries = self.entries(level, table)[:WINDOWS]
            opened = sum(entry != 0 for entry in entries)
            page = bytes(size * WINDOWS) + page[size * WINDOWS:]
        crc = zlib.crc32(page, crc)
        for i, entry in enumerate(self.entries(level, table)):
            if entry & PRESENT and not self.is_leaf(level, entry):
                crc, more = self.sum(level + 1, entry & self.address, va + i * self.span(level),
                                     crc)
                opened += more
        return crc, opened


class LiveTables(gdb.Command):
    """live-tables: the whole tree of the crashed kernel's live tables, and its CRC-32."""

    def __init__(self):
        super().__init__("live-tables", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        t = Tables()
        print(f"{'tables':<12}{'PAE' if t.pae else 'legacy'}, root 0x{t.root:08x}")
        t.tell(0, t.root, 0)
        print(f"{'tables':<12}{t.pages} pages; the kernel had {t.core.info['BATON(live_tables)']}")
        crc, opened = t.sum(0, t.root, 0, 0)
        wanted = int(t.core.info["BATON(live_checksum)"], 0)
        if opened:
            print(f"{'windows':<12}{opened} open at the crash; the checksum is as if closed")
        print(f"{'checksum':<12}0x{crc:x}, " + ("as it was at the start" if crc == wanted else
                                               f"BUT it was 0x{wanted:x} at the start"))


class Walk(gdb.Command):
    """walk ADDRESS: the steps from the root to the page of a linear address, or of a function."""

    def __init__(self):
        super().__init__("walk", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        if not argument:
            raise gdb.GdbError("walk needs an address, such as: walk 0xc0100000")
        va = int(gdb.parse_and_eval(f"(unsigned)({argument})"))
        t = Tables()
        table = t.root
        print(f"{'walk':<12}0x{va:08x}, {'PAE' if t.pae else 'legacy'} tables, "
              f"root 0x{t.root:08x}")
        for level, name in enumerate(t.levels):
            entries, span = t.entries(level, table), t.span(level)
            if entries is None:
                print(f"{name:<12}table 0x{table:08x}: the core has no such page")
                return
            index = va // span % len(entries)
            entry = entries[index]
            state = " ".join(["present", *t.flags(level, entry)]) if entry & PRESENT \
                else "not present"
            print(f"{name:<12}table 0x{table:08x}, index {index}: entry 0x{entry:x}, {state}")
            if not entry & PRESENT:
                print(f"{'result':<12}0x{va:08x} is not mapped")
                return
            if t.is_leaf(level, entry):
                print(f"{'result':<12}0x{va:08x} is at 0x{t.target(level, entry) + va % span:08x}, "
                      f"in a page of {span >> 10:,} KiB")
                return
            table = entry & t.address


LiveTables()
Walk()
end
