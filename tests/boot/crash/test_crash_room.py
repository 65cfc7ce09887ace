"""A region that is too small for the capture kernel: it is reported at the load, with a suggested
crashkernel=; and the suggestion is enough for a dump (of the machines of test_crash_linux.py).
"""
import os
import re

import payloads
import pytest
from captured import WORDS, assert_saved
from machine import BUILD, Machine, run
from test_crash_linux import JOBS
from typist import sessions, shell

ROOM = (r"^room +\S+ MiB may be too little at a crash: the kernel unpacks into (\S+) MiB, the initrd "
        r"takes (\S+) MiB and (\S+) MiB unpacked, Linux about (\S+) MiB more, Baton (\S+) MiB, in "
        r"all (\S+) MiB; boot Baton with crashkernel=(\d+)M$")
MOST = {"amd64": 96}                # MiB: much less than the usual region
USUAL_MOST = 64


@pytest.mark.parametrize("job", [job for job in JOBS if job.values[0].as_told])
def test_the_suggested_region_is_enough(job, outcome):
    assert_saved(outcome)
    assert not outcome.lines("^room"), outcome.story()
    assert int(job.region.rstrip("M")) <= MOST.get(job.linux, USUAL_MOST)


class Staged:
    """Debian's 686-pae, staged in a region of this size, with an initrd."""

    def __init__(self, region, paging):
        self.region, self.paging, self.linux = region, paging, "686-pae"
        self.name = f"room-staged-{region}-{paging}"

    def run(self):
        return run(Machine(self.name, memory="128M", kernel=payloads.BATON, timeout=60,
                           append=f"paging={self.paging} crashkernel={self.region} crash=1,2 "
                                  "shell exitport=0xf4",
                           until="^baton> ", modules=(
                               f"{payloads.linux(self.linux)} {WORDS}",
                               os.path.join(BUILD, f"capture-{self.linux}.gz"))))


def cases(*regions):
    return [pytest.param(Staged(region, paging), id=f"{region}-{paging}")
            for region in regions for paging in ("pae", "legacy")]


@pytest.mark.parametrize("job", cases("36M", "40M"))
def test_a_region_that_may_be_too_small_is_reported(job, outcome):
    line, = outcome.lines("^room")
    *parts, whole, _ = map(float, re.search(ROOM, line).groups())
    with open(payloads.linux(job.linux), "rb") as f:
        header = f.read(0x264)
    with open(os.path.join(BUILD, f"capture-{job.linux}.gz"), "rb") as f:
        initrd = f.read()
    size = int.from_bytes(header[0x260:0x264], "little")    # init_size [LBP]
    unpacked = int.from_bytes(initrd[-4:], "little")        # [RFC 1952]
    for said, bytes_ in zip(parts, (size, len(initrd), unpacked)):
        assert abs(said - bytes_ / (1 << 20)) < 0.11, line
    assert abs(sum(parts) - whole) < 0.6 and whole > float(job.region.rstrip("M")), line
    assert re.search(r"crashkernel=48M$", line), line


@pytest.mark.parametrize("job", cases("48M", "64M"))
def test_a_region_that_is_enough_is_not_reported(job, outcome):
    assert outcome.lines("^crash +Linux .* staged at"), outcome.story()
    assert not outcome.lines("^room"), outcome.story()


# ---- in the shell

@sessions(shell("room", "crashkernel=16M", (payloads.capture_kernel(init_size=12 << 20),
                                            payloads.capture_kernel()), memory="48M"), quick=True)
def test_load_and_status_report_it(t):
    t.prompt()
    t.ask("more off")
    for command in ("load -p 1", "status"):
        said = [line for line in t.ask(command) if line.startswith("room ")]
        assert len(said) == 1 and said[0].endswith("boot Baton with crashkernel=32M"), said
    assert not [line for line in t.ask("load -p 2") if line.startswith(("room", "refused"))]
