"""A dump of a machine with memory above 4 GiB: ELF64 headers, and Linux writes all of it.

The machines are those of test_crash_linux.py that have such memory.
"""
import re
import subprocess

import planted
import pytest
import vmcore
from captured import MIB, assert_saved
from test_crash_linux import JOBS
from unchanged import HIGH

NO_VA = (1 << 64) - 1

HIGH_JOBS = [job for job in JOBS if job.values[0].high]
assert len(HIGH_JOBS) == 2          # an i386 and an amd64 Linux


@pytest.mark.parametrize("job", HIGH_JOBS)
def test_linux_saves_what_lies_above_4_gib(job, outcome):
    assert_saved(outcome)
    core = vmcore.of_file(outcome.data["core"])
    high = [load for load in core.loads if load.pa >= HIGH]
    assert [(load.pa, load.size, load.va) for load in high] == [(HIGH, planted.UPPER * MIB, NO_VA)]
    for at in planted.PLACES:
        assert core.read(at, planted.SIZE) == planted.content(), hex(at)


@pytest.mark.parametrize("job", HIGH_JOBS)
def test_readelf_takes_it(job, outcome):
    assert_saved(outcome)
    done = subprocess.run(["readelf", "-W", "-h", "-l", "-n", outcome.data["core"]],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and not done.stderr, done.stderr
    for pattern in (r"^ +Class: +ELF64$", r"^ +Type: +CORE ", r"^ +Machine: +Intel 80386$",
                    r"^ +LOAD +0x\w+ 0xf{16} 0x0000000100000000 0x4000000 0x4000000 RWE",
                    r"^ +CORE +0x00000090\tNT_PRSTATUS ", r"^ +VMCOREINFO "):
        assert len(re.findall(pattern, done.stdout, re.M)) == 1, (pattern, done.stdout)
