"""Baton built by other compilers (builds.txt): it hands over, and crashes into a capture kernel."""
import os

import payloads
import pytest
import table
from elf32 import Elf32
from machine import BUILD, PASSED, Machine, run

BUILDS = {row["name"]: row["cpu"] for row in table.read("hardware/builds.txt")}


class Built:
    """One boot of one build: `words` are Baton's."""

    def __init__(self, build, what, words, module):
        self.build, self.words, self.module = build, words, module
        self.name = f"build-{build}-{what}"
        self.kernel = os.path.join(BUILD, "builds", build, "baton.elf")

    def run(self):
        return run(Machine(self.name, memory="40M", cpu=BUILDS[self.build], kernel=self.kernel, timeout=60,
                           append=f"{self.words} exitport=0xf4", modules=(self.module(),)))


def cases(what, words, module):
    return [pytest.param(Built(build, what, words, module), id=f"{build}-{what}")
            for build in BUILDS]


def judge():
    return f"{payloads.judge('shuffle')} of {len(BUILDS)}"


@pytest.mark.parametrize("job", [*cases("pae", "paging=pae", judge),
                                 *cases("legacy", "paging=legacy place=all", judge)])
def test_it_hands_over(job, outcome):
    payloads.assert_judged_well(outcome, f"of {len(BUILDS)}")


@pytest.mark.parametrize("job", cases("crash", "crashkernel=16M crash=1 fault=bound",
                                      payloads.capture_kernel))
def test_it_crashes_into_a_capture_kernel(job, outcome):
    """By the instruction that has different names in the compilers' assemblers."""
    assert outcome.status == PASSED, outcome.story()
    assert outcome.lines(r"^exception +vector 5,"), outcome.story()


@pytest.mark.parametrize("build", BUILDS)
def test_it_is_another_build(build):
    """It is not the same binary under another name."""
    other = Elf32(os.path.join(BUILD, "builds", build, "baton.elf"))
    assert other.symbols != Elf32(payloads.BATON).symbols
