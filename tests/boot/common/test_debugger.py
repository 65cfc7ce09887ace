"""The debugger's steps, with a QEMU that is imitated: at its own interrupts the real one reports a
step in which the CPU has executed nothing.
"""
import pytest
from debugger import INTERRUPTED, REGISTERS, REP_SIZE, Gdb
from machine import Machine

pytestmark = pytest.mark.quick
START = 0x1000
NAMES, SIZE = REGISTERS["i386"]


class Imitation(Gdb):
    """A CPU with one instruction; the first `idle` steps do nothing, the last one sets registers."""

    def __init__(self, idle, code=0x90, **after):
        self.machine = Machine("imitation")
        self.registers, self.after = {name: 0 for name in NAMES} | {"eip": START}, after
        self.idle, self.code, self.steps, self.ran_to = idle, code, 0, []

    def packet(self, text, answer=True):
        if text == "g":
            return "".join(self.registers[name].to_bytes(SIZE, "little").hex() for name in NAMES)
        if text.startswith("m"):
            return f"{self.code:02x}"
        assert text == "s"
        self.steps += 1
        if self.steps > self.idle:
            self.registers |= self.after
        return "T05"

    def go_to(self, address):
        self.ran_to.append(address)
        self.registers["eip"] = address


@pytest.mark.parametrize("idle", [0, 1, INTERRUPTED - 1])
def test_a_step_that_has_executed_nothing_is_tried_again(idle):
    gdb = Imitation(idle, eip=START + 1)
    gdb.step()
    assert (gdb.eip(), gdb.steps, gdb.ran_to) == (START + 1, idle + 1, [])


def test_an_instruction_that_stays_at_its_address_is_executed_once():
    gdb = Imitation(0, ecx=7)
    gdb.step()
    assert gdb.steps == 1


def test_a_repeated_instruction_runs_to_its_end():
    gdb = Imitation(0, code=0xf3, ecx=7)
    gdb.step()
    assert (gdb.steps, gdb.ran_to) == (1, [START + REP_SIZE])


def test_a_cpu_that_executes_nothing_at_all_is_an_error():
    with pytest.raises(AssertionError, match=f"{INTERRUPTED} steps at 0x1000 changed no register"):
        Imitation(INTERRUPTED).step()
