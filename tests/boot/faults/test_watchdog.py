"""watchdog=ib700: an NMI ends a kernel that hangs.

It does not fire at a kernel that waits, that loads for a long time, or that has halted on purpose,
nor in the next kernel.
"""
import time
from dataclasses import replace

import images
import payloads
import pytest
from machine import PASSED, Machine, run
from typist import sessions, shell

DEVICE = ("-device", "ib700", "-action", "watchdog=inject-nmi")
WORDS = "crashkernel=16M crash=1 watchdog=ib700"
LONGER = 12                         # seconds: it fires after ten
NMI = "^exception +vector 2, NMI"


class Hangs:
    """The whole path: hang, NMI, capture kernel."""

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


def stays(name, words="", modules=(), memory="40M"):
    return shell(f"watchdog-{name}", f"crashkernel=16M watchdog=ib700 {words}",
                 (payloads.capture_kernel(stays=True), *modules), memory=memory, extra=DEVICE)


def assert_left_alone(t):
    time.sleep(LONGER)
    t.qmp.command("query-status")   # after it, all earlier events have been read
    assert "WATCHDOG" not in [name for name, _ in t.qmp.events]


@sessions(stays("crash"))
def test_a_shell_that_waits_and_a_capture_kernel_are_left_alone(t):
    t.prompt()
    t.ask("load -p")
    assert_left_alone(t)
    assert [line for line in t.ask("status") if line.startswith("crash ")]
    t.send("crash\r")
    t.expect(payloads.CAPTURED)
    assert_left_alone(t)


@sessions(stays("exec", modules=(images.sparse(128 << 20),), memory="192M"))
def test_a_long_load_and_the_next_kernel_are_left_alone(t):
    """The SHA-256 of 128 MiB takes longer than ten seconds here."""
    t.prompt()
    t.send("load verify=on\r")
    t.expect(r"verify +SHA-256 of .* is compared[^\n]*\n", timeout=200)
    t.prompt()
    t.ask("load 1")
    t.send("exec\r")
    t.expect(payloads.CAPTURED)
    assert_left_alone(t)


@sessions(replace(stays("halt"), append=f"{WORDS} fault=divid"))
def test_a_halt_is_left_alone(t):
    t.expect("fault= names no kind of fault")
    assert_left_alone(t)
