"""serial=: another port than COM1, another speed, none; and a port whose other end takes nothing.

The judge speaks on COM1, whatever Baton does.
"""
import fcntl
import os
import re
import struct
from dataclasses import replace

import payloads
import pytest
from debugger import Debugger
from elf32 import Elf32
from machine import PANICKED, Machine, read_log, run

WORDS = "root=/dev/hda1 ro"
SCREEN, SCREEN_SIZE, COLUMNS = 0xb8000, 80 * 25 * 2, 80
COM2 = 0x2f8
PARAM_COM_PORT = 0x900 + 0x28   # relocate/trampoline/control.h


class Second:
    """Two UARTs: COM1's log is the machine's, COM2's lies beside it."""

    def __init__(self, name, words, fault=""):
        self.name, self.words, self.fault = f"serial-{name}", words, fault

    def run(self):
        machine = Machine(self.name, memory="40M", timeout=60, kernel=payloads.BATON,
                          append=f"exitport=0xf4 {self.words}",
                          modules=(f"{payloads.judge('low')} {WORDS}",))
        second = os.path.join(machine.folder(), "com2")
        outcome = run(replace(machine, extra=("-serial", f"file:{second}")))
        outcome.data["com2"] = read_log(second)
        return outcome


def of_baton(log):
    return [line for line in log.splitlines() if re.match(r"(Baton|memory|tables|payload|plan|"
                                                          r"trampoline|hand-off) ", line)]


LINES = 7       # Baton's, of a usual hand-off


@pytest.mark.quick
@pytest.mark.parametrize("job, port", [pytest.param(job, port, id=job.name) for job, port in (
    (Second("com1", ""), 1), (Second("com1-named", "serial=com1"), 1),
    (Second("com2", "serial=com2"), 2), (Second("slow", "serial=0x2f8,9600"), 2),
    (Second("none", "serial=none"), None), (Second("absent", "serial=com3"), None))])
def test_baton_speaks_where_it_was_told_to(job, port, outcome):
    payloads.assert_judged_well(outcome, WORDS)
    for number, log in ((1, outcome.log), (2, outcome.data["com2"])):
        lines = of_baton(log)
        assert len(lines) == (LINES if port == number else 0), f"{lines}\n{outcome.story()}"
    if port == 2:
        assert outcome.data["com2"].startswith("Baton "), outcome.data["com2"]


@pytest.mark.quick
@pytest.mark.parametrize("job", [pytest.param(Second(f"fault-{kind}", f"serial=com2 {words}"),
                                              id=kind)
                                 for kind, words in (("exception", "fault=divide"),
                                                     ("wrong-word", "fault=divide onfault=no"))])
def test_its_last_words_go_there_too(job, outcome):
    said = outcome.data["com2"].splitlines()
    assert not outcome.log.strip(), outcome.story()
    if "onfault" in job.words:
        assert [line for line in said if re.match(r"refused +onfault=no on Baton's command", line)]
    else:
        assert outcome.status == PANICKED, outcome.story()
        assert [line for line in said if line.startswith("exception   vector 0, ")], said


class Deaf:
    """COM2's other end is a full pipe that nobody reads: its transmitter is never empty again."""

    def __init__(self, name, act, words=""):
        self.name, self.act, self.words = f"serial-deaf-{name}", act, words

    def machine(self):
        plain = Machine(self.name, memory="40M", timeout=120, kernel=payloads.BATON,
                        append=f"exitport=0xf4 trace=1 {self.words}",
                        modules=(f"{payloads.judge('low')} {WORDS}",))
        self.pipe = os.path.join(plain.folder(), "deaf")
        return replace(plain, extra=("-chardev", f"pipe,id=deaf,path={self.pipe}",
                                     "-serial", "chardev:deaf"))

    def run(self):
        machine = self.machine()
        for end in (".in", ".out"):
            if not os.path.exists(self.pipe + end):
                os.mkfifo(self.pipe + end)
        pipe = os.open(self.pipe + ".out", os.O_RDWR | os.O_NONBLOCK)
        try:
            os.write(pipe, b"x" * fcntl.fcntl(pipe, fcntl.F_GETPIPE_SZ))
            with pytest.raises(BlockingIOError):
                os.write(pipe, b"x")
            with Debugger(machine) as d:
                return self.act(d)
        finally:
            os.close(pipe)


def entry():
    return Elf32(payloads.judge("low") + ".linked").entry


def given_up_by_baton(d):
    d.go_to(Elf32(payloads.BATON).symbols["baton_trampoline"])
    port = d.memory(d.registers()["EDX"] + PARAM_COM_PORT, 2)
    assert port == bytes(2)             # the load has told the trampoline of no port
    d.go_to(entry())
    cells = d.memory(SCREEN, SCREEN_SIZE)[::2].decode("latin-1")
    rows = [cells[at:at + COLUMNS].rstrip(" \0") for at in range(0, len(cells), COLUMNS)]
    return d.end(), rows


def given_up_by_the_trampoline(d):
    """Baton speaks on COM1; the control page is told COM2 at the very last moment."""
    d.go_to(Elf32(payloads.BATON).symbols["baton_trampoline"])
    control = d.registers()["EDX"]
    before = d.memory(control + PARAM_COM_PORT, 2)
    d.write_physical(control + PARAM_COM_PORT, struct.pack("<H", COM2))
    d.go_to(entry())
    after = d.memory(control + PARAM_COM_PORT, 2)
    return d.end(), [struct.unpack("<H", value)[0] for value in (before, after)]


@pytest.mark.quick
@pytest.mark.parametrize("job", [pytest.param(Deaf("baton", given_up_by_baton, "serial=com2"),
                                              id="baton")])
def test_a_port_that_takes_nothing_is_given_up(job, outcome):
    result, rows = outcome
    payloads.assert_judged_well(result, WORDS)
    assert [row for row in rows if row.startswith("serial      the serial port takes no more ")], rows
    assert [row for row in rows if row.startswith("hand-off ")], rows       # the screen has it all


@pytest.mark.parametrize("job", [pytest.param(Deaf("trampoline", given_up_by_the_trampoline),
                                              id="trampoline")])
def test_the_trampoline_gives_it_up_too(job, outcome):
    result, ports = outcome
    payloads.assert_judged_well(result, WORDS)
    assert ports == [0x3f8, 0]
