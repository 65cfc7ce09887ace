"""More memory than the direct map covers: the live tables are above it, and windows may be open.

There is no Linux: the file offsets in the core's headers are physical addresses, so a snapshot of
the memory, with the headers at its start, is the core file.
"""
import os
import re
import subprocess
from functools import partial

import joblist
import payloads
import pytest
import vmcore
from machine import ROOT, Result, read_log
from typist import Typist, shell

DIRECT_MAX = 768 << 20              # kernel/machine/layout.h
MEMORY = 770 << 20
HEADERS = 4 * 4096                  # BATON_CRASH_HEADERS, baton/crash.h
NO_VA = 0xffffffff


class High:
    """.data: the core, what gdb said. typed: before the crash."""

    def __init__(self, paging, typed, name):
        self.paging, self.typed = paging, typed
        self.machine = shell(f"crash-high-{name}-{paging}", f"paging={paging} crashkernel=16M",
                             (payloads.capture_kernel(stays=True),), memory=f"{MEMORY >> 20}M")
        self.name = self.machine.name

    def run(self):
        path = os.path.join(self.machine.folder(), "core")
        with Typist(self.machine) as t:
            t.prompt()
            for line in ("load -p", *self.typed):
                t.ask(line)
            t.send("crash\r")
            t.expect(payloads.CAPTURED)
            t.qmp.command("pmemsave", val=0, size=MEMORY, filename=path)
        result = Result(self.machine, "until", read_log(self.machine.log()), 0)
        try:
            headers = int(re.search(r"core headers at (0x\w+);", result.log)[1], 16)
            with open(path, "r+b") as f:
                f.seek(headers)
                data = f.read(HEADERS)
                f.seek(0)
                f.write(data)
            core = vmcore.of_file(path)
            done = subprocess.run(["gdb", "-nx", "-batch", "-x",
                                   os.path.join(ROOT, "iso", "crash.gdb"), "-ex", "backtrace",
                                   "-ex", "live-tables", payloads.BATON, path],
                                  capture_output=True, text=True, timeout=120)
            result.data = {"loads": core.loads, "gdb": done.stdout + done.stderr}
        finally:
            os.remove(path)
        return result


CLOSED = [High(paging, (), "closed") for paging in ("pae", "legacy")]
OPEN = [High(paging, ("peek 0x30080000 16 physical",), "open") for paging in ("pae", "legacy")]


cases = partial(joblist.cases, "shell-crash-high-")


@pytest.mark.parametrize("job", cases(*CLOSED, *OPEN))
def test_gdb_computes_the_same_checksum_as_the_kernel(job, outcome):
    root, checksum = re.search(r"root (0x\w+), .*checksum (0x\w+)", outcome.log).groups()
    said = outcome.data["gdb"]
    assert int(root, 16) >= DIRECT_MAX
    assert f"root {root}\n" in said, said
    assert f"checksum    {checksum}, as it was at the start\n" in said, said


@pytest.mark.parametrize("job", cases(*OPEN))
def test_open_windows_are_reported(job, outcome):
    assert re.search(r"^windows +\d+ open at the crash; the checksum is as if closed$",
                     outcome.data["gdb"], re.M), outcome.data["gdb"]


@pytest.mark.parametrize("job", cases(*CLOSED))
def test_what_is_above_the_direct_map_has_no_linear_address(job, outcome):
    high = [load for load in outcome.data["loads"] if load.pa >= DIRECT_MAX]
    assert len(high) == 1 and high[0].pa == DIRECT_MAX and high[0].va == NO_VA
    assert "windows " not in outcome.data["gdb"], outcome.data["gdb"]
    assert "command_crash" in outcome.data["gdb"], outcome.data["gdb"]
