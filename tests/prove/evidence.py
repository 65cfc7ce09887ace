"""What was seen of one hand-off, as data: what the claims are judged by, and what the story tells.

Nothing here runs a machine. Pages and addresses are physical unless they are named va.
"""
import re
import zlib
from dataclasses import dataclass, field

PAGE = 4096
NAMES = {"pae": "PAE", "legacy": "legacy"}


def lookup(mappings, va):
    """Where va leads by these (va, size, address) triples; None: nowhere."""
    for at, size, address in mappings:
        if at <= va < at + size:
            return address + va - at
    return None


@dataclass
class Moment:
    """The machine between two instructions."""
    eip: int
    cr3: int
    tables: dict        # the live tables, from their root: {page: its 4096 bytes}
    live: list          # where they lead, by our own walk: (va, size, address), ascending
    now: list           # the same of the tables in CR3; empty when paging is off
    qemu: list          # the same by QEMU's walk, "info tlb"
    ranges: list        # what is mapped at all by QEMU's "info mem": (start, end)

    def size(self):
        return len(self.tables) * PAGE

    def checksum(self):
        """Baton's and the payload's: zlib's CRC-32 over the pages, root first, depth first."""
        return zlib.crc32(b"".join(self.tables.values()))


@dataclass
class Stores:
    """One run under the store watch, from one instruction to another."""
    end: str
    instructions: int
    split: int          # stores across a page's end, counted on their first page
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
    payload: int                # bytes of its file
    before: Moment = None       # before the load
    call: Moment = None         # at the trampoline's first instruction, on the live tables
    switch: Moment = None       # at the first instruction after the write to CR3
    arrival: Moment = None      # at the payload's first instruction
    template: int = 0           # the page that template_va led to before
    control: int = 0            # the page that it leads to at the switch
    log: str = ""               # what the machine said on COM1
    needs_control: bool = False     # with the control page overwritten, the payload is not reached
    fault: dict = field(default_factory=dict)   # another machine, that dies: its live tables, as in
    dump: dict = field(default_factory=dict)    # a Moment, at the fault and in the core of it
    stores: dict = field(default_factory=dict)  # {"live", "new"}: to the switch, and from it

    def told(self, pattern):
        """The groups of a line of Baton's, as a tuple; numbers that begin with 0x as int."""
        match = re.search(pattern, self.log, re.M)
        return tuple(int(g, 16) if g.startswith("0x") else g for g in match.groups()) \
            if match else ()

    def told_tables(self):
        """(root, pages, checksum) of the live tables."""
        told = self.told(r"^tables .* root (0x\w+), (\d+) pages?, checksum (0x\w+)")
        return (told[0], int(told[1]), told[2]) if told else ()

    def told_trampoline(self):
        """(va, physical address, the page that both lead to)."""
        return self.told(r"^trampoline +(0x\w+) and (0x\w+) both lead to (0x\w+)")

    def judged(self):
        """{name of the judge's check: "ok" or what it found}; some names come twice."""
        judged = {}
        for name, found in re.findall(r"^judge (\S+) (ok|FAIL.*)$", self.log, re.M):
            if judged.get(name, "ok") == "ok":
                judged[name] = found
        return judged

    def kinds(self, phase):
        """Whose a page is: before the switch by its owner, after it by what it becomes."""
        control = {self.control}
        kinds = [("live tables", set(self.before.tables))]
        if phase == "live":
            return kinds + [("old kernel's own memory", self.old_kernel),
                            ("control page", control), ("destinations", self.destinations)]
        return kinds + [("destinations", self.destinations), ("control page", control),
                        ("old kernel's own memory", self.old_kernel)]
