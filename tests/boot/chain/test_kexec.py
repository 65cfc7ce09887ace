"""Linux is Baton's boot loader: kexec-tools loads Baton as a multiboot kernel, with its payload and
an initrd as modules, and the system call kexec starts it. Baton hands over to a judge, or to Linux
again: a chain of three kernels. And Linux is Baton's payload, and starts a Linux in its turn.
"""
import hashlib

import firstlinux
import images
import payloads
import pytest
from joblist import cases
from machine import POWERED_OFF, Machine, run


class Chain:
    def __init__(self, payload, initrd, linux, options=""):
        self.name, self.linux, self.payload = f"kexec-{payload}", linux, payload
        self.initrd = payloads.initrd(initrd)
        self.words = payloads.LINUX_WORDS if payload.startswith("linux-") else "after Linux"
        self.options = f"{options} exitport=0xf4".strip()

    def run(self):
        load = (f'-t multiboot-x86 --load /baton.elf --command-line="{self.options}" '
                f'--module="/payload {self.words}" --module=/initrd')
        files = {"baton.elf": payloads.BATON, "initrd": self.initrd,
                 "payload": payloads.path(self.payload)}
        return run(firstlinux.machine(self.name, self.linux, load, files))


@pytest.mark.parametrize("job", cases("kexec-", Chain("judge-shuffle", "300K", "686", "place=all"),
                                      Chain("linux-686-pae", "demo", "686-pae")))
def test_linux_starts_baton(job, outcome):
    firstlinux.assert_started(outcome)
    assert len(outcome.lines("^Baton .* loaded by kexec ")) == 1, outcome.story()
    if job.payload.startswith("linux-"):
        payloads.assert_linux_well(outcome, job.words)
        assert len(outcome.lines("^test record loader kexec ")) == 1, outcome.story()
    else:
        payloads.assert_judged_well(outcome, job.words, job.initrd)


class Onward:
    """Baton, Linux, kexec, Linux."""

    def __init__(self, linux, tables):
        self.name, self.linux, self.tables = f"kexec-onward-{tables}", linux, tables
        self.file = images.blob(100000)

    def run(self):
        initrd = firstlinux.initrd(
            f'--load /kernel --initrd=/last --append="console=ttyS0 quiet {payloads.IN_QEMU} last"',
            {"kernel": payloads.linux(self.linux), "last": firstlinux.last_initrd(self.file)})
        words = f"console=ttyS0 quiet {payloads.IN_QEMU}"
        return run(Machine(self.name, cpu="pentium3", memory="128M", kernel=payloads.BATON, timeout=200,
                           append=f"paging={self.tables} exitport=0xf4",
                           modules=(f"{payloads.linux(self.linux)} {words}", initrd)))


def told(outcome, which):
    """The memory map. kexec-tools leaves out the first KiB, the BIOS's vectors."""
    return sorted(line.removeprefix(f"{which} ").replace("map 0x400 ", "map 0x0 ")
                  for line in outcome.lines(f"^{which} map "))


@pytest.mark.parametrize("job", cases("kexec-", Onward("686", "pae")))
def test_linux_starts_linux_behind_baton(job, outcome):
    story = outcome.story()
    assert outcome.status == POWERED_OFF, story
    firstlinux.assert_started(outcome)
    assert len(outcome.lines("^Baton ")) == len(outcome.lines("^second Linux ")) == 1, story
    assert len(told(outcome, "first")) > 3, story
    assert told(outcome, "second") == told(outcome, "first"), story
    assert outcome.lines("^second line ")[0].endswith(" last"), story
    with open(job.file, "rb") as f:
        digest = hashlib.md5(f.read()).hexdigest()
    assert outcome.lines("^second file ") == [f"second file {digest}  /file"], story
    nodes = [line.split()[:3] for line in outcome.lines("^(first|second) node ")]
    assert nodes == [["first", "node", kind] for kind in firstlinux.NODES], story
