"""A fault of each kind in each phase of the hand-off: one correct line, then the end.

A special build (make inject) raises the fault; kernel/load/inject.h describes its options.
"""
import os
import re

import images
import payloads
import pytest
from elf32 import Elf32
from machine import BUILD, FAULTED, POWERED_OFF, Machine, run

INJECTED = os.path.join(BUILD, "inject", "baton.elf")
PAGE = 4096
# kernel/load/inject.h's phases: what the line calls them, and whether paging is on.
PHASES = {
    "before-cr3": ("at the kernel address, before CR3", True),
    "after-cr3": ("at the kernel address, after CR3", True),
    "physical": ("at the physical address", True),
    "unpaged": ("paging off", False),
    "list": ("in the list", False),
    "entry": ("at the entry", False),
}
# Its kinds: vector and name, error code.
KINDS = {
    "divide": (0, "divide error", None),
    "int3": (3, "breakpoint", None),
    "ud": (6, "invalid opcode", None),
    "gp": (13, "general protection", 0x1000),
    "pf": (14, "page fault", 0),
    "nmi": (2, "NMI", None),
    "df": (8, "double fault", None),
    "stack": (14, "page fault", 2),     # a push where nothing is mapped
    "jump": (14, "page fault", 0),
}
NEED_PAGING = ("pf", "jump")
WITHOUT_CR4 = "486,-vme,-pse"
BOCHS = {"pae": "p2_klamath", "legacy": "pentium"}      # two CPUs without SSE
ADDRESS, STACK = 0x12345678, 0x87654320

LINE = re.compile(
    r"^fault       in the hand-off, (?P<phase>.*): vector (?P<vector>0x\w{8}) (?P<name>.*); "
    r"error (?P<error>none|0x\w{8}) eip (?P<eip>0x\w{8}) cs 0x00000010 eflags (?P<eflags>0x\w{8}) "
    r"cr0 (?P<cr0>0x\w{8}) cr2 (?P<cr2>0x\w{8}) cr3 (?P<cr3>0x\w{8})( cr4 (?P<cr4>0x\w{8}))? "
    r"esp (?P<esp>0x\w{8})(?P<stack> .*)$")


class Injected:
    """One machine with one fault. Bochs starts from an ISO, and is ended after its report."""

    def __init__(self, kind, word, cpu=None, emulator="i386", words="exitport=0xf4", place="auto"):
        self.kind, self.word, self.emulator = kind, word, emulator
        self.phase, self.fault = (word.split(":") + [""])[:2]
        self.cpu = cpu or "pentium3"
        self.words = f"paging={kind} place={place} inject={word} {words}"
        self.name = f"inject-{emulator}-{self.cpu}-{kind}-{word}-{words}".replace(":", ".")

    def run(self):
        settings = dict(emulator=self.emulator, cpu=self.cpu, memory="32M", timeout=60)
        if "exitport" not in self.words or self.emulator == "bochs":
            settings["until"] = "^(fault|BATON-VERDICT).*\n" if "reset" not in self.words else ""
        if self.emulator == "bochs":
            iso = images.baton_iso(INJECTED, self.words, [(payloads.judge("span"), "")])
            return run(Machine(self.name, iso=iso, **{**settings, "timeout": 120}))
        return run(Machine(self.name, kernel=INJECTED, append=self.words,
                           modules=(payloads.judge("span"),), **settings))


def cases(jobs):
    return [pytest.param(job, id=job.name.removeprefix("inject-"),
                         marks=[pytest.mark.quick] if job.name.endswith("stack-exitport=0xf4") else [])
            for job in jobs]


def sensible(phase, fault):
    return PHASES[phase][1] or fault not in NEED_PAGING


def addresses(result):
    """The trampoline's two addresses, from Baton's line."""
    return [int(a, 16) for a in
            re.search(r"^trampoline  (0x\w+) and (0x\w+) both", result.log, re.M).groups()]


def live_root(result):
    return int(re.search(r"^tables .* root (0x\w+),", result.log, re.M)[1], 16)


def told(result):
    lines = result.lines("^fault")
    assert len(lines) == 1 and not result.lines("^(exception|panic|judge)"), result.story()
    line = LINE.match(lines[0])
    assert line, result.story()
    return line


def assert_told_truly(job, result):
    line = told(result)
    name, paging = PHASES[job.phase]
    vector, vector_name, error = KINDS[job.fault]
    va, pa = addresses(result)
    page = va if job.phase in ("before-cr3", "after-cr3") else pa
    label, esp = f"inject_{job.fault}", page + PAGE - 4
    cr2 = None                      # may be that of an earlier fault
    if job.fault == "stack":
        esp, cr2 = STACK, STACK - 4
        if not paging:              # the push has no effect, and an invalid opcode follows
            (vector, vector_name, error), label = KINDS["ud"], "inject_stack_unpaged"
            esp, cr2 = STACK - 4, None
    if job.fault in NEED_PAGING:
        cr2 = ADDRESS
    symbols = Elf32(INJECTED).symbols
    eip = page + symbols[label] - symbols["baton_trampoline_page"]
    if job.fault == "jump":
        eip, name = ADDRESS, "in the payload, or a wild jump"

    def value(group):
        return int(line[group], 16)

    assert (line["phase"], line["name"]) == (name, vector_name), result.story()
    assert (value("vector"), value("eip"), value("esp")) == (vector, eip, esp), result.story()
    assert line["error"] == ("none" if error is None else f"{error:#010x}"), result.story()
    assert value("eflags") & ~0x2108d7 == 0, result.story()     # no IF, DF, NT; RF and ID may be
    assert cr2 is None or value("cr2") == cr2, result.story()
    assert value("cr0") >> 31 == paging and not value("cr0") & 8, result.story()
    if job.phase == "before-cr3":
        assert value("cr3") == live_root(result), result.story()
    else:
        assert bool(value("cr3")) == paging and value("cr3") != live_root(result), result.story()
    if job.cpu == WITHOUT_CR4:
        assert line["cr4"] is None, result.story()
    else:
        assert value("cr4") & 0xc0 == 0x40, result.story()      # MCE, not PGE
        osfxsr = 0 if job.emulator == "bochs" else 0x200
        assert paging or value("cr4") == 0x40 | osfxsr, result.story()
    if job.fault == "stack":
        assert line["stack"] == " (not in the control page)", result.story()
    else:                           # the only word: the trampoline's return address
        stack = re.fullmatch(r" stack (0x\w{8})", line["stack"])
        assert stack and page < int(stack[1], 16) < page + PAGE, result.story()


@pytest.mark.parametrize("job", cases(
    [Injected(kind, f"{phase}:{fault}" + (":7" if phase == "list" else ""), cpu)
     for kind, cpu, faults in (("pae", None, KINDS), ("legacy", None, KINDS),
                               ("legacy", WITHOUT_CR4, ("nmi", "stack")))
     for phase in PHASES for fault in faults if sensible(phase, fault)]))
def test_every_fault_in_every_phase_is_reported(job, outcome):
    assert outcome.status == FAULTED, outcome.story()
    assert_told_truly(job, outcome)


@pytest.mark.parametrize("job", cases(
    [Injected("pae", f"{phase}:stack", words=f"exitport={port} onfault=reset")
     for phase in PHASES for port in ("0xf4", "0xf8")]))
def test_the_exit_port_comes_first_and_onfault_if_there_is_no_such_port(job, outcome):
    """QEMU 10 lets the CPU run for a while after the write, but the status does not change."""
    status = FAULTED if "0xf4" in job.words else POWERED_OFF
    assert outcome.status == status, outcome.story()
    assert_told_truly(job, outcome)


@pytest.mark.parametrize("job", cases(
    [Injected("pae", f"{phase}:stack", words="onfault=reset") for phase in PHASES]))
def test_onfault_reset_resets_in_every_phase(job, outcome):
    """-no-reboot makes QEMU exit with 0 at a reset."""
    assert outcome.status == POWERED_OFF, outcome.story()
    assert_told_truly(job, outcome)


@pytest.mark.parametrize("job", cases(
    [Injected(kind, word, BOCHS[kind], "bochs", "onfault=halt")
     for kind, word in (("pae", "before-cr3:stack"), ("pae", "after-cr3:pf"),
                        ("pae", "physical:gp"), ("legacy", "after-cr3:stack"),
                        ("legacy", "list:divide:7"), ("pae", "entry:stack"))]))
def test_it_is_reported_in_bochs_too(job, outcome):
    assert outcome.status == "until", outcome.story()
    assert_told_truly(job, outcome)


@pytest.mark.parametrize("job", cases(
    [Injected("pae", "pdpt", BOCHS["pae"], "bochs", "onfault=halt")]))
def test_reserved_bits_in_the_new_root_are_reported(job, outcome):
    """The first version of the patch of 2006 set them; the CPU rejects such a root, and keeps the
    old one."""
    line = told(outcome)
    assert line["phase"] == PHASES["before-cr3"][0], outcome.story()
    assert line["name"] == "general protection" and line["error"] == "0x00000000", outcome.story()
    assert int(line["cr3"], 16) == live_root(outcome), outcome.story()


class Unknown(Injected):
    """The normal build, with the same option."""

    def __init__(self):
        super().__init__("pae", "list:ud:1")
        self.name = "inject-unknown"

    def run(self):
        return run(Machine(self.name, kernel=payloads.BATON, append=self.words, memory="32M",
                           cpu=self.cpu, modules=(f"{payloads.judge('span')} x",)))


@pytest.mark.parametrize("job", [pytest.param(Unknown(), marks=pytest.mark.quick)])
def test_the_normal_build_ignores_it(job, outcome):
    payloads.assert_judged_well(outcome, "x")
    assert outcome.lines("^ignored +inject="), outcome.story()
    assert not any(name.startswith("inject_") for name in Elf32(payloads.BATON).symbols)
