"""Debian's kernels as capture kernels: their core has the memory as it was at the fault, and what
gdb needs.

All kernels, both formats of the old kernel's tables; the old kernel crashes in Baton's own code or
in the shell; the region is of the usual size, or as small as Baton suggests; there is memory above
4 GiB, or none. iso/save-dump makes an i386 core from that of the 64-bit kernel.
"""
import re

import payloads
import planted
import pytest
import vmcore
from captured import MIB, Captured, assert_backtrace, assert_saved, gdb
from elf32 import Elf32
from unchanged import HIGH, LOW, assert_tables_unchanged, assert_unchanged

PF_W = 2
BIOS_TABLES = 256 << 10             # SeaBIOS keeps at most so much at the end of this memory

# Each with the calls that gdb shows, and the variables.
DEATHS = [
    # qemu32 has 32 address lines
    (Captured("686-pae", "pae", "divide", words="fault=divide", as_told=True, cpu="pentium3",
              **planted.settings("686-pae")),
     ["divide", "fault_raise", "hand_over", "kernel_main"], [r'text=0x\w+ <boot\+\d+> "divide']),
    (Captured("686-pae", "legacy", "panic", typed=("load -p", "crash")),
     ["panic", "command_crash", "shell_run", "kernel_main"],
     ['format=0x\\w+ .*"on purpose']),
    (Captured("686", "pae", "page_read", typed=("load -p", "fault read")),
     ["page_read", "command_fault", "shell_run", "kernel_main"], ["words=0x\\w+"]),
    (Captured("686", "legacy", "stack", words="fault=stack", as_told=True), ["stack"], []),
    (Captured("amd64", "legacy", "page_read", words="fault=read", as_told=True,
              **planted.settings("amd64")),
     ["page_read", "fault_raise", "hand_over", "kernel_main"], [r'text=0x\w+ <boot\+\d+> "read'])]

WITH_FRAMES = [pytest.param(*death, id=death[0].name.removeprefix("crash-")) for death in DEATHS]
JOBS = [pytest.param(job, id=job.name.removeprefix("crash-")) for job, _, _ in DEATHS]


@pytest.mark.parametrize("job", JOBS)
def test_the_core_is_the_memory_at_the_fault(job, outcome):
    """All memory except the region: every byte, except named variables; never in a live table."""
    assert_saved(outcome)
    core, fault = vmcore.of_file(outcome.data["core"]), outcome.data["fault"]
    assert core.wide == bool(job.high)
    start, end = re.search(r"^crashkernel +(0x\w+) to (0x\w+),", outcome.log, re.M).groups()
    low = [(load.pa, load.pa + load.size) for load in core.loads if load.pa < HIGH]
    assert low[:2] == [(0, LOW), (0x100000, int(start, 16))]
    (begin, top), = low[2:]
    assert begin == int(end, 16) and 0 < job.memory * MIB - top <= BIOS_TABLES
    if not job.high:
        assert top == int(re.search(r"^memory .* up to (0x\w+)", outcome.log, re.M)[1], 16)
    assert_unchanged(core, fault, outcome.data.get("high", b""), double_fault=job.dies == "stack")
    crc = assert_tables_unchanged(core, fault, outcome.data["cr3"], job.paging == "pae")
    assert core.info["BATON(live_checksum)"] == hex(crc)


@pytest.mark.parametrize("job, frames, variables", WITH_FRAMES)
def test_gdb_sees_where_it_died(job, frames, variables, outcome):
    assert_saved(outcome)
    said = assert_backtrace(outcome.data["core"], frames, "info registers eip esp")
    for variable in variables:
        assert re.search(variable, said), said
    printed = outcome.lines(r"^exception .*, at 0x")
    if printed:
        eip = re.search(r", at (0x\w+),", printed[0])[1]
        assert re.search(rf"^eip +{eip}\b", said, re.M), said


@pytest.mark.parametrize("job", JOBS)
def test_gdb_walks_the_live_tables(job, outcome):
    assert_saved(outcome)
    root, tables, checksum = re.search(
        r"^tables .*root (0x\w+), (\d+) pages, checksum (0x\w+)", outcome.log, re.M).groups()
    said = gdb(outcome.data["core"], "live-tables", "walk kernel_main", "walk 0x1000",
               "p/x live.summary.checksum")
    name = {"pae": "PAE", "legacy": "legacy"}[job.paging]
    assert f"tables      {name}, root {root}\n" in said, said
    assert f"tables      {tables} pages; the kernel had {tables}\n" in said, said
    assert f"checksum    {checksum}, as it was at the start\n" in said, said
    assert f"$1 = {checksum}\n" in said, said
    va = Elf32(payloads.BATON).symbols["kernel_main"]
    assert f"result      {va:#010x} is at {va - 0xc0000000:#010x}, in a page of 4 KiB" in said
    assert "result      0x00001000 is not mapped" in said, said


@pytest.mark.parametrize("job", JOBS)
def test_the_core_has_what_cannot_be_written_as_it_was_loaded(job, outcome):
    """All of it except the variables there (kernel/machine/readonly.h)."""
    assert_saved(outcome)
    core, baton = vmcore.of_file(outcome.data["core"]), Elf32(payloads.BATON)
    variables = range(baton.symbols["readonly_start"], baton.symbols["readonly_end"])
    for segment in baton.segments:
        if segment.flags & PF_W:
            continue
        loaded = baton.data[segment.offset:segment.offset + segment.filesz]
        dumped = core.read(segment.paddr, segment.filesz)
        differ = {segment.vaddr + i for i in range(len(loaded)) if loaded[i] != dumped[i]}
        assert differ <= set(variables), segment
