"""Judges one hand-off by observations from outside: bytes of RAM, stores, reads and fetches.

The model is the layout itself: files and segment tables. From Baton's output it uses only the
plan's numbers, the initrd's place and the control page, and compares each with the observations.
"""
import re
import struct
from dataclasses import dataclass

import livetables
from layouts.room import PAGE, pages_of

KERNEL_BASE = 0xc0000000
SCREEN_AND_ROM = range(0xa0000, 0x100000, PAGE)     # a CPU sees no RAM there
STACK_WORDS = 4                                     # of the old stack: trampoline.inc, step 1
TEMPLATE_WORDS = 16                                 # of the template: trampoline.inc, steps 1 to 4
CHUNK = 64 * PAGE
SOME = 4                                            # pages that a complaint names


@dataclass
class Plan:
    move: int
    stay: int
    zero: int
    cycles: int
    list_pages: int


@dataclass
class Seen:
    """All observations."""
    layout: object
    baton: object           # Elf32
    log: str                # COM1
    status: object          # QEMU's
    watch: object           # layouts.watch.Watch
    power_on: bytes         # RAM at three instants
    before: bytes           # ... exec
    after: bytes            # ... the payload's first instruction


def changed(a, b):
    """The pages that differ."""
    found = set()
    for chunk in range(0, len(a), CHUNK):
        if a[chunk:chunk + CHUNK] != b[chunk:chunk + CHUNK]:
            found.update(p for p in range(chunk, min(chunk + CHUNK, len(a)), PAGE)
                         if a[p:p + PAGE] != b[p:p + PAGE])
    return found - set(SCREEN_AND_ROM)


def spread(ranges):
    """The addresses of the pages of (start, size) ranges."""
    return {page * PAGE for start, size in ranges for page in pages_of(start, size)}


class Verdict:
    """complaints: sentences, none on success; plan: the executed plan."""

    def __init__(self, seen):
        self.seen, self.complaints, self.plan = seen, [], None
        self.layout, self.watch = seen.layout, seen.watch
        self.initrd_to = 0
        if not self.entered() or not self.said():
            return
        self.draw()
        self.files_untouched()
        self.bytes_right()
        self.nothing_else_changed()
        self.stores()
        self.reads()
        self.fetches()

    def complain(self, sentence):
        self.complaints.append(sentence)

    def complain_of(self, pages, what):
        """One sentence for a set of pages: how many, and some of each kind."""
        kinds = {}
        for page in sorted(pages):
            kinds.setdefault(self.name(page), []).append(page)
        if pages:
            some = "; ".join(kind + " " + ", ".join(f"{page:#x}" for page in of[:SOME])
                             + " ..." * (len(of) > SOME) for kind, of in kinds.items())
            self.complain(f"{len(pages)} page{'s' * (len(pages) > 1)} {what}: {some}")

    # ---- what Baton said, and the model

    def entered(self):
        if self.watch.end != "stop":
            lines = [line for line in self.seen.log.splitlines() if line.strip()]
            ends = [line for line in lines if re.match("refused|panic|exception|fault", line)]
            self.complain(f"the payload was never entered ({self.watch.end}, status "
                          f"{self.seen.status}): {(ends or lines or ['silence on COM1'])[-1]}")
        return self.watch.end == "stop"

    def said(self):
        numbers = re.findall(r"^plan +([\d,]+) pages? moves?, ([\d,]+) stay, ([\d,]+) zeroed, "
                             r"([\d,]+) cycles?; list ([\d,]+) page", self.seen.log, re.M)
        control = re.findall(r"^trampoline +(0x\w+) and (0x\w+) both lead to (0x\w+),",
                             self.seen.log, re.M)
        initrd = re.findall(r"^(?:initrd|module) .* (?:stays at|to) (0x\w+)$", self.seen.log,
                            re.M)
        if len(numbers) != 1 or len(control) != 1 or len(initrd) != bool(self.layout.initrd):
            self.complain("Baton's lines plan, trampoline and initrd are wrong")
            return False
        self.plan = Plan(*(int(n.replace(",", "")) for n in numbers[0]))
        self.trampoline, self.control, _ = (int(a, 16) for a in control[0])
        if initrd:
            self.initrd_to = int(initrd[0], 16)
        self.tables = {int(a, 16) for a in re.findall(r"^  table +(0x\w+)$", self.seen.log, re.M)}
        return True

    def draw(self):
        """The owner of each page."""
        seen, layout = self.seen, self.layout
        where = [(s.paddr, s.memsz) for s in layout.segments]
        if layout.initrd:
            where.append((self.initrd_to, len(layout.initrd)))
        self.destinations = spread(where)
        self.files = spread([(at, len(data)) for at, data in layout.modules()])
        self.image = spread([(s.paddr, s.memsz) for s in seen.baton.segments])
        self.variables = spread([(s.paddr, s.memsz) for s in seen.baton.segments if s.flags & 2])
        self.template = self.trampoline - KERNEL_BASE
        stack = [seen.baton.symbols[name] - KERNEL_BASE for name in ("boot_stack",
                                                                     "boot_stack_end")]
        self.stack = spread([(stack[0], stack[1] - stack[0])])
        self.usable = {page * PAGE for page, yes in enumerate(layout.usable) if yes}
        self.free = {page for page in self.usable if page >= 1 << 20} - self.image - self.files

    def name(self, page):
        for name, pages in (("live table", self.tables), ("control page", {self.control}),
                            ("destination", self.destinations), ("a file's", self.files),
                            ("Baton's image", self.image), ("free memory", self.free),
                            ("low memory", range(1 << 20))):
            if page in pages:
                return name
        return "not usable by the map"

    # ---- bytes

    def files_untouched(self):
        """Before exec Baton writes only to itself and to free memory."""
        self.complain_of(changed(self.seen.power_on, self.seen.before) - self.image - self.free,
                         "written while the payload was staged")

    def bytes_right(self):
        layout, after = self.layout, self.seen.after
        wanted = [(f"segment {i}", s.paddr, layout.kernel[s.offset:s.offset + s.filesz]
                   + bytes(s.memsz - s.filesz)) for i, s in enumerate(layout.segments)]
        if layout.initrd:
            wanted.append(("the initrd", self.initrd_to, layout.initrd))
        for what, at, data in wanted:
            got = after[at:at + len(data)]
            if got != data:
                wrong = [i for i, (a, b) in enumerate(zip(got, data)) if a != b]
                self.complain(f"{what}: {len(wrong)} of {len(data)} bytes are wrong, the first at "
                              f"{at + wrong[0]:#010x}")

    def nothing_else_changed(self):
        """From exec to the entry."""
        pages = changed(self.seen.before, self.seen.after)
        pages -= {page for page in pages & self.free if self.is_new_pdpt(page)}
        self.complain_of(pages - self.destinations - self.variables - {self.control} - self.spare(),
                         "changed that the hand-off must not change")

    def is_new_pdpt(self, page):
        """QEMU sets accessed bits in a PDPT. There they are reserved: they must be clear at first,
        and a CPU never writes them. [SDM3 4.4.1] So a page with such changes must be the new
        root: a copy with those bits clear maps only the trampoline, twice."""
        before, after = self.seen.before, self.seen.after
        entries = [struct.unpack_from("<512Q", ram, page) for ram in (before, after)]
        if self.layout.paging != "pae" or any(
                a != b and (i > 3 or b != a | livetables.ACCESSED or not a & livetables.PRESENT)
                for i, (a, b) in enumerate(zip(*entries))):
            return False
        found = {(va, size, pa) for va, size, pa, *_ in livetables.mappings(before, page, True)}
        return found == {(self.trampoline, PAGE, self.control), (self.control, PAGE, self.control)}

    # ---- accesses

    def spare(self):
        """The swap page: only the trampoline writes to it, and it has no other use."""
        if not self.plan.cycles:
            return set()
        others = set(self.watch.late_stored) - self.destinations - self.stack
        return set(sorted((others - {self.control, self.template}) & self.free)[:1])

    def stores(self):
        late, plan = self.watch.late_stored, self.plan
        if self.watch.split:
            self.complain(f"{self.watch.split} stores across a page boundary")
        early = {page for page, size in self.watch.stored.items() if size > late.get(page, 0)}
        self.complain_of(early - self.variables - set(SCREEN_AND_ROM),
                         "written by the old kernel after exec")
        mine = {self.control, self.template} | self.spare()
        self.complain_of(set(late) - self.destinations - self.stack - mine,
                         "written by the trampoline that are neither destination nor control page")
        self.complain_of({page for page in self.stack - self.destinations
                          if late.get(page, 0) > STACK_WORDS * 4},
                         "of the old stack in use after the trampoline's first step")
        sizes = {page: late.get(page, 0) for page in self.destinations}
        for page in self.stack & self.destinations:     # step 1's words, then the destination
            sizes[page] -= min(sizes[page] % PAGE, STACK_WORDS * 4)
        if self.template in sizes:                      # its TSS and stack, until the CR3 write
            sizes[self.template] -= min(sizes[self.template] % PAGE, TEMPLATE_WORDS * 4)
        self.complain_of({page for page, size in sizes.items() if size not in (0, PAGE)},
                         "stored in part, or more than once")
        written = sum(1 for size in sizes.values() if size)
        if written != plan.move + plan.zero:
            self.complain(f"{written} destination pages were written; the plan says "
                          f"{plan.move} and {plan.zero}")
        if len(sizes) - written != plan.stay:
            self.complain(f"{len(sizes) - written} destination pages were not written; the plan "
                          f"says {plan.stay}")
        for page in self.spare():
            if not late[page] == self.watch.late_read.get(page) == plan.cycles * PAGE:
                self.complain(f"the swap page {page:#010x}: {late[page]} bytes stored for "
                              f"{plan.cycles} cycles")

    def reads(self):
        """The trampoline reads itself, files, and pages that Baton made: list and bounce pages."""
        read, plan = self.watch.late_read, self.plan
        own = {self.control, self.template} | self.spare()
        self.complain_of({page for page in self.stack if page not in self.files
                          and read.get(page, 0) > STACK_WORDS * 4}, "of the old stack were read")
        made = set(read) - own - self.stack - self.files
        self.complain_of(made - self.free, "read that Baton cannot have made")
        self.complain_of(made & self.destinations, "read that are a destination without a file")
        direct = sum(read[page] for page in set(read) & self.files) // PAGE
        composed = plan.move - direct
        if len(made) != plan.list_pages + composed:
            self.complain(f"{len(made)} pages made by Baton were read; expected: {plan.list_pages} "
                          f"of the list and {composed} bounce pages")
        self.composed = composed

    def fetches(self):
        """First the old kernel's code, then one page at three addresses, then the payload."""
        old, ours = self.watch.fetches[:-3], self.watch.fetches[-3:]
        strange = [f"{va:#010x}" for va, pa in old
                   if pa not in self.image or va != pa + KERNEL_BASE]
        if strange:
            self.complain(f"code executed outside the old kernel before the trampoline, at "
                          f"{strange[0]}")
        if ours != [(self.trampoline, self.template), (self.trampoline, self.control),
                    (self.control, self.control)]:
            self.complain("the trampoline's code was at " + ", ".join(
                f"{va:#010x} (physically {pa:#010x})" for va, pa in ours))
