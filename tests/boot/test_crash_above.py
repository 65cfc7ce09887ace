"""A dump of a machine with memory above 4 GiB: ELF64 headers, and Linux writes all of it.

Most of the machine's address space is empty: these tests are about its memory above 4 GiB.
"""
import re
import subprocess

import images
import pytest
import vmcore
from captured import (MEMORY, MIB, USUAL_MEMORY, Captured, assert_backtrace,
                      assert_saved)
from unchanged import HIGH, LOW, assert_unchanged

UPPER = 64                          # MiB
NO_VA = (1 << 64) - 1

# Written there before the machine starts: at the beginning, across pages, at the end.
SIZE = 70_001
PLANTED = [HIGH, HIGH + 33 * MIB + 0x123, HIGH + UPPER * MIB - SIZE]


def plant():
    for at in PLANTED:
        yield from ("-device", f"loader,file={images.blob(SIZE)},addr={at:#x},force-raw=on")


def above(linux, **settings):
    lower = MEMORY.get(linux, USUAL_MEMORY)
    return Captured(linux, "pae", "divide", words="fault=divide", high=UPPER,
                    name=f"above-4g-{linux}", machine=f"pc,max-ram-below-4g={lower}M",
                    extra=tuple(plant()), **settings)


JOBS = [pytest.param(job, id=job.linux) for job in (
    above("686-pae", cpu="pentium3"),           # qemu32 has 32 address lines
    above("amd64"))]


@pytest.mark.parametrize("job", JOBS)
def test_linux_saves_what_lies_above_4_gib(job, outcome):
    assert_saved(outcome)
    core = vmcore.of_file(outcome.data["core"])
    start, end = re.search(r"^crashkernel +(0x\w+) to (0x\w+),", outcome.log, re.M).groups()
    assert core.wide
    assert [(load.pa, load.pa + load.size) for load in core.loads[:2]] == [
        (0, LOW), (0x100000, int(start, 16))]
    high = [load for load in core.loads if load.pa >= HIGH]
    assert [(load.pa, load.size, load.va) for load in high] == [(HIGH, UPPER * MIB, NO_VA)]
    with open(images.blob(SIZE), "rb") as f:
        planted = f.read()
    for at in PLANTED:
        assert core.read(at, SIZE) == planted, hex(at)
    assert_unchanged(core, outcome.data["fault"], outcome.data["high"])


@pytest.mark.parametrize("job", JOBS)
def test_readelf_and_gdb_take_it(job, outcome):
    assert_saved(outcome)
    done = subprocess.run(["readelf", "-W", "-h", "-l", "-n", outcome.data["core"]],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and not done.stderr, done.stderr
    for pattern in (r"^ +Class: +ELF64$", r"^ +Type: +CORE ", r"^ +Machine: +Intel 80386$",
                    r"^ +LOAD +0x\w+ 0xf{16} 0x0000000100000000 0x4000000 0x4000000 RWE",
                    r"^ +CORE +0x00000090\tNT_PRSTATUS ", r"^ +VMCOREINFO "):
        assert len(re.findall(pattern, done.stdout, re.M)) == 1, (pattern, done.stdout)
    said = assert_backtrace(outcome.data["core"],
                            ["divide", "fault_raise", "hand_over", "kernel_main"], "live-tables")
    checksum = re.search(r"^tables .*checksum (0x\w+)$", outcome.log, re.M)[1]
    assert f"checksum    {checksum}, as it was at the start\n" in said, said
