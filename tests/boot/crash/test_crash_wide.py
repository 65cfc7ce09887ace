"""A 64-bit capture kernel gets core headers that it can read: those of an x86-64 machine.

The kernels here only claim to be 64-bit ones. test_crash_linux.py has Debian's, and the conversion
of the core.
"""
import re

import payloads
import pytest
import vmcore
from debugger import Debugger
from elf32 import Elf32
from machine import PASSED, Machine, read_log, run
from test_crash import KERNEL_BASE
from typist import sessions, shell
from unchanged import LOW

MEMORY = 40 << 20
REGION = "crashkernel=16M"
XLF_KERNEL_64 = 1                   # xloadflags [LBP]
EMULATOR = {"emulator": "x86_64", "cpu": "max", "memory": f"{MEMORY >> 20}M"}


def kernel_64(**fields):
    return payloads.capture_kernel(xloadflags=XLF_KERNEL_64, **fields)


class Wide:
    """.data: the memory at the capture kernel's first instruction."""
    name = "crash-wide-headers"

    def run(self):
        machine = Machine(self.name, kernel=payloads.BATON, modules=(kernel_64(),),
                          append=f"{REGION} crash=1 fault=divide exitport=0xf4", **EMULATOR)
        with Debugger(machine) as d:
            d.go_to(Elf32(payloads.BATON).symbols["divide"])
            d.go_to(int(re.search(r"staged at (0x\w+);", read_log(machine.log()))[1], 16))
            memory = d.snapshot(0, MEMORY)
            result = d.end()
        result.data["memory"] = memory
        return result


@pytest.mark.quick
@pytest.mark.parametrize("job", [pytest.param(Wide(), id="headers")])
def test_its_headers_say_x86_64(job, outcome):
    """ELF64, although no address needs it; registers and notes are those of i386."""
    assert outcome.status == PASSED, outcome.story()
    headers = int(re.search(r"core headers at (0x\w+);", outcome.log)[1], 16)
    core = vmcore.of_memory(outcome.data["memory"], headers, vmcore.EM_X86_64)
    start, end = re.search(r"^crashkernel +(0x\w+) to (0x\w+),", outcome.log, re.M).groups()
    top = re.search(r"^memory .* up to (0x\w+)", outcome.log, re.M)[1]
    assert core.wide
    assert [(load.pa, load.pa + load.size) for load in core.loads] == [
        (0, LOW), (0x100000, int(start, 16)), (int(end, 16), int(top, 16))]
    assert all(load.va == load.pa + KERNEL_BASE for load in core.loads)
    eip = re.search(r"^exception .*, at (0x\w+),", outcome.log, re.M)[1]
    assert core.registers["eip"] == int(eip, 16)
    root = re.search(r"^tables .*root (0x\w+),", outcome.log, re.M)[1]
    assert int(core.info["BATON(live_root)"], 16) == int(root, 16)


class OldCpu:
    name = "crash-wide-old-cpu"

    def run(self):
        return run(Machine(self.name, memory="40M", kernel=payloads.BATON, modules=(kernel_64(),),
                           append=f"{REGION} crash=1 exitport=0xf4"))


@pytest.mark.quick
@pytest.mark.parametrize("job", [pytest.param(OldCpu(), id="old-cpu")])
def test_a_cpu_without_long_mode_is_reported_at_the_load(job, outcome):
    payloads.assert_refused(outcome, r"needs long mode \(it is a 64-bit kernel\), which this CPU")


@sessions(shell("crash-wide", REGION, (payloads.capture_kernel(), kernel_64(init_size=64 << 20)),
                **EMULATOR),
          shell("crash-wide-first", REGION, (kernel_64(),
                                             payloads.capture_kernel(init_size=64 << 20)),
                **EMULATOR), quick=True)
def test_a_refused_kernel_of_the_other_machine_leaves_the_first_ones_headers(t):
    """They are compared with the loaded ones, right before the first kernel is entered."""
    t.prompt()
    t.ask("load -p 1")
    said = t.ask("load -p 2")
    assert re.search("^refused .*kernel", "\n".join(said), re.M), said
    assert [line for line in said if line.startswith("kept ")], said
    t.send("crash\r")
    log, status = t.end()
    assert status == PASSED, log
