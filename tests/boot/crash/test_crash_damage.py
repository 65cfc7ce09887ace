"""A crashing kernel has written to the region: the capture kernel is not entered, and the damage is
reported. Or it has overwritten all of its own variables: it ends by its options from boot.

A debugger changes a bit at the crash. The hand-off compares the capture kernel's segments with what
was loaded; the vault's seal protects what the trampoline needs before that.
"""
import random
import re
from functools import partial

import joblist
import members
import payloads
import pytest
from debugger import Debugger
from elf32 import Elf32
from machine import FAULTED, PANICKED, PASSED, POWERED_OFF, Machine, read_log

PAGE = 4096
# include/baton/crash.h, from the region's end downwards
VAULT, HEADERS, LOW, POOL = 3 * PAGE, 4 * PAGE, 0xa0000, 96 * PAGE
NOTED, CONTROL, TABLES, LIST, DIGEST, DIGESTS, PAGES = members.offsets(
    "baton_vault", "noted", "image.control", "image.tables", "image.list", "image.digest_code",
    "image.digest_table", "pages")
TAKEN, = members.offsets("baton_crash", "taken")
SAID = "the capture kernel is not entered: its control pages in the region are not what was loaded"


class Damaged:
    """What to damage, as a function of the machine's memory that returns the address of a byte."""

    def __init__(self, name, where, words="", paging="pae", at="divide", quick=False):
        self.where, self.words, self.paging, self.at = where, words, paging, at
        self.name, self.quick = f"crash-damage-{name}", quick

    def run(self):
        symbols = Elf32(payloads.BATON).symbols
        machine = Machine(self.name, memory="40M", kernel=payloads.BATON, timeout=60,
                          cpu="pentium3" if self.paging == "pae" else "pentium",
                          modules=(payloads.capture_kernel(), payloads.initrd("300K")),
                          append=f"paging={self.paging} crashkernel=16M crash=1,2 fault=divide "
                                 f"{self.words or 'exitport=0xf4'}")
        with Debugger(machine) as d:
            d.go_to(symbols["divide"])
            if self.at != "divide":
                d.go_to(symbols[self.at])
            self.log = read_log(machine.log())
            self.end = int(re.search(r"^crashkernel +0x\w+ to (0x\w+),", self.log, re.M)[1], 16)
            at = self.where(self, d)
            byte = d.memory(at, 1)
            d.write_physical(at, bytes([byte[0] ^ 1]))
            return d.end()

    def told(self, pattern):
        return int(re.search(pattern, self.log)[1], 16)

    def word(self, d, offset):
        """Of the vault."""
        return int.from_bytes(d.memory(self.end - VAULT + offset, 4), "little")


def kernel(job, _):
    return job.told(r"staged at (0x\w+); the region") + 0x1234


def initrd(job, _):
    return job.told(r"initrd .*staged at (0x\w+)") + 300 * 1024 - 1


def headers(job, _):
    return job.end - VAULT - HEADERS + 0x40


def vault_stack(job, _):
    return job.end - 0x100


def in_vault(offset):
    return lambda job, _: job.end - VAULT + offset


def page_of(offset, byte=0):
    return lambda job, d: job.word(d, offset) + byte


def last_page(job, _):
    return job.end - VAULT - HEADERS - LOW - PAGE + 0x123


def first_page(job, d):
    """The lowest one of the pool that is in use."""
    at = Elf32(payloads.BATON).symbols["region"] - 0xc0000000 + TAKEN
    taken = int.from_bytes(d.memory(at, POOL // PAGE // 8), "little")
    assert taken
    lowest = (taken & -taken).bit_length() - 1
    assert 0 < lowest < POOL // PAGE - 1
    return job.end - VAULT - HEADERS - LOW - POOL + lowest * PAGE + 0x123


def template(job, _):
    return Elf32(payloads.BATON).symbols["baton_trampoline_page"] - 0xc0000000 + 0x31


cases = partial(joblist.cases, "crash-damage-")


@pytest.mark.parametrize("job, segment", [
    pytest.param(*case, id=case[0].name.removeprefix("crash-damage-"),
                 marks=[pytest.mark.quick] if case[0].quick else []) for case in (
        (Damaged("kernel", kernel, quick=True), "kernel"),
        (Damaged("kernel-legacy", kernel, paging="legacy"), "kernel"),
        (Damaged("initrd", initrd), "initrd"),
        (Damaged("headers", headers), "core headers"),
        (Damaged("kernel-late", kernel, at="devices_quiet"), "kernel"))])
def test_what_the_capture_kernel_is_made_of_is_compared(job, segment, outcome):
    said = outcome.lines("^fault +in the hand-off,")
    assert len(said) == 1 and f"checking: {segment} is not what was loaded" in said[0], \
        outcome.story()
    assert outcome.status == FAULTED, outcome.story()


@pytest.mark.parametrize("job", cases(
    Damaged("code", page_of(CONTROL, 0x10), quick=True),
    Damaged("parameters", page_of(CONTROL, 0x984)),
    Damaged("root", page_of(TABLES)),
    Damaged("root-legacy", page_of(TABLES, 0xc00), paging="legacy"),
    Damaged("list", page_of(LIST)),
    Damaged("digest-code", page_of(DIGEST, 0x20)),
    Damaged("digest", page_of(DIGESTS, 0x408)),
    Damaged("image", in_vault(CONTROL + 1)),
    Damaged("registers", in_vault(PAGE)),
    Damaged("pristine-trampoline", in_vault(0x55)),
    Damaged("first-page", first_page),
    Damaged("last-page", last_page),
    Damaged("pages", in_vault(PAGES)),
    Damaged("far-too-many-pages", in_vault(PAGES + 2)),
    Damaged("between", page_of(CONTROL, 0x10), at="console_urgent")))
def test_what_the_trampoline_needs_is_sealed(job, outcome):
    """A broken seal ends like a crash without a capture kernel: the lines, then exitport= and
    onfault=."""
    assert [line for line in outcome.lines("^crash ") if SAID in line], outcome.story()
    assert len(outcome.lines("^exception +vector 0, divide error")) == 1, outcome.story()
    assert not outcome.lines("^(crash +handing|fault +in the hand-off)"), outcome.story()
    assert outcome.status == PANICKED, outcome.story()


@pytest.mark.parametrize("job", cases(
    Damaged("last-moment", page_of(TABLES), at="vault_take")))
def test_the_seal_is_broken_after_it_was_checked(job, outcome):
    said = outcome.lines("^crash ")
    assert said[-2:] == ["crash       handing over to the capture kernel", f"crash       {SAID}"], \
        outcome.story()
    assert outcome.status == PANICKED, outcome.story()


@pytest.mark.parametrize("job", cases(
    Damaged("reset", page_of(LIST), words="onfault=reset", quick=True)))
def test_onfault_resets(job, outcome):
    assert outcome.status == POWERED_OFF, outcome.story()
    assert outcome.lines(r"^stop +resetting the machine \(onfault=reset\)"), outcome.story()


@pytest.mark.parametrize("job", cases(
    Damaged("template", template, quick=True),
    Damaged("template-legacy", template, paging="legacy"),
    Damaged("vault-stack", vault_stack),
    Damaged("noted", in_vault(NOTED)),
    Damaged("unchecked", initrd, words="verify=off exitport=0xf4")))
def test_this_does_not_matter(job, outcome):
    """The trampoline's page is copied again; the vault's stack is empty before; the flag of a
    crash has more than one bit; verify=off does not compare the capture kernel."""
    assert outcome.status == PASSED, outcome.story()
    assert len(outcome.lines("^exception +vector 0, divide error")) == 1, outcome.story()


# ---- the crashing kernel's own variables

DESCRIPTORS = ("boot_gdt", "main_tss", "double_fault_tss")  # without them exceptions do not work
FILLS = {"zeros": lambda size: bytes(size), "ones": lambda size: b"\xff" * size,
         "random": lambda size: random.Random(size).randbytes(size)}


class Forgetful:
    """Fills all of .data and .bss at the crash; for an exception, all except DESCRIPTORS."""

    def __init__(self, fill, death, words, broken=False, cpu="pentium3"):
        self.fill, self.death, self.words, self.broken, self.cpu = fill, death, words, broken, cpu
        self.name = f"crash-forgetful-{fill}-{death}-{words}{'-broken' * broken}-{cpu}"
        self.quick = fill == "zeros"

    def run(self):
        elf = Elf32(payloads.BATON)
        crash = "crash=1 " * self.broken
        machine = Machine(self.name, memory="40M", kernel=payloads.BATON, timeout=60, cpu=self.cpu,
                          modules=(payloads.capture_kernel(),),
                          append=f"crashkernel=16M {crash}fault={self.death} {self.words}")
        data = max(elf.segments, key=lambda s: s.paddr)
        spared = []
        if self.death == "divide":
            spared = [(at, size) for name in DESCRIPTORS[1:] for at, size in elf.variables[name]]
            spared.append((elf.symbols["boot_gdt"], elf.symbols["boot_gdtr"] - elf.symbols["boot_gdt"]))
        with Debugger(machine) as d:
            d.go_to(elf.symbols["give_up" if self.death == "panic" else self.death])
            if self.broken:
                log = read_log(machine.log())
                at = int(re.search(r"^crashkernel +0x\w+ to (0x\w+),", log, re.M)[1], 16) - VAULT
                d.write_physical(at, bytes([d.memory(at, 1)[0] ^ 1]))
            filled = bytearray(FILLS[self.fill](data.memsz))
            before = d.memory(data.paddr, data.memsz)
            for at, size in spared:
                filled[at - data.vaddr:at - data.vaddr + size] = \
                    before[at - data.vaddr:at - data.vaddr + size]
            d.write_physical(data.paddr, bytes(filled))
            return d.end()


@pytest.mark.parametrize("job", cases(
    *(Forgetful(fill, death, words) for fill in FILLS for death in ("panic", "divide")
      for words in ("exitport=0xf4", "onfault=reset")),
    *(Forgetful(fill, "divide", "exitport=0xf4", cpu="486,-vme,-pse") for fill in FILLS),  # no CR4
    *(Forgetful(fill, death, "exitport=0xf4", broken=True) for fill in FILLS
      for death in ("panic", "divide"))))
def test_a_kernel_that_has_lost_all_its_variables_ends_as_it_was_told_to(job, outcome):
    reset = job.words == "onfault=reset"
    assert outcome.status == (POWERED_OFF if reset else PANICKED), outcome.story()
    said = {"panic": r"^panic +on purpose \(fault panic\)$",
            "divide": r"^exception +vector 0, divide error, error code 0x0, at 0x\w+, divide \+ 0x"}
    assert len(outcome.lines(said[job.death])) == 1, outcome.story()
    assert len(outcome.lines("^(exception|panic)")) == 1, outcome.story()
    if job.death == "divide":           # the CPU's features are still known
        assert len(outcome.lines(" cr4 0x")) == (job.cpu == "pentium3"), outcome.story()
    assert len(outcome.lines(r"^stop +resetting the machine")) == reset, outcome.story()
    assert len([line for line in outcome.lines("^crash ") if SAID in line]) == job.broken, \
        outcome.story()


@pytest.mark.quick
@pytest.mark.parametrize("job", cases(Forgetful("zeros", "panic", "serial=none exitport=0xf4")))
def test_it_still_knows_that_it_has_no_serial_line(job, outcome):
    """There may be another device at COM1."""
    assert outcome.status == PANICKED, outcome.story()
    assert outcome.log == "", outcome.story()
