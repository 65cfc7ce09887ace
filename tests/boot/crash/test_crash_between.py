"""The crash together with other parts: the shell and a load, one capture kernel and the next, the
watchdog, the capture kernel's memory map, the checksum before a hand-off.
"""
import re
import struct
from functools import partial

import joblist
import livetables as lt
import payloads
import pytest
from debugger import Debugger
from elf32 import Elf32
from machine import PANICKED, PASSED, Machine, read_log
from test_watchdog import DEVICE
from typist import sessions, shell

REGION = "crashkernel=16M"
PAGE = 4096
SYMBOLS = Elf32(payloads.BATON).symbols
TAIL = 96 * PAGE + 0xa0000 + 4 * PAGE + 3 * PAGE        # include/baton/crash.h
LOW = 0xa0000
# 128 ns per instruction, on the machine's own clock: the watchdog's ten seconds are 78 million
# instructions on any host. The SHA-256 of an initrd of 3 MiB takes nearly twice that, at the load
# and in the hand-off.
SLOW = ("-icount", "shift=7,sleep=off")
SLOWER = ("-icount", "shift=9,sleep=off")   # for a loop that lasts until the watchdog fires
USABLE, RESERVED = 1, 2


def two_kernels():
    return payloads.capture_kernel(), payloads.capture_kernel(stays=True)


cases = partial(joblist.cases, "between-")


# ---- the shell, loads and unloads

@sessions(shell("between-unloaded", REGION, two_kernels(), memory="40M"), quick=True)
def test_a_death_after_unload_enters_nothing(t):
    t.prompt()
    t.ask("load -p")
    t.ask("unload -p")
    t.send("fault divide\r")
    log, status = t.end()
    assert status == PANICKED, log
    assert re.search("^exception +vector 0,", log, re.M) and "\ncrash " not in log, log


@sessions(shell("between-button", REGION, two_kernels(), memory="40M", cpu="pentium3,-apic"))
def test_an_nmi_after_unload_enters_nothing(t):
    t.prompt()
    t.ask("load -p")
    t.ask("unload -p")
    t.qmp.command("inject-nmi")
    log, status = t.end()
    assert status == PANICKED, log
    assert re.search("^exception +vector 2,", log, re.M) and "\ncrash " not in log, log


@sessions(shell("between-next", REGION, two_kernels(), memory="40M"), quick=True)
def test_the_capture_kernel_that_was_loaded_last_is_entered(t):
    t.prompt()
    t.ask("load -p 2")
    t.ask("load -p 1")
    t.send("crash\r")
    log, status = t.end()
    assert status == PASSED and payloads.CAPTURED not in log, log


@sessions(shell("between-many", REGION, two_kernels(), memory="40M"))
def test_many_loads_use_up_nothing(t):
    """More loads than the region's pool has pages for tables."""
    t.prompt()
    first = t.ask("load -p")
    for _ in range(20):
        assert t.ask("load -p") == first
        t.ask("unload -p")
        assert t.ask("load -p") == first
    t.send("crash\r")
    log, status = t.end()
    assert status == PASSED, log


class Meanwhile:
    """An NMI while a second capture kernel is being loaded, which replaces the first one."""

    def __init__(self, at):
        self.at, self.name = at, f"between-{at}"

    def run(self):
        machine = Machine(self.name, cpu="pentium3,-apic", memory="40M", kernel=payloads.BATON,
                          timeout=60, modules=two_kernels(),
                          append=f"{REGION} crash=1 shell exitport=0xf4")
        with Debugger(machine) as d:
            d.go_to(SYMBOLS["shell_run"])
            d.breakpoint(SYMBOLS[self.at])
            d.packet("c", answer=False)
            d.qmp.type("load -p\n")
            d.arrive(SYMBOLS[self.at])
            d.command("inject-nmi")
            return d.end()


@pytest.mark.parametrize("job", cases(Meanwhile("baton_crash_stage"), Meanwhile("baton_image_make"),
                                      Meanwhile("vault_arm")))
def test_a_death_during_the_next_load_enters_neither(job, outcome):
    assert outcome.status == PANICKED, outcome.story()
    assert len(outcome.lines("^exception +vector 2, NMI")) == 1, outcome.story()
    assert len(outcome.lines("^crash ")) == 1, outcome.story()      # of the first load
    assert not outcome.lines("^fault"), outcome.story()


# ---- the watchdog

class Slow:
    """A machine that is so slow that the watchdog fires unless it is fed. act(d): at the crash."""

    def __init__(self, name, words, modules, act=None, speed=SLOW):
        self.name, self.words, self.modules = f"between-slow-{name}", words, modules
        self.act, self.speed = act, speed

    def run(self):
        machine = Machine(self.name, cpu="pentium3,-apic", memory="40M", kernel=payloads.BATON,
                          timeout=100, modules=self.modules, extra=(*DEVICE, *self.speed),
                          append=f"{self.words} watchdog=ib700 exitport=0xf4")
        with Debugger(machine) as d:
            if self.act:
                self.act(d)
            result = d.end()
            result.data["bites"] = [name for name, _ in d.qmp.events if name == "WATCHDOG"]
            return result


def hang_in_the_hand_off(d):
    d.go_to(SYMBOLS["devices_quiet"])
    d.set_register("eip", SYMBOLS["hang"])


@pytest.mark.parametrize("job", cases(
    Slow("crash", f"{REGION} crash=1,2 fault=divide",
         (payloads.capture_kernel(), payloads.initrd("3M"))),
    Slow("load", "verify=on", (payloads.judge("tiny"), payloads.initrd("3M")))))
def test_a_load_that_takes_longer_than_the_watchdog_is_left_alone(job, outcome):
    assert outcome.status == PASSED, outcome.story()
    assert not outcome.lines("^exception +vector 2"), outcome.story()


@pytest.mark.parametrize("job", cases(
    Slow("hang", f"{REGION} crash=1 fault=divide", (payloads.capture_kernel(),),
         hang_in_the_hand_off, SLOWER)))
def test_a_hang_on_the_way_to_the_capture_kernel_is_noticed(job, outcome):
    assert outcome.status == PASSED, outcome.story()
    assert len(outcome.lines("^exception")) == 1, outcome.story()


# ---- the memory map of the capture kernel

class Told:
    """.data: the memory map in its boot_params [LBP], and where the region is."""
    name = "between-told"

    def run(self):
        machine = Machine(self.name, memory="40M", kernel=payloads.BATON, timeout=60,
                          modules=(payloads.capture_kernel(),),
                          append=f"{REGION} crash=1 fault=divide exitport=0xf4")
        with Debugger(machine) as d:
            d.go_to(SYMBOLS["divide"])
            log = read_log(machine.log())
            d.go_to(int(re.search(r"staged at (0x\w+);", log)[1], 16))
            params = d.memory(d.registers()["ESI"], PAGE)
            result = d.end()
        region = [int(at, 16) for at in
                  re.search(r"^crashkernel +(0x\w+) to (0x\w+),", log, re.M).groups()]
        entries = [struct.unpack_from("<QQI", params, 0x2d0 + 20 * i) for i in range(params[0x1e8])]
        result.data.update(region=region, told=[(at, at + size, kind) for at, size, kind in entries])
        return result


@pytest.mark.quick
@pytest.mark.parametrize("job", cases(Told()))
def test_the_capture_kernel_is_told_of_its_region_and_that_its_end_is_reserved(job, outcome):
    assert outcome.status == PASSED, outcome.story()
    (start, end), told = outcome.data["region"], outcome.data["told"]
    tail = end - TAIL
    assert (start, tail, USABLE) in told and (tail, end, RESERVED) in told, told
    low = [(at, to) for at, to, kind in told if kind == USABLE and to <= LOW]
    assert [(at, to) for at, to, kind in told if kind == USABLE] == [*low, (start, tail)], told


# ---- the live tables before a hand-off (H1)

class Poked:
    """Changes an entry that maps nothing, in each level of the live tables, before a hand-off."""

    def __init__(self, paging, which):
        self.paging, self.which = paging, which
        self.name = f"between-poked-{paging}-{which}"

    def run(self):
        machine = Machine(self.name, cpu="pentium3", memory="16M", kernel=payloads.BATON, timeout=60,
                          modules=(payloads.judge("tiny"),),
                          append=f"paging={self.paging} exitport=0xf4")
        with Debugger(machine) as d:
            d.go_to(SYMBOLS["stage_handoff"])
            memory, root = d.memory(0, 16 << 20), d.registers()["CR3"]
            table = lt.pages(memory, root, self.paging == "pae")[self.which]
            at = table + PAGE - 8           # the last entry: it is empty in all of them
            d.write_physical(at, (int.from_bytes(memory[at:at + 4], "little") ^ 0x200)
                             .to_bytes(4, "little"))
            return d.end()


@pytest.mark.quick
@pytest.mark.parametrize("job", cases(*(Poked(paging, which) for paging in ("pae", "legacy")
                                        for which in (0, 1, -1))))
def test_live_tables_that_have_changed_are_a_panic_before_the_hand_off(job, outcome):
    assert outcome.status == PANICKED, outcome.story()
    assert len(outcome.lines(r"^panic +the live tables changed: .* \(H1\)")) == 1, outcome.story()
    assert not outcome.lines("^(BATON-VERDICT|judge)"), outcome.story()
