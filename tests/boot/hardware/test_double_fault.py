"""A double fault during the switch from the boot tables to the live ones is reported as any other.

Its task loads its own CR3, which must fit the CPU's paging mode: a CPU in PAE mode cannot use
legacy tables.
"""
import re

import payloads
import pytest
from debugger import Debugger
from elf32 import Elf32
from machine import PANICKED, Machine

NOWHERE = 0x80000000                # not mapped in any of the tables
SYMBOLS = Elf32(payloads.BATON).symbols


class Window:
    """The stack and the code become unmapped `steps` instructions after a symbol."""

    def __init__(self, at, steps, paging="pae"):
        self.at, self.steps, self.paging = at, steps, paging
        self.name = f"double-fault-{at}-{steps}-{paging}"

    def run(self):
        machine = Machine(self.name, cpu="pentium3", memory="32M", kernel=payloads.BATON,
                          append=f"paging={self.paging} exitport=0xf4",
                          modules=(payloads.judge("tiny"),))
        with Debugger(machine) as d:
            d.go_to(SYMBOLS[self.at])
            for _ in range(self.steps):
                d.step()
            cr3 = d.registers()["CR3"]
            d.set_register("esp", NOWHERE)
            d.set_register("eip", NOWHERE)
            result = d.end()
        result.data["cr3"] = cr3
        return result


@pytest.mark.quick
@pytest.mark.parametrize("job", [pytest.param(job, id=job.name.removeprefix("double-fault-")) for job in (
    Window("paging_switch", 0),                 # the boot tables
    Window("paging_switched", 0),               # the tables for the switch
    Window("paging_switched", 2),               # the live ones
    Window("live_checksum", 0),
    Window("live_checksum", 0, "legacy"))])
def test_it_is_told_wherever_it_comes(job, outcome):
    assert outcome.status == PANICKED, outcome.story()
    told = outcome.lines("^exception")
    assert len(told) == 1 and f"vector 8, double fault, at {NOWHERE:#010x}" in told[0], outcome.story()
    cr3 = int(re.search(r" cr3 (0x\w+)", outcome.log)[1], 16)
    if job.at != "paging_switched" or job.steps:        # the tables for the switch are replaced
        assert cr3 == outcome.data["cr3"], outcome.story()
