"""A crashing kernel that has written anywhere: parts of its memory are filled with random bytes.

All addresses are physical, and a range is [start, end). The parts never contain what docs/crash.md
requires to be intact: text, read-only data, the region, and the entries of the live tables that map
what the path to the capture kernel needs.
"""
import random
import re

import livetables as lt
from elf32 import Elf32

KERNEL_BASE, PAGE = 0xc0000000, 4096
IMAGE, LOW_END = 1 << 20, 0x9f000   # the kernel's; the BIOS' data area, above the low memory
PDPT = 32                           # bytes of its page that a CPU reads [SDM3 4.4.1]
STICKY = lt.ACCESSED | lt.DIRTY     # the CPU sets these in the entries that it walks

TRAMPOLINE = "baton_trampoline_page"
DESCRIPTORS = ["boot_gdt", "main_tss", "double_fault_tss"]
PARTS = {
    "allocator": ["free_bits", "free_count", "highest"],    # kernel/memory/pages.c
    "images": ["slot", "host", "region", "loaded"],         # kernel/load/, kernel/crash/
    "descriptors": DESCRIPTORS,
    "stack": ["boot_stack"],
    "trampoline": [TRAMPOLINE],
    "data": None, "bss": None, "modules": None, "free": None, "tables": None}
EVERYTHING, CONTENTS = "everything", "contents"     # all the parts; all except the tables
TOGETHER = {EVERYTHING: [*PARTS], CONTENTS: [part for part in PARTS if part != "tables"]}


def without(ranges, holes):
    """The ranges without the holes."""
    for hole_start, hole_end in holes:
        ranges = [piece for start, end in ranges
                  for piece in ((start, min(end, hole_start)), (max(start, hole_end), end))
                  if piece[0] < piece[1]]
    return ranges


def merged(ranges):
    """The same bytes as sorted ranges that do not overlap."""
    found = []
    for start, end in sorted(ranges):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


class Dying:
    """The old kernel at the point where a debugger has stopped it.

    memory: all of RAM; modules: their ranges. whole, mapped: names of variables that the CPU itself
    uses next. `whole` variables are not in any part, and neither are the table entries that map
    any of them; with spared=False, they are.
    """

    def __init__(self, kernel, memory, root, log, modules, whole, mapped, spared=True):
        self.elf, self.memory, self.root, self.modules = Elf32(kernel), memory, root, modules
        self.pae = " live: PAE," in log
        self.spared = spared
        self.whole = [place for name in whole for place in self.variable(name)]
        self.mapped = self.whole + [place for name in mapped for place in self.variable(name)]
        self.region, = self._ranges(r"^crashkernel +(0x\w+) to (0x\w+),", log)
        self.usable = self._ranges(r"^  map +(0x\w+) (0x\w+) usable$", log)
        self.tables = lt.pages(memory, root, self.pae)

    @staticmethod
    def _ranges(pattern, log):
        return [(int(start, 16), int(end, 16)) for start, end in re.findall(pattern, log, re.M)]

    def _span(self, first, last):
        symbols = self.elf.symbols
        return symbols[first] - KERNEL_BASE, symbols[last] - KERNEL_BASE

    def variable(self, name):
        """The places of the variables of that name: static ones may share a name."""
        if name == "boot_gdt":              # from boot/entry.S: symbols without a size
            return [self._span("boot_gdt", "boot_gdtr")]
        if name == "boot_stack":
            return [self._span("boot_stack", "boot_stack_end")]
        if name == TRAMPOLINE:
            start, _ = self._span(TRAMPOLINE, TRAMPOLINE)
            return [(start, start + PAGE)]
        return [(at - KERNEL_BASE, at - KERNEL_BASE + size)
                for at, size in self.elf.variables[name]]

    # ---- the parts

    def part(self, name):
        """The ranges of a part, or of several parts together."""
        if name in TOGETHER:
            return merged(r for each in TOGETHER[name] for r in self.part(each))
        names = PARTS[name]
        ranges = [place for variable in names for place in self.variable(variable)] if names \
            else getattr(self, f"_{name}")()
        return without(ranges, self.whole if self.spared else [])

    def _data(self):
        segment = max(self.elf.segments, key=lambda s: s.paddr)
        return [(segment.paddr, segment.paddr + segment.filesz)]

    def _bss(self):
        segment = max(self.elf.segments, key=lambda s: s.paddr)
        return [(segment.paddr + segment.filesz, segment.paddr + segment.memsz)]

    def _modules(self):
        return self.modules

    def _free(self):
        """Memory that is in no part and that the test does not need. Page 0 belongs to the BIOS,
        which the next kernel calls."""
        ram = [(max(start, PAGE), min(end, LOW_END) if start < LOW_END else end)
               for start, end in self.usable]
        image = (IMAGE, self._span("kernel_end", "kernel_end")[1])
        return without(ram, [self.region, image, *self.modules,
                             *((table, table + PAGE) for table in self.tables)])

    def _tables(self):
        return without([(table, table + PAGE) for table in self.tables],
                       self.entries() if self.spared else [])

    # ---- the live tables

    def wanted(self):
        """What must stay mapped: [(va, va's end)]. The page below the stack must stay unmapped,
        else a stack overflow is not noticed."""
        places = [self._span("text_start", "text_end"), self._span("rodata_start", "rodata_end"),
                  self.region, *self.mapped]
        return [(KERNEL_BASE + start, KERNEL_BASE + end) for start, end in places]

    def entries(self):
        """The entries for these, on every level, as ranges. With PAE also the root's four: QEMU
        reads them at each walk, a CPU when the double-fault task loads its CR3 [SDM3 4.4.1]."""
        wanted, size = self.wanted(), 8 if self.pae else 4
        found = [(self.root, self.root + PDPT)] if self.pae else []

        def visit(table, level, va):
            span = 1 << 12 + (9 if self.pae else 10) * level
            for i in range(4 if level == 2 else PAGE // size):
                at, start = table + i * size, va + i * span
                if not any(start < end and first < start + span for first, end in wanted):
                    continue
                found.append((at, at + size))
                entry = int.from_bytes(self.memory[at:at + size], "little")
                if level and entry & lt.PRESENT and not (level == 1 and entry & lt.LARGE):
                    visit(entry & lt.ADDRESS, level - 1, start)

        visit(self.root, 2 if self.pae else 1, 0)
        return found

    # ---- the writing, and its result

    def scribble(self, name, seed):
        """{start: random bytes} for the part: to be written, and found afterwards.

        In tables that are not spared, no entry is present: QEMU before 9.0 fails an assertion if
        an entry points to a table in the memory of a device
        (https://lore.kernel.org/qemu-devel/20240219173153.12114-1-Jonathan.Cameron@huawei.com).
        """
        dice = random.Random(seed)
        scribbles = {}
        for start, end in self.part(name):
            data = dice.randbytes(end - start)
            scribbles[start] = data if self.spared else self.cleared(start, data, lt.PRESENT)
        return scribbles

    def unsticky(self, start, data):
        """The bytes of tables without the bits that the CPU sets in entries."""
        return self.cleared(start, data, STICKY)

    def cleared(self, start, data, bits):
        """The same bytes; in table entries, without those bits of the lowest byte."""
        size = 8 if self.pae else 4
        bare = bytearray(data)
        for table in self.tables:
            for at in range(max(table, start), min(table + PAGE, start + len(data)), size):
                bare[at - start] &= ~bits
        return bytes(bare)

    def differences(self, expected, core):
        """Where the core differs from `expected`, which is all of RAM: a set of names of the old
        kernel's variables, or of parts, or addresses of pages."""
        found = set()
        for load in core.loads:
            for page in range(load.pa, load.pa + load.size, PAGE):
                wanted, seen = expected[page:page + PAGE], core.read(page, PAGE)
                if wanted != seen and page in self.tables:
                    wanted, seen = self.unsticky(page, wanted), self.unsticky(page, seen)
                if wanted != seen:
                    found |= {self._name_of(page + i) for i in range(PAGE) if wanted[i] != seen[i]}
        return found

    def _name_of(self, at):
        for name in ("boot_gdt", "boot_stack", TRAMPOLINE, *self.elf.variables):
            if any(start <= at < end for start, end in self.variable(name)):
                return name
        return f"the page {at & -PAGE:#x}"
