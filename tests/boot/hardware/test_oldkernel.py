"""The old kernel itself: its live tables' permissions, its console, its traps.

Observed from outside, by a debugger, when it loads the payload.
"""
import re

import livetables as lt
import payloads
import pytest
from debugger import Debugger
from elf32 import Elf32
from machine import PANICKED, Machine

LOAD = "baton_load"
KERNEL_BASE = 0xc0000000
SCREEN, SCREEN_SIZE, COLUMNS = 0xb8000, 80 * 25 * 2, 80
MEMORY = 32 << 20
CR0_WP, CR4_PAE, CR4_PGE = 1 << 16, 1 << 5, 1 << 7
WILD = 0x12345678


class Stopped:
    """Baton, stopped at the load; act(debugger, symbols) does the rest and returns the outcome."""

    def __init__(self, name, act, cpu="qemu32", words=""):
        self.name, self.act, self.cpu, self.words = f"oldkernel-{name}", act, cpu, words

    def run(self):
        symbols = Elf32(payloads.BATON).symbols
        machine = Machine(self.name, cpu=self.cpu, memory=f"{MEMORY >> 20}M", timeout=40,
                          kernel=payloads.BATON, append=f"{self.words} exitport=0xf4",
                          modules=(f"{payloads.judge('low')} words",))
        with Debugger(machine) as d:
            d.go_to(symbols[LOAD])
            return self.act(d, symbols)


def tables(d, symbols):
    registers, memory = d.registers(), d.memory(0, MEMORY)
    return registers, list(lt.mappings(memory, registers["CR3"], bool(registers["CR4"] & CR4_PAE)))


def case(job):
    return pytest.param(job, id=job.name.removeprefix("oldkernel-"))


# cpu, words, PAE, NX, global pages
CPUS = [("486", "", False, False, False), ("pentium", "", False, False, False),
        ("pentium3", "", True, False, True), ("pentium3", "paging=legacy", False, False, True),
        ("qemu32", "", True, False, True), ("n270", "", True, True, True),
        ("n270", "paging=legacy", False, False, True), ("max", "", True, True, True)]


@pytest.mark.parametrize("pae, nx, pge, job", [
    pytest.param(pae, nx, pge, job, id=job.name.removeprefix("oldkernel-"))
    for cpu, words, pae, nx, pge in CPUS
    for job in [Stopped(f"tables-{cpu}{words}", tables, cpu, words)]])
def test_live_tables_permit_no_more_than_needed(pae, nx, pge, job, outcome):
    registers, mappings = outcome
    symbols = Elf32(payloads.BATON).symbols
    assert registers["CR0"] & CR0_WP
    assert bool(registers["CR4"] & CR4_PAE) == pae
    assert bool(registers["CR4"] & CR4_PGE) == pge
    assert mappings and min(m[0] for m in mappings) >= KERNEL_BASE      # nothing below 3 GiB

    def inside(va, start, end):
        return symbols[start] <= va < symbols[end]

    for va, _, pa, entry, writable in mappings:
        # Code is linked high, except for the page that switches paging.
        text = inside(va, "text_start", "text_end") or pa == symbols["paging_switch"] & -lt.PAGE
        rodata = inside(va, "rodata_start", "rodata_end")
        trampoline = va == symbols["baton_trampoline_page"]
        assert entry & lt.ACCESSED and entry & lt.DIRTY, hex(va)        # or the CPU would write
        assert writable == (not text and not rodata), hex(va)
        assert bool(entry & lt.NO_EXECUTE) == (nx and not text and not trampoline), hex(va)
        assert bool(entry & lt.GLOBAL) == pge or va >= 0xff800000, hex(va)
    assert symbols["boot_stack"] not in {m[0] for m in mappings}        # the guard page


def screen(d, symbols):
    d.go_to(Elf32(payloads.judge("low") + ".linked").entry)
    cells = d.memory(SCREEN, SCREEN_SIZE)[::2].decode("latin-1")
    return d.end(), [cells[i:i + COLUMNS].rstrip(" \0") for i in range(0, len(cells), COLUMNS)]


@pytest.mark.quick
@pytest.mark.parametrize("job", [case(Stopped("screen", screen))])
def test_the_screen_shows_what_the_serial_line_says(job, outcome):
    result, lines = outcome
    shown = "\n".join(line for line in lines if line)
    assert re.search(r"^Baton .* loaded by ", shown, re.M), shown
    assert shown.splitlines()[-1] == result.lines("^hand-off")[0], shown


def wild_jump(d, symbols):
    d.set_register("eip", WILD)
    return d.end()


def no_stack(d, symbols):
    d.set_register("esp", 0)
    return d.end()


def interrupt(d, symbols):
    d.command("inject-nmi")
    return d.end()


# How the exception is raised, and the pattern of its line.
TRAPS = [("page-fault", wild_jump, r"vector 14, page fault.* at 0x12345678"),
         ("double-fault", no_stack, r"vector 8, double fault"),
         ("nmi", interrupt, r"vector 2,? ")]


@pytest.mark.parametrize("pattern, job", [
    pytest.param(pattern, job, id=job.name.removeprefix("oldkernel-"))
    for name, act, pattern in TRAPS for words in ("", "paging=legacy")
    for job in [Stopped(name + words, act, "pentium3,-apic", words)]])
def test_an_exception_is_reported(pattern, job, outcome):
    lines = outcome.lines("^exception")
    assert outcome.status == PANICKED and len(lines) == 1, outcome.story()
    assert re.search(pattern, lines[0]), outcome.story()
    assert outcome.lines(r"^\s+eax 0x\w+ ebx "), outcome.story()
    assert outcome.lines(r"cr2 0x\w+ cr3 "), outcome.story()
