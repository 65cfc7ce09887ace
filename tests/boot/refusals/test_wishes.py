"""A kernel's preferences and needs: if a preference cannot be met, Baton uses less and reports it.

A kernel that does not say how much memory it unpacks into gets what fits; Debian's accepts a lower
alignment than it prefers.
"""
import re

import payloads
import pytest
from machine import Machine, run

CPU = {"pae": "pentium3", "legacy": "pentium"}
WORDS = "root=/dev/hda1 ro"


class Growth:
    """A judge of 3.7 MiB that does not say how much it unpacks into."""

    def __init__(self, name, memory, said, lies="", initrd="-", words="", kind="pae"):
        self.name, self.memory, self.said, self.lies = f"growth-{name}", memory, said, lies
        self.initrd, self.words, self.kind = payloads.initrd(initrd), words, kind

    def run(self):
        words = f"exitport=0xf4 paging={self.kind} {self.words}".strip()
        modules = (f"{payloads.judge('linux209')} {WORDS}",)
        modules += (self.initrd,) if self.initrd else ()
        if self.lies:
            return run(Machine(self.name, cpu=CPU[self.kind], memory=self.memory, timeout=60,
                               kernel=payloads.LIAR, append=self.lies,
                               modules=(f"{payloads.BATON} {words}",) + modules))
        return run(Machine(self.name, cpu=CPU[self.kind], memory=self.memory, timeout=60,
                           kernel=payloads.BATON, append=words, modules=modules))


@pytest.mark.parametrize("job", [pytest.param(job, id=job.name, marks=marks) for job, marks in (
    (Growth("fits", "64M", None), ()),
    (Growth("16M", "16M", r"3\.[0-9]"), [pytest.mark.quick]),
    (Growth("16M-legacy", "16M", r"3\.[0-9]", kind="legacy", words="place=all verify=on"), ()),
    (Growth("16M-initrd", "16M", r"1\.[0-9]", initrd="4M"), ()),
    (Growth("10M", "10M", r"1\.[0-9]"), ()),
    (Growth("hole", "64M", r"3\.[0-9]", lies="map=hole15 move=0x1800000"), ()))])
def test_a_guess_gives_way(job, outcome):
    """It starts where it fits; less than four times its file size is reported."""
    payloads.assert_judged_well(outcome, WORDS, job.initrd)
    said = outcome.lines("does not say how much memory it unpacks into")
    assert len(said) == (1 if job.said else 0), outcome.story()
    assert not job.said or re.search(rf"; {job.said} times its file fits here$", said[0]), \
        outcome.story()


class Aligned:
    """Debian's kernel prefers a multiple of 16 MiB, and accepts 8 KiB [LBP min_alignment]."""

    linux = "686"
    name = "alignment-lowered"

    def run(self):
        return run(Machine(self.name, cpu="pentium3", memory="48M", timeout=120,
                           kernel=payloads.LIAR, append="map=hole16 move=0x200000",
                           modules=(f"{payloads.BATON} exitport=0xf4",
                                    f"{payloads.linux(self.linux)} {payloads.LINUX_WORDS}",
                                    payloads.initrd("demo"))))


@pytest.mark.parametrize("job", [Aligned()])
def test_a_lower_alignment_is_taken(job, outcome):
    """There is no room at 16 or 32 MiB: it runs at 24 MiB, with an alignment of 8 MiB."""
    payloads.assert_linux_well(outcome, payloads.LINUX_WORDS)
    assert outcome.lines(r"^alignment\s+8 MiB: no place fits that is aligned to the 16 MiB "), \
        outcome.story()
    at = int(outcome.lines("^hand-off")[0].split()[-1], 16)
    assert 24 << 20 >= at > (24 << 20) - 4096, outcome.story()
