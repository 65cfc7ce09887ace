"""The crash hand-off, seen from outside: the capture kernel finds the old kernel unchanged.

A debugger stops the machine at the crash and at the capture kernel's first instruction, and keeps
all of its memory both times. In between, Baton prints its lines and the trampoline runs.
"""
import re
from functools import partial

import joblist
import payloads
import pytest
import unchanged
import vmcore
from debugger import Debugger
from elf32 import Elf32
from machine import PASSED, Machine, read_log
from unchanged import LOW, assert_tables_unchanged, assert_unchanged

MEMORY = 40 << 20
KERNEL_BASE = 0xc0000000
STACK_SIZE = 0x4000                 # KERNEL_STACK_SIZE of kernel/machine/layout.h, and the guard page

# The function of each kind of fault, and the text of its line.
KINDS = {"divide": ("divide", "vector 0, divide error"), "debug": ("debug", "vector 1, debug"),
         "nmi": ("nmi", "vector 2, NMI"), "breakpoint": ("breakpoint", "vector 3, breakpoint"),
         "overflow": ("overflow", "vector 4, overflow"), "bound": ("bound", "vector 5, bound"),
         "opcode": ("opcode", "vector 6, invalid opcode"),
         "fpu": ("fpu", "vector 7, no FPU"),
         "stack": ("stack", "vector 8, double fault"),
         "task": ("task", "vector 10, invalid TSS, error code 0x0"),
         "absent": ("absent", "vector 11, segment not present, error code 0x30"),
         "ss": ("stack_segment", "vector 12, stack fault, error code 0x30"),
         "segment": ("segment", "vector 13, general protection"),
         "read": ("page_read", "vector 14, page fault, error code 0x0"),
         "write": ("page_write", "vector 14, page fault, error code 0x3"),
         "execute": ("page_execute", "vector 14, page fault, error code 0x0"),
         "user": ("inner", "vector 14, page fault, error code 0x5"),
         "math": ("math", "vector 16, FPU error"),
         "machine": ("machine", "vector 18, machine check"),
         "panic": ("give_up", "on purpose"),
         "button": ("shell_run", "vector 2, NMI")}     # QEMU's NMI, while the shell starts


class Crash:
    """The machine crashes by `kind`; .data has both memories and the output."""

    def __init__(self, kind, paging, kernel=payloads.BATON):
        self.kind, self.paging, self.kernel = kind, paging, kernel
        which = "" if kernel == payloads.BATON else "wrong-"
        self.name = f"crash-{which}{kind}-{paging}"
        self.quick = (kind, paging) in (("divide", "pae"), ("stack", "legacy"))

    def run(self):
        symbols = Elf32(self.kernel).symbols
        cpu = "pentium3,-apic" if self.paging == "pae" else "pentium,-apic"
        by_button = self.kind == "button"
        how = "shell" if by_button else f"fault={self.kind}"
        machine = Machine(self.name, cpu=cpu, memory=f"{MEMORY >> 20}M", timeout=60,
                          kernel=self.kernel, modules=(f"{payloads.capture_kernel()} captured",),
                          append=f"paging={self.paging} crashkernel=16M crash=1 {how} "
                                 "exitport=0xf4")
        with Debugger(machine) as d:
            self.go_to_fault(d, symbols)
            data = {"fault": d.snapshot(0, MEMORY), "cr3": d.registers()["CR3"]}
            if by_button:
                d.command("inject-nmi")
            d.go_to(int(re.search(r"staged at (0x\w+);", read_log(machine.log()))[1], 16))
            data["entry"], data["esp"] = d.snapshot(0, MEMORY), d.registers()["ESP"]
            result = d.end()
        result.data = data
        return result

    def go_to_fault(self, d, symbols):
        at = symbols[KINDS[self.kind][0]]
        if self.kind == "user":
            d.go_to(symbols["tss_inner_stack"])     # its address was told just before
            at = user_address(read_log(d.machine.log())) | at % unchanged.PAGE
        d.go_to(at)


cases = partial(joblist.cases, "crash-")


# "user" is in test_crash_naive.py, which looks at its dump in gdb, too.
ALL = cases(*(Crash(kind, paging) for kind in KINDS if kind != "user"
              for paging in ("pae", "legacy")))


def user_address(log):
    """Where the user program's page is mapped."""
    return int(re.search(r"^user +in ring 3 at (0x\w+),", log, re.M)[1], 16)


def told(result, pattern):
    """The number in a line of the log; there is one such line."""
    found = re.findall(pattern, result.log, re.M)
    assert len(found) == 1, (pattern, result.story())
    return int(found[0], 16)


def core_of(result):
    return vmcore.of_memory(result.data["entry"],
                            told(result, r"^dump +core headers at (0x\w+);"))


@pytest.mark.parametrize("job", ALL)
def test_the_memory_is_as_it_was_at_the_fault(job, outcome):
    assert outcome.status == PASSED, outcome.story()
    fault, entry = outcome.data["fault"], outcome.data["entry"]
    assert_unchanged(core_of(outcome), fault, double_fault=job.kind == "stack")
    assert entry[:LOW] == fault[:LOW]


@pytest.mark.parametrize("job", ALL)
def test_the_live_tables_are_byte_for_byte_the_same(job, outcome):
    fault, core = outcome.data["fault"], core_of(outcome)
    root, pae = outcome.data["cr3"], job.paging == "pae"
    assert root == told(outcome, r"^tables .*root (0x\w+),")
    crc = assert_tables_unchanged(core, fault, root, pae)
    assert crc == told(outcome, r"^tables .*checksum (0x\w+)$")
    assert core.info["BATON(live_root)"] == hex(root)
    assert core.info["BATON(live_checksum)"] == hex(crc)
    assert core.info["CONFIG_X86_PAE"] == ("y" if pae else "n")


@pytest.mark.parametrize("job", ALL)
def test_the_registers_are_those_that_were_printed(job, outcome):
    registers, symbols = core_of(outcome).registers, Elf32(payloads.BATON).symbols
    function, said = KINDS[job.kind]
    assert len(outcome.lines(rf"^(exception|panic) +{said}")) == 1, outcome.story()
    if job.kind == "panic":
        assert 0 <= registers["eip"] - symbols["panic"] < 0x80
        assert 0 < registers["esp"] - symbols["boot_stack"] < STACK_SIZE
        return
    assert registers["eip"] == told(outcome, r"^exception .*, at (0x\w+),")
    for name in ("eax", "ebx", "ecx", "edx", "esi", "edi", "ebp", "esp"):
        assert registers[name] == told(outcome, rf"^ .*\b{name} (0x\w+)"), name
    if job.kind != "execute":
        assert 0 <= registers["eip"] - symbols[function] < 0x40
    assert registers["cs"] == 0x10 and registers["ss"] == 0x18


@pytest.mark.parametrize("job", ALL)
def test_the_core_has_all_memory_but_the_region(job, outcome):
    """And each range has the virtual address where the old kernel had it mapped."""
    core = core_of(outcome)
    start, end = re.findall(r"^crashkernel +(0x\w+) to (0x\w+),", outcome.log, re.M)[0]
    top = told(outcome, r"^memory .* up to (0x\w+)")
    assert [(load.pa, load.pa + load.size) for load in core.loads] == [
        (0, LOW), (0x100000, int(start, 16)), (int(end, 16), top)]
    assert all(load.va == load.pa + KERNEL_BASE for load in core.loads)
    assert not core.wide
