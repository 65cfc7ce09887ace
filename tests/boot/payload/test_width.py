"""Kernels that do not say whether they are 64-bit kernels: boot protocol 2.05 to 2.11.

A 64-bit kernel writes to memory after its file from its first instructions on, so the initrd must
not be there.
"""
import re

import images
import payloads
import pytest
from machine import PASSED, REFUSED, Machine, run

INIT_SIZE = 1 << 20
EFER = bytes((0xb9, 0x80, 0, 0, 0xc0, 0x0f, 0x32))      # mov $0xc0000080,%ecx; rdmsr
ENTRY = 5 * 512


class Old:
    """A kernel of this protocol that does not say it, and passes. wide: its code reads EFER, but
    does not run there."""

    def __init__(self, name, version, cpu="pentium3", wide=False, emulator="i386", place="none"):
        self.name, self.version, self.cpu = f"width-{name}", version, cpu
        self.wide, self.emulator, self.place = wide, emulator, place

    def kernel(self):
        end = 0x268 if self.version >= 0x020b else 0x264 if self.version == 0x020a else 0x238
        path = payloads.capture_kernel(version=self.version, jump=0xeb | (end - 0x202) << 8,
                                       init_size=INIT_SIZE)
        with open(path, "rb") as f:
            data = bytearray(f.read())
        if self.wide:
            data[ENTRY + 0x180:ENTRY + 0x180 + len(EFER)] = EFER
        return images.bytes_file(bytes(data), "old.bz")

    def run(self):
        return run(Machine(self.name, cpu=self.cpu, emulator=self.emulator, memory="40M", timeout=60,
                           kernel=payloads.BATON,
                           append=f"place={self.place} exitport=0xf4",
                           modules=(self.kernel(), payloads.initrd("300K"))))


def places(outcome):
    """The start of the kernel and of the initrd."""
    kernel = int(outcome.lines("^hand-off +to ")[0].split()[2].rstrip(","), 16)
    return kernel, int(re.search(r"(0x\w+)$", outcome.lines("^initrd ")[0].rstrip())[1], 16)


@pytest.mark.quick
@pytest.mark.parametrize("job", [pytest.param(job, id=job.name.removeprefix("width-")) for job in (
    Old("2.10", 0x020a), Old("2.11", 0x020b), Old("2.11-auto", 0x020b, place="auto"),
    Old("wide", 0x020b, "max", True, "x86_64"))])
def test_nothing_lies_where_a_64_bit_kernel_would_write(job, outcome):
    assert outcome.status == PASSED, outcome.story()
    kernel, initrd = places(outcome)
    assert not kernel <= initrd < kernel + INIT_SIZE, outcome.story()
    assert bool(outcome.lines("^width +this kernel does not say ")) != job.wide, outcome.story()


@pytest.mark.quick
@pytest.mark.parametrize("job", [pytest.param(Old("wide-32", 0x020b, wide=True), id="wide-32")])
def test_a_cpu_without_long_mode_gets_no_64_bit_kernel(job, outcome):
    payloads.assert_refused(outcome, "long mode")
    assert outcome.status == REFUSED
