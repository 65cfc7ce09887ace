"""An ELF64, entered in long mode from both kinds of Baton's own tables, and who is refused.

The judge in long mode (tests/payloads/judge64) checks every register and walks its tables. What a
fault does: the last test.
"""
import os
from functools import partial

import images
import joblist
import payloads
import pytest
from machine import BUILD, FAULTED, Machine, run
from test_vmlinux import vmlinux

INJECT = os.path.join(BUILD, "inject", "baton.elf")
WORDS = "one two"


class Long:
    def __init__(self, name, words="", cpu="max", memory="64M", initrd="-", emulator="x86_64",
                 kernel=payloads.BATON, payload=payloads.JUDGE64, grub=False):
        self.name, self.words, self.cpu, self.memory = f"long_mode-{name}", words, cpu, memory
        self.initrd, self.emulator, self.kernel = initrd, emulator, kernel
        self.payload, self.grub = payload, grub

    def run(self):
        words = f"exitport=0xf4 {self.words}".strip()
        modules = [(self.payload() if callable(self.payload) else self.payload, WORDS)]
        if self.initrd != "-":
            modules.append((payloads.initrd(self.initrd), ""))
        settings = dict(emulator=self.emulator, cpu=self.cpu, memory=self.memory)
        if self.emulator == "bochs":
            settings |= dict(machine="-", timeout=120)
        if self.grub:
            return run(Machine(self.name, iso=images.baton_iso(self.kernel, words, modules),
                               **settings))
        return run(Machine(self.name, kernel=self.kernel, append=words,
                           modules=tuple(" ".join(m).strip() for m in modules), **settings))


cases = partial(joblist.cases, "long_mode-")


@pytest.mark.parametrize("job", cases(
    Long("pae", "paging=pae verify=on", initrd="300K"),
    Long("legacy", "paging=legacy type=elf64 place=all"),
    Long("qemu64", cpu="qemu64", grub=True),
    Long("3G", "paging=pae", memory="3G", initrd="3M"),
    Long("bochs", "verify=on", cpu="athlon64_venice", emulator="bochs", grub=True),
    quick=("pae", "legacy")))
def test_the_entry(job, outcome):
    payloads.assert_judged_well(outcome, WORDS, payloads.initrd(job.initrd))
    assert outcome.lines("^payload +a kernel, static ELF64, "), outcome.story()
    assert outcome.lines("^long mode +the payload is entered on 6 tables more"), outcome.story()


@pytest.mark.parametrize("job", cases(
    Long("no-long-mode", cpu="qemu32", emulator="i386"), quick=("no-long-mode",)))
def test_a_cpu_without_long_mode(job, outcome):
    payloads.assert_refused(outcome, "the payload needs long mode .*which this CPU lacks")


class Vmlinux(Long):
    linux = "amd64"                 # so that it is left out where the distribution has none


@pytest.mark.parametrize("job", cases(
    Vmlinux("vmlinux", payload=partial(vmlinux, "amd64"), memory="256M")))
def test_linux_has_another_entry(job, outcome):
    payloads.assert_refused(outcome, "the payload is Linux's vmlinux for x86-64; give its bzImage")


@pytest.mark.parametrize("job", cases(
    Long("fault-pae", "paging=pae inject=entry:ud", kernel=INJECT),
    Long("fault-legacy", "paging=legacy inject=entry:nmi", kernel=INJECT), quick=("fault-pae",)))
def test_a_fault_before_paging_is_on(job, outcome):
    """The exit's first instructions run without paging: a fault there is reported as in any exit."""
    assert outcome.status == FAULTED, outcome.story()
    assert outcome.lines("^fault +in the hand-off, at the entry: vector "), outcome.story()
