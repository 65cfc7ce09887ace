"""watchdog=ib700: a kernel that hangs dies of an NMI; one that waits, and the next kernel, do not."""
import time

import payloads
import pytest
from machine import PASSED, Machine, run
from typist import Typist, sessions, shell

DEVICE = ("-device", "ib700", "-action", "watchdog=inject-nmi")
WORDS = "crashkernel=16M crash=1 watchdog=ib700"
LONGER = 12                         # seconds: it bites after ten
NMI = "^exception +vector 2, NMI"


class Hangs:
    """The whole way: hang, NMI, capture kernel."""

    def __init__(self, cpu):
        self.cpu, self.name = cpu, f"watchdog-hang-{cpu}"

    def run(self):
        return run(Machine(self.name, cpu=self.cpu, memory="40M", kernel=payloads.BATON, timeout=60,
                           append=f"{WORDS} fault=hang exitport=0xf4", extra=DEVICE,
                           modules=(payloads.capture_kernel(),)))


@pytest.mark.parametrize("job", [pytest.param(Hangs(cpu), id=cpu)
                                 for cpu in ("pentium3", "pentium3,-apic")])
def test_a_kernel_that_hangs_gets_to_its_capture_kernel(job, outcome):
    assert outcome.status == PASSED, outcome.story()
    assert len(outcome.lines("^watchdog +IB700: an NMI when Baton hangs for 10 seconds")) == 1
    said = outcome.lines(NMI)
    assert len(said) == 1 and ", hang + " in said[0], outcome.story()


@sessions(shell("watchdog-shell", "crashkernel=16M watchdog=ib700",
                (payloads.capture_kernel(stays=True),), memory="40M", extra=DEVICE))
def test_a_shell_that_waits_and_a_capture_kernel_are_left_alone(t):
    t.prompt()
    t.ask("load -p")
    time.sleep(LONGER)
    assert [line for line in t.ask("status") if line.startswith("crash ")]
    t.send("crash\r")
    t.expect(payloads.CAPTURED)
    time.sleep(LONGER)
    t.qmp.command("query-status")   # whatever has happened until now has been read then
    assert "WATCHDOG" not in [name for name, _ in t.qmp.events]
