"""After the write to the exit port the CPU waits: an emulator may let it run for a while before it
ends (QEMU 10 does), and would cut off a line that the kernel starts then.

Tested with a port that has no device, so that the kernel continues afterwards with onfault=.
"""
import os
from dataclasses import replace

import payloads
import pytest
from elf32 import Elf32
from layouts import watch
from machine import BUILD, COUNTING, POWERED_OFF, Machine, run

PLUGIN = os.path.join(BUILD, "tests", "boot", "storewatch.so")
NOTHING_THERE = "0xf8"


class Wait:
    """The instructions from stop() to the line that reports onfault=."""

    def __init__(self, words):
        self.words, self.name = words, f"exit-port-{words}"

    def run(self):
        symbols = Elf32(payloads.BATON).symbols
        machine = Machine(self.name, memory="24M", kernel=payloads.BATON, timeout=60,
                          append=f"{self.words} onfault=reset exitport={NOTHING_THERE}")
        out = os.path.join(machine.folder(), "watch")
        result = run(replace(machine, extra=(
            *COUNTING, "-plugin", f"{PLUGIN},start={symbols['stop']:#x},"
                                  f"stop={symbols['report']:#x},out={out}")))
        result.data["watch"] = watch.read(out)
        return result


@pytest.mark.quick
@pytest.mark.parametrize("job", [pytest.param(Wait(words), id=words.replace("=", "-"))
                                 for words in ("fault=panic", "fault=divide", "place=none")])
def test_the_cpu_waits_for_the_end(job, outcome):
    assert outcome.status == POWERED_OFF, outcome.story()
    assert outcome.data["watch"].end == "stop", outcome.story()
    assert outcome.data["watch"].instructions > 1000000, outcome.story()
