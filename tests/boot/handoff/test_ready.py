"""A host that is not ready: it gets a sentence where the machine would have died without a word."""
import os

import payloads
import pytest
from debugger import Debugger
from elf32 import Elf32
from machine import BUILD, REFUSED, Machine

EMBED = os.path.join(BUILD, "examples", "embed.elf")
HLT_OF_ZEROS = bytes(16)        # what a host that has cleared the page by mistake leaves


class Wiped:
    """The example kernel, whose trampoline's page is overwritten at some place of the road."""

    def __init__(self, name, at):
        self.name, self.at = f"ready-{name}", at

    def run(self):
        symbols = Elf32(EMBED).symbols
        machine = Machine(self.name, memory="64M", kernel=EMBED, timeout=60,
                          modules=(payloads.judge("low"),))
        with Debugger(machine) as d:
            d.go_to(symbols[self.at])
            d.write_physical(symbols["baton_trampoline_page"] + 0x40, HLT_OF_ZEROS)
            return d.end()


@pytest.mark.quick
@pytest.mark.parametrize("job, said", [
    pytest.param(Wiped("load", "baton_load"), "is not the trampoline as it was linked", id="load"),
    pytest.param(Wiped("ready", "baton_ready"), "is not as it was linked any more", id="ready")])
def test_a_damaged_trampoline_is_named(job, said, outcome):
    assert outcome.status == REFUSED, outcome.story()
    line, = outcome.lines("^embed: the host kernel breaks the contract of baton.h: ")
    assert said in line, line
