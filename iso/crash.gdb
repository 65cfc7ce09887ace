# For a core from a capture kernel: gdb -x iso/crash.gdb build/baton.elf vmcore
#
# Walks the crashed kernel's live page tables, legacy or PAE, from the root in the core's
# VMCOREINFO. It reads memory by physical address from the core's PT_LOADs, so nothing needs to be
# mapped. The names of levels and flags, and the folding, are those of the shell's commands tables
# and walk.
#
# gdb itself reads memory at the addresses in the core's PT_LOADs, those of the direct map. user-space
# adds what the live tables in the core map for ring 3.
set confirm off
set pagination off

python
import gdb
import os
import re
import shutil
import struct
import tempfile
import zlib

PAGE = 4096
PRESENT, USER, LARGE = 1, 1 << 2, 1 << 7
# Bit, name, only valid in an entry that maps a page. [SDM3 4.3, 4.4]
FLAGS = [(1 << 1, "write", False), (USER, "user", False), (1 << 3, "write-through", False),
         (1 << 4, "no-cache", False), (1 << 5, "accessed", False), (1 << 6, "dirty", True),
         (1 << 8, "global", True), (1 << 63, "nx", False)]
# kernel/machine/layout.h: the old kernel's windows, one page each, change while it accesses memory.
# The table's next entry maps the table itself.
WINDOW_BASE, WINDOWS = 0xff800000, 16
NT_VMCOREINFO = 0
USER_TABLES = 4                     # at most so many are added for the user program


class Core:
    """The core's file: memory by physical address, and VMCOREINFO."""

    def __init__(self):
        path = re.search(r"core dump file:\s+`(.*?)', file type",
                         gdb.execute("info files", to_string=True))
        if not path:
            raise gdb.GdbError("no core is loaded: gdb -x iso/crash.gdb build/baton.elf vmcore")
        self.path = path[1]
        self.file = open(self.path, "rb")
        self.wide = self.read_at(4, 1) == b"\2"                 # ELF64
        self.program, = struct.unpack("<Q", self.read_at(32, 8)) if self.wide else \
            struct.unpack("<I", self.read_at(28, 4))
        self.count, = struct.unpack("<H", self.read_at(56 if self.wide else 44, 2))
        self.loads, self.info = [], {}
        for i in range(self.count):
            if self.wide:
                f = struct.unpack("<IIQQQQ", self.read_at(self.program + 56 * i, 40))
                kind, offset, pa, size = f[0], f[2], f[4], f[5]
            else:
                kind, offset, _, pa, size = struct.unpack(
                    "<5I", self.read_at(self.program + 32 * i, 20))
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
        at = self.offset(pa)
        return None if at is None else self.read_at(at, PAGE)

    def offset(self, pa):
        """Where in the file the page at pa is; None: it is not there."""
        for start, end, offset in self.loads:
            if start <= pa and pa + PAGE <= end:
                return offset + pa - start
        return None

    def write_view(self, path, pages):
        """Writes the core again, with a PT_LOAD more for each (va, pa); nothing else changes. The
        program headers are behind the rest of the file, which stays at its offsets."""
        size = 56 if self.wide else 32
        headers = self.read_at(self.program, self.count * size)
        for va, pa in pages:
            at, access = self.offset(pa), 7                     # PF_R, PF_W, PF_X
            headers += struct.pack("<IIQQQQQQ", 1, access, at, va, pa, PAGE, PAGE, 0) if self.wide \
                else struct.pack("<8I", 1, at, va, pa, PAGE, PAGE, access, 0)
        shutil.copyfile(self.path, path)
        with open(path, "r+b") as view:
            end = view.seek(0, os.SEEK_END)
            view.write(headers)
            view.seek(32 if self.wide else 28)
            view.write(struct.pack("<Q" if self.wide else "<I", end))
            view.seek(56 if self.wide else 44)
            view.write(struct.pack("<H", self.count + len(pages)))


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

    def user_pages(self, level, table, va):
        """(va, pa, entry) of each 4 KiB page that ring 3 may use."""
        for i, entry in enumerate(self.entries(level, table) or ()):
            root_of_pae = self.levels[level] == "PDPT"          # its entries have no such bit
            if not entry & PRESENT or not (root_of_pae or entry & USER):
                continue
            at = va + i * self.span(level)
            if self.levels[level] == "PT":
                yield at, self.target(level, entry), entry
            elif not self.is_leaf(level, entry):
                yield from self.user_pages(level + 1, entry & self.address, at)

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


def last_summary():
    """Number and checksum of the tables as the kernel has last changed them (fault user), from its
    memory; 0: gdb does not find them."""
    try:
        return [int(gdb.parse_and_eval(f"live.summary.{name}")) for name in ("tables", "checksum")]
    except gdb.error:
        return [0, 0]


class LiveTables(gdb.Command):
    """live-tables: the whole tree of the crashed kernel's live tables, and its CRC-32."""

    def __init__(self):
        super().__init__("live-tables", gdb.COMMAND_DATA)

    def invoke(self, argument, from_tty):
        t = Tables()
        print(f"{'tables':<12}{'PAE' if t.pae else 'legacy'}, root 0x{t.root:08x}")
        t.tell(0, t.root, 0)
        had, wanted = (int(t.core.info[f"BATON(live_{name})"], 0) for name in ("tables", "checksum"))
        tables, checksum = last_summary()
        user = had < tables <= had + USER_TABLES                # or else the variables are damaged
        print(f"{'tables':<12}{t.pages} pages; the kernel had {had}"
              + (f", and {tables} with its user program" if user else ""))
        crc, opened = t.sum(0, t.root, 0, 0)
        if opened:
            print(f"{'windows':<12}{opened} open at the crash; the checksum is as if closed")
        if crc == wanted:
            told = "as it was at the start"
        elif user:
            told = "as it was with the user program" if crc == checksum else \
                f"BUT it was 0x{checksum:x} with the user program"
        else:
            told = f"BUT it was 0x{wanted:x} at the start"
        print(f"{'checksum':<12}0x{crc:x}, {told}")


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


class UserSpace(gdb.Command):
    """user-space: lets gdb read what the crashed kernel's live tables map for ring 3, and names the
    functions of Baton's user program there."""

    def __init__(self):
        super().__init__("user-space", gdb.COMMAND_DATA)
        self.folder = None

    def invoke(self, argument, from_tty):
        if self.folder:
            raise gdb.GdbError("gdb reads the user space already")
        t = Tables()
        pages = list(t.user_pages(0, t.root, 0))
        for va, pa, entry in pages:
            gone = "" if t.core.page(pa) else ", which the core does not have"
            print(f"{'user':<12}0x{va:08x} 0x{pa:08x} {'4 KiB':>13} "
                  + " ".join(t.flags(len(t.levels) - 1, entry)) + gone)
        print(f"{'user':<12}{len(pages) or 'no'} page{'' if len(pages) == 1 else 's'} of ring 3 in "
              "the live tables")
        pages = [(va, pa) for va, pa, _ in pages if t.core.page(pa)]
        if not pages:
            return
        self.folder = tempfile.TemporaryDirectory()             # gone when gdb ends
        view = os.path.join(self.folder.name, "vmcore")
        t.core.write_view(view, pages)
        gdb.execute(f"core-file {view}", to_string=True)
        try:
            code = int(gdb.parse_and_eval("(unsigned long)&user_code"))
        except gdb.error:
            return                                              # no symbols: memory, but no names
        base = int(t.core.info["BATON(kernel_base)"], 0)
        for va, pa in pages:
            if pa + base == code:
                program = gdb.current_progspace().filename
                gdb.execute(f"add-symbol-file {program} -o {va - code:#x}LL", to_string=True)


LiveTables()
Walk()
UserSpace()
end
