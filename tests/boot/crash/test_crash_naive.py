"""Why the live tables must not be touched: what a dump shows if they were.

The old kernel runs a program in ring 3, mapped where the identity mapping of the control page would
be, and the program dies (`fault user`). On the real build, gdb shows it in the dump: its memory by
the live tables, and its calls. The wrong build (make spoil) maps the control page in the live tables
before it hands over to the capture kernel, as kexec did before 2006: the entry of the root is
replaced. The checks of the real build's dumps detect it, and gdb finds no program any more.
"""
import os
import re
import subprocess

import livetables as lt
import payloads
import pytest
import test_crash
import unchanged
import vmcore
from elf32 import Elf32
from machine import BUILD, PASSED, ROOT

SPOILED = os.path.join(BUILD, "spoil", "baton.elf")
HEADERS = 4 * 4096                  # BATON_CRASH_HEADERS, baton/crash.h
USER_CS, USER_SS = 0x3b, 0x43       # SEL_USER_CODE, SEL_USER_DATA of kernel/machine/layout.h; ring 3
CALLS = ["inner", "middle", "outer", "user_start"]
FRAMES = 'interpreter-exec mi "-stack-list-frames"'


class Dump(test_crash.Crash):
    """.data["gdb"]: what gdb says of the live tables and of the user program in the core."""

    def run(self):
        result = super().run()
        headers = test_crash.told(result, r"^dump +core headers at (0x\w+);")
        memory = result.data["entry"]
        path = os.path.join(result.machine.folder(), "core")
        # file offsets are physical addresses, the headers' are not
        core = memory[headers:headers + HEADERS] + memory[HEADERS:]
        with open(path, "wb") as f:     # one of each class: user-space writes both
            f.write(core if self.paging == "pae" else vmcore.widened(core))
        commands = ["live-tables", "user-space", FRAMES, "x/1xw $esp", "walk $eip"]
        try:
            done = subprocess.run(["gdb", "-nx", "-batch", "-x",
                                   os.path.join(ROOT, "iso", "crash.gdb"),
                                   *(word for command in commands for word in ("-ex", command)),
                                   self.kernel, path], capture_output=True, text=True, timeout=120)
        finally:
            os.remove(path)
        result.data["gdb"] = done.stdout + done.stderr
        return result


def dumps(kernel):
    return [pytest.param(Dump("user", paging, kernel), id=paging) for paging in ("pae", "legacy")]


def control(result):
    """The control page: the capture kernel's initial stack is at its end."""
    return result.data["esp"] - unchanged.PAGE


def calls(said):
    """The function of each frame, the innermost first; "": gdb knows none."""
    frames = re.findall(r'frame=\{level="\d+",addr="0x\w+"(?:,func="(\w+)")?', said)
    assert frames, said
    return frames


def counts(result):
    """(number, checksum) of the live tables: at the start, and with the user program."""
    return [re.search(pattern, result.log, re.M).groups()
            for pattern in (r"^tables .*, (\d+) pages, checksum (0x\w+)$",
                            r"^user .*: (\d+) pages, checksum (0x\w+)$")]


WRONG, REAL = dumps(SPOILED), dumps(payloads.BATON)


@pytest.mark.quick
@pytest.mark.parametrize("job", WRONG)
def test_the_comparison_names_the_table_and_the_entry(job, outcome):
    assert outcome.status == PASSED, outcome.story()
    root, index = outcome.data["cr3"], control(outcome) >> (30 if job.paging == "pae" else 22)
    wanted = f"the table at {root:#x}, entry {index}: "
    with pytest.raises(AssertionError, match=wanted):
        tables_with_the_program(job, outcome)


@pytest.mark.quick
@pytest.mark.parametrize("job", WRONG)
def test_gdb_names_the_mapping_and_the_checksum(job, outcome):
    (start, _), (number, checksum) = counts(outcome)
    said = outcome.data["gdb"]
    # what is replaced is as much as the program had; its stack may lie in another table
    assert re.search(rf"^tables +\d+ pages; the kernel had {start}, and {number} with its user program$",
                     said, re.M), said
    assert re.search(rf"^checksum    0x\w+, BUT it was {checksum} with the user program$", said,
                     re.M), said
    page = f"{control(outcome):#010x}"
    assert re.search(rf"^ +PT \d+ +{page} {page} +4 KiB write accessed dirty$", said, re.M), said


@pytest.mark.quick
@pytest.mark.parametrize("job", WRONG)
def test_the_wrong_build_has_lost_the_program(job, outcome):
    """The registers lead into it, but neither its code nor its stack is there."""
    said, core = outcome.data["gdb"], test_crash.core_of(outcome)
    assert (core.registers["cs"], core.registers["ss"]) == (USER_CS, USER_SS)
    assert "user        no pages of ring 3 in the live tables\n" in said, said
    assert not set(calls(said)) & set(CALLS), said
    assert f"Cannot access memory at address {core.registers['esp']:#x}\n" in said, said
    eip = core.registers["eip"]
    assert f"result      {eip:#010x} is at {eip:#010x}, in a page of 4 KiB\n" in said, said


@pytest.mark.quick
@pytest.mark.parametrize("job", REAL)
def test_on_the_real_build_gdb_finds_no_change(job, outcome):
    (start, _), (number, checksum) = counts(outcome)
    said = outcome.data["gdb"]
    assert f"tables      {number} pages; the kernel had {start}, and {number} with its user " \
           "program\n" in said, said
    assert f"checksum    {checksum}, as it was with the user program\n" in said, said


@pytest.mark.quick
@pytest.mark.parametrize("job", REAL)
def test_on_the_real_build_gdb_goes_through_the_program(job, outcome):
    said, registers = outcome.data["gdb"], test_crash.core_of(outcome).registers
    assert "user        2 pages of ring 3 in the live tables\n" in said, said
    assert calls(said) == CALLS, said
    assert re.search(rf"^{registers['esp']:#x}[^:]*:\t0x\w+$", said, re.M), said


@pytest.mark.quick
@pytest.mark.parametrize("job", REAL)
def test_the_core_has_the_registers_of_ring_3(job, outcome):
    """And the program was where the identity mapping would be."""
    assert outcome.status == PASSED, outcome.story()
    core = test_crash.core_of(outcome)
    registers, inner = core.registers, Elf32(payloads.BATON).symbols["inner"]
    assert len(outcome.lines(r"^exception +vector 14, page fault, error code 0x5, at 0x\w+, inner \+ "
                             r"0x\w+, in the user program \(ring 3\)$")) == 1, outcome.story()
    assert registers["eip"] == test_crash.told(outcome, r"^exception .*, at (0x\w+),")
    for name in ("eax", "ebx", "ecx", "edx", "esi", "edi", "ebp", "esp", "cs", "ss", "eflags"):
        assert registers[name] == test_crash.told(outcome, rf"^ .*\b{name} (0x\w+)"), name
    assert (registers["cs"], registers["ss"]) == (USER_CS, USER_SS)
    assert {registers[name] for name in ("ds", "es", "fs", "gs")} == {USER_SS}
    assert {registers[name] for name in ("edx", "esi", "edi", "ebp")} == {0}    # none of the kernel's
    page = test_crash.user_address(outcome.log)
    assert page == control(outcome)
    assert 0 <= registers["eip"] - (page | inner % unchanged.PAGE) < 0x20
    assert 0 < page - registers["esp"] < 0x100


@pytest.mark.quick
@pytest.mark.parametrize("job", REAL)
def test_the_memory_is_as_it_was_at_the_fault(job, outcome):
    test_crash.test_the_memory_is_as_it_was_at_the_fault(job, outcome)
    test_crash.test_the_core_has_all_memory_but_the_region(job, outcome)


def tables_with_the_program(job, outcome):
    """Are they byte for byte what they were at the fault, and only its two pages of ring 3?"""
    core, fault, root = test_crash.core_of(outcome), outcome.data["fault"], outcome.data["cr3"]
    number, checksum = counts(outcome)[1]
    pae = job.paging == "pae"
    crc = unchanged.crc_of_unchanged_tables(core, fault, root, pae)
    assert hex(crc) == checksum and len(lt.pages(fault, root, pae)) == int(number)


@pytest.mark.quick
@pytest.mark.parametrize("job", REAL)
def test_the_live_tables_are_byte_for_byte_the_same(job, outcome):
    tables_with_the_program(job, outcome)
    fault, page = outcome.data["fault"], test_crash.user_address(outcome.log)
    low = {va: (size, entry) for va, size, _, entry, _ in
           lt.mappings(fault, outcome.data["cr3"], job.paging == "pae")
           if va < test_crash.KERNEL_BASE}
    assert set(low) == {page, page - unchanged.PAGE}
    assert all(entry & lt.USER and entry & lt.ACCESSED and entry & lt.DIRTY and
               not entry & lt.GLOBAL for _, entry in low.values())
    assert not low[page][1] & lt.WRITABLE
