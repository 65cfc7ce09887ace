"""One hand-off, observed in four runs, and a crash: they give the evidence.

The four runs: one with a debugger, one with the control page overwritten at the switch, and two
under the store watch, before and after the switch. All start in the same state, so they show the
same hand-off. The crash is another machine, with a capture kernel.
"""
import os
import re

import livetables
import machine as machines
import payloads
import vmcore
from debugger import Debugger
from elf32 import Elf32
from evidence import PAGE, Evidence, Moment, Stores, lookup
from machine import BUILD, Machine

PLUGIN = os.path.join(BUILD, "tests", "boot", "storewatch.so")
LOAD = "baton_load"             # the live tables are complete, nothing is staged
EXEC = "devices_quiet"          # the first function on the way from `exec` to the payload
TRAMPOLINE = "baton_trampoline_page"
JUDGE = "span"                  # its destination covers the old kernel and its own module
MEMORY = 24 << 20
CPU = {"pae": "max", "legacy": "pentium3"}
CR0_PG = 1 << 31
INT3 = b"\xcc"
LAST_WORDS = 12                 # lines of a log that a failure shows
DEATH = "divide"                # the kind of fault, and the function that raises it
REGION = "4M@8M"
STEPS = 200                     # more instructions than the trampoline has before its switch


class NotSeen(Exception):
    """The machine did not reach a point of observation."""


class Experiment:
    """Calls tell(step, evidence) after each step of the story."""

    def __init__(self, kind, kernel, tell=lambda step, evidence: None):
        self.kind, self.kernel, self.tell = kind, kernel, tell
        self.symbols = Elf32(kernel).symbols
        self.judge = payloads.judge(JUDGE)
        payload = Elf32(self.judge)
        self.evidence = Evidence(
            kind, self.symbols[TRAMPOLINE], pages_of(Elf32(kernel)), pages_of(payload),
            payload.entry, os.path.getsize(self.judge))

    def run(self):
        self._debug()
        self._without_control()
        self.evidence.stores = {
            "live": self._watch("live", self.symbols[EXEC], self.evidence.switch.eip),
            "new": self._watch("new", self.evidence.switch.eip, self.evidence.entry)}
        self.tell("stores", self.evidence)
        self._crash()
        return self.evidence

    def machine(self, what, extra=(), words="", module=None):
        build = os.path.relpath(self.kernel, BUILD).replace("/", "-").removesuffix(".elf")
        return Machine(f"prove-{build}-{self.kind}-{what}", memory=f"{MEMORY >> 20}M",
                       kernel=self.kernel, cpu=CPU[self.kind], extra=extra,
                       append=f"paging={self.kind} verbose exitport=0xf4 {words}".strip(),
                       modules=(module or f"{self.judge} proof",))

    # ---- with a debugger

    def _debug(self):
        e, machine = self.evidence, self.machine("debugger")
        with Debugger(machine) as d:
            go_to(d, self.symbols[LOAD], "the load")
            e.before = self._look(d)
            e.template = lookup(e.before.live, e.template_va)
            self.tell("before", e)
            go_to(d, e.template_va, "the trampoline")
            e.log = machines.read_log(machine.log())
            e.call = self._look(d)
            self._switch(d)
            e.switch = self._look(d)
            e.control = lookup(e.switch.now, e.template_va)
            self.tell("switch", e)
            d.write_physical(e.template, INT3 * PAGE)
            go_to(d, e.entry, "the payload's first instruction")
            e.arrival = self._look(d)
            e.log = d.end().log
            self.tell("arrival", e)

    def _without_control(self):
        """The counter-test: with the control page overwritten, the machine must end."""
        with Debugger(self.machine("nocontrol")) as d:
            go_to(d, self.evidence.template_va, "the trampoline")
            self._switch(d)
            d.write_physical(self.evidence.control, INT3 * PAGE)
            try:
                d.go_to(self.evidence.entry)
            except (AssertionError, OSError):
                self.evidence.needs_control = True
        self.tell("nocontrol", self.evidence)

    def _switch(self, d):
        """From the trampoline's first instruction to the one after the write to CR3."""
        old = d.registers()["CR3"]
        for _ in range(STEPS):
            d.step()
            if d.registers()["CR3"] != old:
                return
        raise NotSeen(f"{d.machine.name}: the trampoline's first {STEPS} instructions wrote no CR3")

    def _tables(self, memory, root):
        return {page: memory[page:page + PAGE]
                for page in livetables.pages(memory, root, self.kind == "pae")}

    def _look(self, d):
        memory, registers = d.memory(0, MEMORY), d.registers()
        pae, cr3 = self.kind == "pae", registers["CR3"]
        root = next(iter(self.evidence.before.tables)) if self.evidence.before else cr3

        def walk(root):
            return [mapping[:3] for mapping in livetables.mappings(memory, root, pae)]

        return Moment(
            eip=registers["EIP"], cr3=cr3, live=walk(root),
            tables=self._tables(memory, root),
            now=walk(cr3) if registers["CR0"] & CR0_PG else [],
            qemu=read_tlb(d.monitor("info tlb"), pae), ranges=read_mem(d.monitor("info mem")))

    # ---- a crash

    def _crash(self):
        e = self.evidence
        machine = self.machine("crash", words=f"crashkernel={REGION} crash=1 fault={DEATH}",
                               module=payloads.capture_kernel())
        with Debugger(machine) as d:
            go_to(d, self.symbols[DEATH], "the fault")
            e.fault = self._tables(d.memory(0, MEMORY), d.registers()["CR3"])
            log = machines.read_log(machine.log())
            entry, headers = (int(re.search(pattern, log)[1], 16) for pattern in (
                r"staged at (0x\w+);", r"core headers at (0x\w+);"))
            go_to(d, entry, "the capture kernel")
            memory = d.memory(0, MEMORY)
        core = vmcore.of_memory(memory, headers)
        tables = self._tables(memory, int(core.info["BATON(live_root)"], 16))
        e.dump = {page: core.read(page, PAGE) for page in tables}
        self.tell("crash", e)

    # ---- under the store watch

    def _watch(self, phase, start, stop):
        machine = self.machine(f"stores-{phase}")
        out = os.path.join(machine.folder(), "stores")
        if os.path.exists(out):
            os.remove(out)
        result = machines.run(self.machine(f"stores-{phase}", extra=(
            *machines.COUNTING, "-plugin", f"{PLUGIN},start={start:#x},stop={stop:#x},out={out}")))
        if not os.path.exists(out):
            raise NotSeen("the store watch, a QEMU plugin, wrote nothing\n" + result.story())
        if same_machine(result.log) != same_machine(self.evidence.log):
            raise NotSeen("the machine under the store watch differs from that in the debugger\n"
                          + result.story())
        return read_stores(out)


def pages_of(elf):
    """The pages of its segments in memory."""
    return {page for s in elf.segments
            for page in range(s.paddr & -PAGE, s.paddr + s.memsz, PAGE)}


def go_to(d, address, name):
    try:
        d.go_to(address)
    except (AssertionError, OSError):
        tail = machines.read_log(d.machine.log()).splitlines()[-LAST_WORDS:]
        where = f"{d.machine.name} never reached {name}, at {address:#010x}; its last lines:"
        raise NotSeen("\n    ".join([where, *tail])) from None


def same_machine(log):
    """The lines of Baton that would differ between two runs if the machines differed."""
    return re.findall(r"^(?:tables|  table|plan|trampoline|hand-off) .*$", log, re.M)


def read_tlb(text, pae):
    """QEMU's lines "va: address XGPDACTUW"; P is a large page. 7.2 leaves NX in the address."""
    large = 1 << 21 if pae else 1 << 22
    return [(int(va, 16), large if "P" in flags else PAGE, int(to, 16) & livetables.ADDRESS)
            for va, to, flags in re.findall(r"^([0-9a-f]+): ([0-9a-f]+) (\S+)", text, re.M)]


def read_mem(text):
    return [(int(start, 16), int(end, 16))
            for start, end in re.findall(r"^([0-9a-f]+)-([0-9a-f]+) ", text, re.M)]


def read_stores(path):
    """Reads the file that storewatch.c describes; ignores words that it does not need."""
    word, pages = {}, {}
    with open(path) as f:
        for line in f:
            name, *rest = line.split()
            if name == "page":
                pages[int(rest[0], 16)] = int(rest[1]), int(rest[2])
            else:
                word[name] = rest[0]
    return Stores(word["end"], int(word["instructions"]), int(word["split"]),
                  int(word["device"]), pages)
