"""The observations of one hand-off, as data. claims.py judges them, story.py prints them.

Nothing here runs a machine. Pages and addresses are physical unless their name is va.
"""
import re
import zlib
from dataclasses import dataclass, field

PAGE = 4096
NAMES = {"pae": "PAE", "legacy": "legacy"}


def lookup(mappings, va):
    """Translates va by these (va, size, address) triples; None: not mapped."""
    for at, size, address in mappings:
        if at <= va < at + size:
            return address + va - at
    return None


@dataclass
class Moment:
    """The state of the machine between two instructions."""
    eip: int
    cr3: int
    tables: dict        # the live tables, from their root: {page: its 4096 bytes}
    live: list          # their mappings, by our own walk: (va, size, address), ascending
    now: list           # the same for the tables in CR3; empty if paging is off
    qemu: list          # the same by QEMU's walk, "info tlb"
    ranges: list        # all mapped ranges by QEMU's "info mem": (start, end)

    def size(self):
        return len(self.tables) * PAGE

    def checksum(self):
        """As Baton and the payload compute it: zlib's CRC-32 of the pages, root first, depth
        first."""
        return zlib.crc32(b"".join(self.tables.values()))


@dataclass
class Stores:
    """One run under the store watch, from one instruction to another."""
    end: str
    instructions: int
    split: int          # stores across a page boundary, counted on their first page
    device: int
    pages: dict         # {page: (stores, bytes)}

    def total(self):
        return sum(stores for stores, _ in self.pages.values())

    def by_kind(self, kinds):
        """kinds: [(name, pages)]; the first that has the page counts. {name: (stores, pages)}"""
        table = {name: (0, 0) for name, _ in kinds + [("elsewhere", ())]}
        for page, (stores, _) in self.pages.items():
            name = next((name for name, pages in kinds if page in pages), "elsewhere")
            table[name] = table[name][0] + stores, table[name][1] + 1
        return table


@dataclass
class Evidence:
    kind: str                   # pae | legacy
    template_va: int            # the trampoline in the old kernel: baton_trampoline_page
    old_kernel: set             # pages of its image
    destinations: set           # pages of the payload
    entry: int                  # its first instruction
    payload: int                # the size of its file
    before: Moment = None       # before the load
    call: Moment = None         # at the trampoline's first instruction, on the live tables
    switch: Moment = None       # at the first instruction after the write to CR3
    arrival: Moment = None      # at the payload's first instruction
    template: int = 0           # the page that template_va was mapped to before
    control: int = 0            # the page that it is mapped to at the switch
    log: str = ""               # the machine's output on COM1
    needs_control: bool = False     # with the control page overwritten, the payload is not reached
    fault: dict = field(default_factory=dict)   # another machine, which crashes: its live tables,
    dump: dict = field(default_factory=dict)    # as in a Moment, at the fault and in the core file
    stores: dict = field(default_factory=dict)  # {"live", "new"}: to the switch, and from it

    def told(self, pattern):
        """The groups of one of Baton's lines, as a tuple; numbers that begin with 0x as int."""
        match = re.search(pattern, self.log, re.M)
        return tuple(int(g, 16) if g.startswith("0x") else g for g in match.groups()) \
            if match else ()

    def told_tables(self):
        """(root, pages, checksum) of the live tables."""
        told = self.told(r"^tables .* root (0x\w+), (\d+) pages?, checksum (0x\w+)")
        return (told[0], int(told[1]), told[2]) if told else ()

    def told_trampoline(self):
        """(va, physical address, the page that both are mapped to)."""
        return self.told(r"^trampoline +(0x\w+) and (0x\w+) both lead to (0x\w+)")

    def judged(self):
        """{name of the judge's check: "ok" or what it found}; some names occur twice."""
        judged = {}
        for name, found in re.findall(r"^judge (\S+) (ok|FAIL.*)$", self.log, re.M):
            if judged.get(name, "ok") == "ok":
                judged[name] = found
        return judged

    def kinds(self, phase):
        """The kinds of pages: before the switch by owner, after it by their new use."""
        control = {self.control}
        kinds = [("live tables", set(self.before.tables))]
        if phase == "live":
            return kinds + [("old kernel's own memory", self.old_kernel),
                            ("control page", control), ("destinations", self.destinations)]
        return kinds + [("destinations", self.destinations), ("control page", control),
                        ("old kernel's own memory", self.old_kernel)]
