"""Why the live tables must not be touched: what a dump shows if they were.

The wrong build (make spoil) maps the control page in the live tables before it hands over to the
capture kernel, as kexec did before 2006. The checks of the real build's dumps, and gdb, detect it.
"""
import os
import re
import subprocess

import payloads
import pytest
import test_crash
import unchanged
from machine import BUILD, PASSED, ROOT

SPOILED = os.path.join(BUILD, "spoil", "baton.elf")
HEADERS = 4 * 4096                  # BATON_CRASH_HEADERS, baton/crash.h


class Dump(test_crash.Crash):
    """.data["gdb"]: what gdb says of the live tables in the core."""

    def run(self):
        result = super().run()
        headers = test_crash.told(result, r"^dump +core headers at (0x\w+);")
        memory = result.data["entry"]
        path = os.path.join(result.machine.folder(), "core")
        with open(path, "wb") as f:     # file offsets are physical addresses, the headers' are not
            f.write(memory[headers:headers + HEADERS] + memory[HEADERS:])
        try:
            done = subprocess.run(["gdb", "-nx", "-batch", "-x",
                                   os.path.join(ROOT, "iso", "crash.gdb"), "-ex", "live-tables",
                                   self.kernel, path], capture_output=True, text=True, timeout=120)
        finally:
            os.remove(path)
        result.data["gdb"] = done.stdout + done.stderr
        return result


def dumps(kernel):
    return [pytest.param(Dump("divide", paging, kernel), id=paging) for paging in ("pae", "legacy")]


def control(result):
    """The control page: the capture kernel's initial stack is at its end."""
    return result.data["esp"] - unchanged.PAGE


WRONG, REAL = dumps(SPOILED), dumps(payloads.BATON)


@pytest.mark.quick
@pytest.mark.parametrize("job", WRONG)
def test_the_comparison_names_the_table_and_the_entry(job, outcome):
    assert outcome.status == PASSED, outcome.story()
    root, index = outcome.data["cr3"], control(outcome) >> (30 if job.paging == "pae" else 22)
    wanted = f"the table at {root:#x}, entry {index}: "
    with pytest.raises(AssertionError, match=wanted):
        test_crash.test_the_live_tables_are_byte_for_byte_the_same(job, outcome)


@pytest.mark.quick
@pytest.mark.parametrize("job", WRONG)
def test_gdb_names_the_mapping_and_the_checksum(job, outcome):
    told = re.search(r"^tables .*, (\d+) pages, checksum (0x\w+)$", outcome.log, re.M)
    said = outcome.data["gdb"]
    pages = int(told[1]) + (2 if job.paging == "pae" else 1)
    assert f"tables      {pages} pages; the kernel had {told[1]}\n" in said, said
    assert re.search(rf"^checksum    0x\w+, BUT it was {told[2]} at the start$", said, re.M), said
    page = f"{control(outcome):#010x}"
    assert re.search(rf"^ +PT \d+ +{page} {page} +4 KiB write accessed dirty$", said, re.M), said


@pytest.mark.quick
@pytest.mark.parametrize("job", REAL)
def test_on_the_real_build_gdb_finds_nothing(job, outcome):
    told = re.search(r"^tables .*, (\d+) pages, checksum (0x\w+)$", outcome.log, re.M)
    said = outcome.data["gdb"]
    assert f"tables      {told[1]} pages; the kernel had {told[1]}\n" in said, said
    assert f"checksum    {told[2]}, as it was at the start\n" in said, said
