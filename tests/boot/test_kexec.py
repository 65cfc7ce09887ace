"""Linux is Baton's boot loader: kexec-tools loads Baton as a multiboot kernel, with its payload and
an initrd as modules, and the system call kexec starts it. Baton hands over to a judge, or to Linux
again: a chain of three kernels.
"""
import firstlinux
import payloads
import pytest
from joblist import cases
from machine import run


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
