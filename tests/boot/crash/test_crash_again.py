"""A second crash on the path to the capture kernel, at any point; and a path that does not work.

A debugger stops the machine between the first crash and the capture kernel, and breaks it again.
The core must have the registers of the first crash. If the capture kernel cannot be entered, the
machine reports that on COM1, and ends by exitport= and onfault=.
"""
import re
from functools import partial

import joblist
import livetables as lt
import payloads
import pytest
import vmcore
from debugger import Debugger
from elf32 import Elf32
from machine import FAULTED, PANICKED, PASSED, POWERED_OFF, Machine, read_log
from test_crash_damage import HEADERS, LOW, POOL, SAID, VAULT

MIB = 1 << 20
MEMORY, REGION = 12 * MIB, "4M@7M"  # in a large page and in small ones, in both formats
# small: legacy tables, and no large pages. The NMI is QEMU's button; an APIC would block it.
CPU = {"pae": "pentium3,-apic", "nx": "max", "legacy": "pentium,-apic", "small": "486"}
WORD = {"nx": "pae", "small": "legacy"}
KERNEL_BASE, PAGE = 0xc0000000, 4096
WILD = 0x12345678
SPENT = "the capture kernel is not entered: two tries have ended in a fault"
GONE = "the capture kernel is not entered: the live tables do not map its control pages any more"
SYMBOLS = Elf32(payloads.BATON).symbols


class Again:
    """act(job, d) breaks the machine after its crash in `divide`. .data: the core's registers, and
    the memory, if the capture kernel is entered."""

    def __init__(self, name, act, paging="pae", words="exitport=0xf4", quick=False, enters=True,
                 **settings):
        self.name, self.act, self.paging, self.words = f"crash-again-{name}-{paging}", act, paging, words
        self.quick, self.enters, self.settings = quick, enters, settings

    def machine(self):
        paging = WORD.get(self.paging, self.paging)
        return Machine(self.name, cpu=CPU[self.paging], memory=f"{MEMORY // MIB}M", timeout=60,
                       kernel=payloads.BATON, modules=(payloads.capture_kernel(),),
                       append=f"paging={paging} crashkernel={REGION} crash=1 fault=divide "
                              f"{self.words}", **self.settings)

    def run(self):
        machine, memory = self.machine(), None
        with Debugger(machine) as d:
            d.go_to(SYMBOLS["divide"])
            self.log = read_log(machine.log())
            self.end = self.told(r"^crashkernel +0x\w+ to (0x\w+),")
            self.act(self, d)
            if self.enters:
                d.go_to(self.told(r"^crash .* staged at (0x\w+);"))
                memory = d.memory(0, MEMORY)
            result = d.end()
        if memory:
            core = vmcore.of_memory(memory, self.told(r"^dump +core headers at (0x\w+);"))
            result.data.update(memory=memory, eip=core.registers["eip"])
        return result

    def told(self, pattern):
        return int(re.search(pattern, self.log, re.M)[1], 16)

    def pool(self, page):
        return self.end - VAULT - HEADERS - LOW - POOL + page * PAGE


def entry_of(d, va, pae):
    """Where the live tables' entry for a page is, and its bytes: (pa, size)."""
    memory, table = d.memory(0, MEMORY), d.registers()["CR3"] & -PAGE
    size, bits = (8, 9) if pae else (4, 10)
    for level in range(2 if pae else 1, -1, -1):
        at = table + (va >> 12 + bits * level & (3 if level == 2 else (1 << bits) - 1)) * size
        entry = int.from_bytes(memory[at:at + size], "little")
        if level == 1 and entry & lt.LARGE:
            break
        table = entry & lt.ADDRESS
    return at, size, entry


def live_entry(va, change):
    """The entry for va becomes change(entry)."""
    def act(job, d):
        address = va(job) if callable(va) else va
        at, size, entry = entry_of(d, address, job.paging in ("pae", "nx"))
        d.write_physical(at, change(entry).to_bytes(size, "little"))
        d.forget_translations()
    return act


def nmi(*ways):
    """Runs to these functions, one after the other, and raises an NMI at the last one."""
    def act(_, d):
        for way in ways:
            d.go_to(SYMBOLS[way])
        d.command("inject-nmi")
    return act


def wild(*ways):
    """The same, with a jump to an unmapped address at each."""
    def act(_, d):
        for way in ways:
            d.go_to(SYMBOLS[way])
            d.set_register("eip", WILD)
    return act


def before_lidt(number):
    """An NMI at the trampoline's number-th instruction."""
    def act(job, d):
        d.go_to(SYMBOLS["baton_trampoline"])
        idt = d.registers()["IDT"]
        for _ in range(number):
            d.step()
        job.own = d.registers()["IDT"] != idt
        d.command("inject-nmi")
    return act


def broken_seal(job, d):
    d.go_to(SYMBOLS["vault_take"])
    at = job.pool(95) + 0x123
    d.write_physical(at, bytes([d.memory(at, 1)[0] ^ 1]))
    d.go_to(SYMBOLS["sha256_end"])
    d.command("inject-nmi")


cases = partial(joblist.cases, "crash-again-")


def each(name, act, *kinds, **settings):
    return [Again(name, act, kind, quick=kind == "pae", **settings)
            for kind in kinds or ("pae", "legacy", "small")]


TRAMPOLINE = SYMBOLS["baton_trampoline_page"]
ELSEWHERE = 0x300000                # a free page


@pytest.mark.parametrize("job", cases(
    *each("nmi-seal", nmi("vault_take", "sha256_end"), "pae", "legacy"),
    *each("nmi-quiet", nmi("devices_quiet"), "pae", "legacy"),
    *each("nmi-handoff", nmi("baton_handoff"), "pae", "legacy"),
    *each("wild-quiet", wild("devices_quiet")),
    *each("wild-first-seal", wild("sha256_end")),
    *each("gone", live_entry(TRAMPOLINE, lambda entry: 0)),
    *each("read-only", live_entry(TRAMPOLINE, lambda entry: entry & ~lt.WRITABLE)),
    *each("elsewhere", live_entry(TRAMPOLINE, lambda entry: entry & ~lt.ADDRESS | ELSEWHERE)),
    *each("no-execute", live_entry(TRAMPOLINE, lambda entry: entry | lt.NO_EXECUTE), "nx")))
def test_the_capture_kernel_is_entered_with_the_first_ones_registers(job, outcome):
    assert outcome.status == PASSED, outcome.story()
    assert len(outcome.lines("^exception")) == 1, outcome.story()
    assert 0 <= outcome.data["eip"] - SYMBOLS["divide"] < 0x40
    assert not any(outcome.data["memory"][ELSEWHERE:ELSEWHERE + PAGE]), "a free page is written"


@pytest.mark.parametrize("job", cases(
    *(Again(f"nmi-step-{n}", before_lidt(n), enters=False) for n in range(14))))
def test_an_nmi_before_the_trampoline_has_its_idt_starts_the_handoff_again(job, outcome):
    assert outcome.status == (FAULTED if job.own else PASSED), outcome.story()
    assert len(outcome.lines("^exception")) == 1, outcome.story()
    assert len(outcome.lines("^fault +in the hand-off, .*NMI")) == job.own, outcome.story()


@pytest.mark.parametrize("job", cases(
    *each("broken-seal", broken_seal, "pae", "legacy", enters=False)))
def test_a_second_death_while_a_broken_seal_is_looked_at(job, outcome):
    assert outcome.status == PANICKED, outcome.story()
    assert outcome.lines("^crash ")[-2:] == ["crash       handing over to the capture kernel",
                                             f"crash       {SAID}"], outcome.story()
    told = outcome.lines("^exception")
    assert [line[12:21] for line in told] == ["vector 0,", "vector 2,"], outcome.story()


TWICE = wild("devices_quiet", "devices_quiet")


def pool_page(job):
    return KERNEL_BASE + job.pool(5)


def vault_page(job):
    return KERNEL_BASE + job.end - PAGE


@pytest.mark.parametrize("job, said, exceptions", [
    pytest.param(*case, id=case[0].name.removeprefix("crash-again-"),
                 marks=[pytest.mark.quick] if case[0].quick else []) for case in [
        *((job, SPENT, 2) for job in each("twice", TWICE, enters=False)),
        *((job, SPENT, 2) for job in each("twice-reset", TWICE, "small", words="onfault=reset",
                                          enters=False)),
        *((job, GONE, 1) for job in each("pool-gone", live_entry(pool_page, lambda e: 0),
                                         enters=False)),
        *((job, GONE, 1) for job in each("vault-gone", live_entry(vault_page, lambda e: 0),
                                         enters=False)),
        *((job, GONE, 1) for job in each("vault-read-only",
                                         live_entry(vault_page, lambda e: e & ~lt.WRITABLE),
                                         enters=False))]])
def test_where_it_cannot_be_entered_that_is_said_and_the_machine_ends(job, said, exceptions, outcome):
    reset = job.words == "onfault=reset"
    assert outcome.status == (POWERED_OFF if reset else PANICKED), outcome.story()
    assert [line for line in outcome.lines("^crash ") if said in line], outcome.story()
    told = outcome.lines("^exception")
    assert len(told) == exceptions and "vector 0, divide" in told[0], outcome.story()
    assert len(outcome.lines(r"^stop +resetting the machine")) == reset, outcome.story()


def endless(job, d):
    """Every print faults: row and column are invalid, and the screen is unmapped."""
    at, size, _ = entry_of(d, KERNEL_BASE + 0xb8000, job.paging == "pae")
    d.write_physical(at, bytes(size))
    d.forget_translations()


class Alone(Again):
    """Without a capture kernel."""

    def machine(self):
        machine = super().machine()
        return type(machine)(**{**vars(machine), "append": machine.append.replace(" crash=1", "")})


@pytest.mark.parametrize("job", cases(
    *[Alone("endless", endless, kind, quick=kind == "pae", enters=False)
      for kind in ("pae", "legacy", "small")],
    Alone("endless-reset", endless, "small", words="onfault=reset", enters=False)))
def test_a_kernel_whose_every_line_faults_does_end(job, outcome):
    """Each word goes to the serial line before the screen: it reports the first two faults."""
    assert outcome.status == (POWERED_OFF if "reset" in job.words else PANICKED), outcome.story()
    assert 1 <= len(outcome.lines("^exception")) <= 2, outcome.story()
