"""serial=: another UART than COM1, another speed, none. And a UART that stops accepting output."""
import os
import re

import payloads
import pytest
from debugger import Debugger
from elf32 import Elf32
from machine import PANICKED, PASSED, Machine, run
from qmp import connect, socket_folder
from typist import COLUMNS, ROWS, SCREEN, sessions, shell

KERNEL_BASE = 0xc0000000
COM1, COM2 = 0x3f8, 0x2f8
AT_COM2 = ("-global", "isa-serial.iobase=0x2f8", "-global", "isa-serial.irq=3")  # the only UART
COM_PORT = 0x9a8                    # in the control page, include/baton/control.h
TEMPLATE = "baton_trampoline_page"
STEPS = "23456789"                  # trace=1


class Says:
    """A judge with these options. at: the port of the only UART."""

    def __init__(self, name, words, at=AT_COM2, status=PASSED):
        self.name, self.words, self.at, self.status = f"serial-{name}", words, at, status

    def run(self):
        return run(Machine(self.name, memory="16M", kernel=payloads.BATON, extra=self.at,
                           append=f"{self.words} exitport=0xf4", modules=(payloads.judge("tiny"),)))


def cases(*jobs):
    return [pytest.param(job, id=job.name.removeprefix("serial-"), marks=pytest.mark.quick)
            for job in jobs]


@pytest.mark.parametrize("job", cases(
    Says("com2", "serial=com2"), Says("port", "trace=1 serial=0x2f8,9600"),
    Says("com4", "serial=com4", ("-global", "isa-serial.iobase=0x2e8"))))
def test_every_line_is_on_the_uart_that_is_named(job, outcome):
    """The judge prints on COM1, where there is no UART."""
    assert outcome.status == PASSED, outcome.story()
    lines = outcome.log.splitlines()
    assert lines[0].startswith("Baton "), outcome.story()
    assert lines[-1] == STEPS if "trace" in job.words else lines[-1].startswith("hand-off "), \
        outcome.story()


@pytest.mark.parametrize("job", cases(
    Says("dies", "serial=com2 fault=divide", status=PANICKED),
    Says("wrong-word", "serial=com2 paging=none", status=0x10 * 2 + 1),
    Says("wrong-speed", "serial=com2 serial=com2,7", status=0x10 * 2 + 1)))
def test_a_refusal_or_a_crash_is_reported_there(job, outcome):
    assert outcome.status == job.status, outcome.story()
    assert len(outcome.lines("^(exception|refused) ")) == 1, outcome.story()


@pytest.mark.parametrize("job", cases(Says("none", "serial=none", at=())))
def test_none_is_none(job, outcome):
    """The judge prints; Baton does not."""
    payloads.assert_judged_well(outcome)
    assert not outcome.lines("^(Baton|memory|payload|hand-off) "), outcome.story()


@pytest.mark.parametrize("job", cases(Says("absent", "trace=1"), Says("absent-dies", "fault=divide",
                                                                      status=PANICKED)))
def test_a_machine_without_com1_needs_no_option(job, outcome):
    """It hands over, and it crashes, as with one. Nothing is written to another UART."""
    assert outcome.status == job.status, outcome.story()
    assert not outcome.log, outcome.story()


@sessions(shell("serial-com2", "serial=com2,57600", (payloads.judge("tiny"),), extra=AT_COM2),
          quick=True)
def test_the_shell_reads_from_the_same_uart(t):
    t.prompt()
    t.ask("more off")
    assert any(line.startswith("payload ") for line in t.ask("load"))
    assert [line for line in t.ask("trampoline") if re.search(r"COM 0x2f8\b", line)]


def port(d, number, value=None):
    """Reads an I/O port, or writes to it."""
    if value is not None:
        return d.monitor(f"o /b {number:#x} {value:#x}")
    return int(re.search(r"= 0x([0-9a-f]+)", d.monitor(f"i /b {number:#x}"))[1], 16)


def rows(d):
    cells = d.memory(SCREEN, 2 * COLUMNS * ROWS)[::2].decode("latin-1")
    return [cells[at:at + COLUMNS].rstrip(" \0") for at in range(0, len(cells), COLUMNS)]


class Found:
    """The state of the ports and the screen after the hand-off. .data: both."""
    SCRATCH, INDEX = 0x77, 0x0c     # before

    def __init__(self, name, words):
        self.name, self.words = f"serial-{name}", words

    def run(self):
        symbols = Elf32(payloads.BATON).symbols
        machine = Machine(self.name, memory="16M", kernel=payloads.BATON, timeout=40,
                          append=f"{self.words} exitport=0xf4", modules=(payloads.judge("tiny"),))
        with Debugger(machine) as d:
            d.go_to(symbols["boot_entry"])
            port(d, COM1 + 7, self.SCRATCH)
            port(d, 0x3d4, self.INDEX)
            d.go_to(symbols["baton_handoff"])
            data = {"scratch": port(d, COM1 + 7), "index": port(d, 0x3d4), "rows": rows(d)}
            line = port(d, COM1 + 3)
            port(d, COM1 + 3, line | 0x80)          # the divisor's bytes
            data.update(line=line, divisor=port(d, COM1) | port(d, COM1 + 1) << 8)
            port(d, COM1 + 3, line)
            result = d.end()
        result.data = data
        return result


@pytest.mark.parametrize("job, divisor", [
    pytest.param(Found(name, words), divisor, id=name, marks=pytest.mark.quick)
    for name, words, divisor in (("fast", "", 1), ("slow", "serial=com1,300", 384))])
def test_the_ports_that_were_probed_are_as_they_were(job, divisor, outcome):
    data = outcome.data
    assert (data["scratch"], data["index"]) == (Found.SCRATCH, Found.INDEX)
    assert (data["line"], data["divisor"]) == (3, divisor)
    payloads.assert_judged_well(outcome)


@pytest.mark.parametrize("job", cases(Found("not-there", "serial=com3")))
def test_a_missing_uart_is_reported_on_the_screen(job, outcome):
    assert "serial      there is no UART at 0x3e8: only the screen is used" in outcome.data["rows"]
    assert not outcome.lines("^(Baton|memory|hand-off) "), outcome.story()
    payloads.assert_judged_well(outcome)


class Early:
    """An exception before the command line is read."""
    name = "serial-early"

    def run(self):
        at = Elf32(payloads.BATON).symbols["boot_read_multiboot1"]
        machine = Machine(self.name, memory="16M", kernel=payloads.BATON, timeout=40,
                          append="serial=none", until="^stop ")
        with Debugger(machine) as d:
            d.go_to(at)
            d.write_physical(at - KERNEL_BASE, b"\x0f\x0b")     # UD2
            return d.end()


@pytest.mark.parametrize("job", cases(Early()))
def test_an_exception_before_the_options_are_read_is_reported_on_com1(job, outcome):
    assert outcome.status == "until", outcome.story()
    said, = outcome.lines("^exception +vector 6, ")
    assert "boot_read_multiboot1 + 0x0" in said, outcome.story()


class Dead:
    """COM2 is a socket that nobody reads: after a few hundred characters QEMU's UART accepts no
    more.

    asked: the trampoline gets its port nevertheless, as if it had failed after the load."""

    def __init__(self, name, words="", asked=False):
        self.name, self.words, self.asked = f"serial-dead-{name}", words, asked

    def run(self):
        folder = socket_folder()
        path = os.path.join(folder, "com2")
        machine = Machine(self.name, memory="16M", kernel=payloads.BATON, timeout=60,
                          append=f"serial=com2 {self.words} exitport=0xf4",
                          modules=(payloads.judge("tiny"),),
                          extra=("-serial", f"unix:{path},server=on,wait=off"))
        try:
            with Debugger(machine) as d:
                line = connect(path, d.process, machine.timeout)
                result = self.watch(d)
                result.data["taken"] = line.recv(65536).decode("latin-1")
                line.close()
        finally:
            if os.path.exists(path):
                os.remove(path)
            os.rmdir(folder)
        return result

    def watch(self, d):
        symbols = Elf32(payloads.BATON).symbols
        d.go_to(symbols["baton_trampoline"])
        pages = (symbols[TEMPLATE] - KERNEL_BASE, d.registers()["EDX"])
        data = {"rows": rows(d), "told": self.ports(d, pages),
                "used": int.from_bytes(d.memory(symbols["com_port"] - KERNEL_BASE, 2), "little")}
        if self.asked:
            for page in pages:
                d.write_physical(page + COM_PORT, COM2.to_bytes(2, "little"))
            d.go_to(Elf32(payloads.judge("tiny") + ".linked").entry)
            data["left"] = self.ports(d, pages)
        result = d.end()
        result.data = data
        return result

    @staticmethod
    def ports(d, pages):
        return [int.from_bytes(d.memory(page + COM_PORT, 2), "little") for page in pages]


@pytest.mark.parametrize("job", cases(Dead("console"), Dead("verbose", "verbose")))
def test_a_dead_uart_is_no_longer_used(job, outcome):
    """The screen reports it, and has the text that the UART did not accept. `verbose`: it fails
    before the load, so the trampoline does not get its port; else the trampoline detects it
    itself."""
    data = outcome.data
    assert data["taken"].startswith("Baton "), outcome.story()
    assert "hand-off" not in data["taken"], "the line is not dead: this test shows nothing"
    assert [row for row in data["rows"] if row.startswith("serial      the UART accepts no ")], \
        "\n".join(data["rows"])
    assert [row for row in data["rows"] if row.startswith("hand-off    to 0x")]
    assert data["used"] == 0
    assert data["told"] == ([0, 0] if job.words == "verbose" else [COM2, COM2])
    payloads.assert_judged_well(outcome)


@pytest.mark.parametrize("job", cases(Dead("trampoline", "trace=1", asked=True)))
def test_a_uart_that_dies_later_is_given_up_by_the_trampoline(job, outcome):
    """Separately by the template and by the control page."""
    assert outcome.data["left"] == [0, 0]
    payloads.assert_judged_well(outcome)
