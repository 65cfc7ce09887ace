"""crashkernel= by the machine's memory: one command line for all machines, with crash= in it.

Where the ranges keep no memory, the payload starts nevertheless, as Linux boots without a capture
kernel.
"""
import re

import payloads
import pytest
from machine import Machine, run

WORDS = "root=/dev/hda1 ro"
README = "crashkernel=512M-2G:64M,2G-:128M"


class Ranges:
    """A judge and a capture kernel, with these options of Baton."""

    def __init__(self, name, memory, words, kept=None, said=()):
        self.name, self.memory, self.words = f"crash-ranges-{name}", memory, words
        self.kept, self.said = kept, said

    def run(self):
        return run(Machine(self.name, memory=self.memory, kernel=payloads.BATON, timeout=60,
                           append=f"{self.words} crash=2 exitport=0xf4",
                           modules=(f"{payloads.judge('linux')} {WORDS}",
                                    payloads.capture_kernel())))


NO_CAPTURE = r"^crash +no capture kernel: crashkernel= keeps no memory on this machine$"
OUTSIDE = (r"^crashkernel +no range contains this machine's memory, rounded up to %s: "
           "no memory is kept$")
ZERO = r"^crashkernel +the size is 0: no memory is kept$"


@pytest.mark.quick
@pytest.mark.parametrize("job", [pytest.param(job, id=job.name) for job in (
    Ranges("small", "256M", README, None, (OUTSIDE % "256 MiB", NO_CAPTURE)),
    Ranges("named", "512M", README, "64 MiB"),
    Ranges("large", "2G", README, "128 MiB"),
    Ranges("bounded", "512M", "crashkernel=128M-512M:64M", None,
           (OUTSIDE % "512 MiB", NO_CAPTURE)),
    Ranges("zero", "256M", "crashkernel=0M", None, (ZERO, NO_CAPTURE)),
    Ranges("zero-range", "256M", "crashkernel=0-:0M", None, (ZERO, NO_CAPTURE)))])
def test_ranges_use_the_installed_memory(job, outcome):
    payloads.assert_judged_well(outcome, WORDS)     # what crash= names is no initrd
    assert not outcome.lines("^ignored "), outcome.story()
    kept = [line for line in outcome.lines("^crashkernel ") if "kept for a capture kernel" in line]
    assert [re.search(r", (\d+ MiB), kept", line)[1] for line in kept] == \
        ([job.kept] if job.kept else []), outcome.story()
    assert bool(job.kept) == bool(outcome.lines("^crash +Linux judge, .*staged at")), outcome.story()
    for pattern in job.said:
        assert len(outcome.lines(pattern)) == 1, outcome.story()
