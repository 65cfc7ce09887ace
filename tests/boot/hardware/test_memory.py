"""How little memory Baton needs in addition to its payload.

Debian's 686 kernel with the demo's initrd, in the same machine with MEMORY: GRUB's own loader
cannot start it, but Baton can. So Baton does not need more memory than GRUB alone.
"""
import images
import payloads
import pytest
from machine import Machine, run

MEMORY = "36M"      # measured with Linux 6.1: GRUB alone 40 MiB, through Baton 33
WORDS = f"console=ttyS0 quiet panic=-1 {payloads.IN_QEMU} baton.test"
LINUX = "686"
KERNEL = payloads.linux(LINUX)


class Little:
    def __init__(self, name, iso):
        self.name, self.iso, self.linux = f"memory-{name}", iso, LINUX

    def run(self):
        return run(Machine(self.name, cpu="pentium3", memory=MEMORY, iso=self.iso(), timeout=120))


def through_grub():
    return images.linux_iso(KERNEL, f"{WORDS}=direct", payloads.initrd("demo"))


def through_baton():
    return images.baton_iso(payloads.BATON, "exitport=0xf4",
                            [(KERNEL, WORDS), (payloads.initrd("demo"), "")])


@pytest.mark.parametrize("job", [pytest.param(Little("baton", through_baton), id="baton")])
def test_linux_comes_up_through_baton(job, outcome):
    payloads.assert_linux_well(outcome, WORDS)


@pytest.mark.parametrize("job", [pytest.param(Little("grub", through_grub), id="grub")])
def test_linux_does_not_come_up_through_grub_alone(job, outcome):
    assert "BATON-VERDICT pass" not in outcome.log, outcome.story()
    assert "Kernel panic" in outcome.log, outcome.story()
