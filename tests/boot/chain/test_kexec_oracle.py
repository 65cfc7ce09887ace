"""kexec-tools as a loader beside Baton: the same reporting payload (tests/payloads/mbkernel), started
by kexec in a Linux and by Baton. Where the specification fixes what a kernel is entered with, both
report the same lines.

kexec-tools' entry code comes from another author, and its purgatory and relocation are Linux's.
"""
import os
import re

import firstlinux
import payloads
import pytest
from joblist import cases
from machine import BUILD, PASSED, Machine, run

LINE = "a line for the kernel"
MEMORY = "128M"
MODULES = (("300K", "first module two words"), ("12345", "second"))
# version: kexec's type, Baton's name of it, and the lines that must be the same. [MB1 3.2, 3.3;
# MB2 3.3, 3.6; ELF] A plain ELF file is not told anything, and no one says what eax and ebx are.
KINDS = {0: ("elf-x86", "a kernel, static ELF32", r"^entered (protected|a20)|^told "),
         1: ("multiboot-x86", "a kernel, multiboot 1", r"^entered |^told (line|module|memory)"),
         2: ("multiboot2-x86", "a kernel, multiboot 2", r"^entered |^told (line|module|memory)")}
LOW = r"^told memory 0x00000000000"      # below 1 MiB: Linux keeps some of it


def said(outcome, version):
    """The lines to compare. kexec-tools puts a file's name in front of its words."""
    lines = [re.sub(r'"/\w+ ', '"', line) for line in outcome.lines(KINDS[version][2])]
    return sorted(line for line in lines if not re.match(LOW, line))


class Oracle:
    def __init__(self, version, tables):
        self.version, self.tables, self.linux = version, tables, "686"
        self.name = f"oracle-{KINDS[version][0]}"
        self.kernel = os.path.join(BUILD, "tests", "payloads", f"mbkernel{version}")
        self.modules = [(payloads.initrd(size), words) for size, words in MODULES] if version else []

    def through_baton(self):
        files = ((self.kernel, LINE), *self.modules)
        return run(Machine(f"{self.name}-baton", kernel=payloads.BATON,
                           append=f"paging={self.tables} exitport=0xf4", memory=MEMORY,
                           modules=tuple(f"{path} {words}" for path, words in files)))

    def run(self):
        files = {"kernel": self.kernel}
        load = f'-t {KINDS[self.version][0]} --load /kernel --command-line="{LINE}"'
        for i, (path, words) in enumerate(self.modules):
            files[f"module{i}"] = path
            load += f' --module="/module{i} {words}"'
        result = run(firstlinux.machine(self.name, self.linux, load, files, cpu="pentium3",
                                        memory=MEMORY, timeout=150))
        result.data["baton"] = self.through_baton()
        return result


@pytest.mark.parametrize("job", cases(
    "oracle-", Oracle(0, "legacy"), Oracle(1, "pae"), Oracle(2, "legacy")))
def test_kexec_tools_enters_it_alike(job, outcome):
    firstlinux.assert_started(outcome)
    baton = outcome.data["baton"]
    story = outcome.story() + baton.story()
    assert outcome.status == baton.status == PASSED, story
    assert baton.lines(f"^payload +{KINDS[job.version][1]}"), story
    theirs, ours = said(outcome, job.version), said(baton, job.version)
    assert len(theirs) >= 3 + len(job.modules), story
    assert theirs == ours, story
