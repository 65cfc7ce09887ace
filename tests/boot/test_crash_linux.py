"""Debian's kernels as capture kernels: the core that they save is what gdb wants to see.

Both kernels, both formats of the old kernel's tables; the old kernel dies in Baton's own code or
in the shell. The dump goes to a disk, through iso/save-dump, and to gdb with iso/crash.gdb.
"""
import os
import re
import subprocess

import payloads
import pytest
import vmcore
from elf32 import Elf32
from machine import BUILD, POWERED_OFF, ROOT, Machine, Result, read_log, run
from typist import Typist

WORDS = "console=ttyS0 quiet panic=-1 reset_devices nr_cpus=1 baton.unattended baton.exitport=0xf4"
MEMORY, REGION, DISK = "160M", "96M", 80 << 20
CAPTURE_TIME = 300
PF_W = 2


class Captured:
    """One machine, its disk, the core from there; .data["core"] is its path.

    typed: what is typed at the shell's prompt, in the place of crash= and fault=.
    """

    def __init__(self, linux, paging, words="", typed=()):
        self.linux, self.paging, self.words, self.typed = linux, paging, words, typed
        self.name = f"crash-{linux}-{paging}"

    def machine(self):
        disk = os.path.join(Machine(self.name).folder(), "disk")
        with open(disk, "wb") as f:
            f.truncate(DISK)
        how = "shell" if self.typed else f"crash=1,2 {self.words}"
        return disk, Machine(
            self.name, memory=MEMORY, timeout=CAPTURE_TIME, kernel=payloads.BATON,
            append=f"paging={self.paging} crashkernel={REGION} exitport=0xf4 {how}",
            modules=(f"{payloads.linux(self.linux)} {WORDS}",
                     os.path.join(BUILD, f"capture-{self.linux}.gz")),
            extra=("-drive", f"file={disk},format=raw,if=virtio"))

    def play(self, machine):
        """The machine, to its end: the Result."""
        if not self.typed:
            return run(machine)
        with Typist(machine) as t:
            t.prompt()
            for line in self.typed[:-1]:
                t.ask(line)
            t.send(self.typed[-1] + "\r")
            _, status = t.end(CAPTURE_TIME)
        return Result(machine, status, read_log(machine.log()), 0)

    def run(self):
        disk, machine = self.machine()
        result = self.play(machine)
        core = f"{disk}.core"
        saved = subprocess.run([os.path.join(ROOT, "iso", "save-dump"), disk, core],
                               capture_output=True, text=True, timeout=60)
        result.data = {"core": core, "saved": saved}
        return result


JOBS = [pytest.param(job, frames, variables, id=job.name.removeprefix("crash-"))
        for job, frames, variables in (
    (Captured("686-pae", "pae", words="fault=divide"),
     ["divide", "fault_raise", "hand_over", "kernel_main"], [r'text=0x\w+ <boot\+\d+> "divide']),
    (Captured("686-pae", "legacy", typed=("load -p", "crash")),
     ["panic", "command_crash", "shell_run", "kernel_main"],
     ['format=0x\\w+ .*"on purpose']),
    (Captured("686", "pae", typed=("load -p", "fault read")),
     ["page_read", "command_fault", "shell_run", "kernel_main"], ["words=0x\\w+"]),
    (Captured("686", "legacy", words="fault=stack"), ["stack"], []))]


def gdb(core, *commands):
    arguments = [word for command in commands for word in ("-ex", command)]
    done = subprocess.run(["gdb", "-nx", "-batch", "-x", os.path.join(ROOT, "iso", "crash.gdb"),
                           *arguments, payloads.BATON, core],
                          capture_output=True, text=True, timeout=120)
    return done.stdout + done.stderr


def assert_saved(result):
    """The capture kernel and its initrd were staged, ran, and saved a whole dump."""
    assert len(result.lines(r"^initrd +\S+ [KM]iB, staged at 0x\w+$")) == 1, result.story()
    assert result.status == POWERED_OFF, result.story()
    assert result.data["saved"].returncode == 0, result.data["saved"].stderr + result.story()


@pytest.mark.parametrize("job, frames, variables", JOBS)
def test_gdb_sees_where_it_died(job, frames, variables, outcome):
    assert_saved(outcome)
    said = gdb(outcome.data["core"], "backtrace", "info registers eip esp")
    # "#1  0xc0100000 in name (words=...) at file:line"
    calls = re.findall(r"^#\d+ +(?:0x\w+ in )?(\w+) \(", said.split("LWP 1]")[1], re.M)[1:]
    # what the compiler inlined stands between them, or does not
    assert [call for call in calls if call in frames] == frames, said
    for variable in variables:
        assert re.search(variable, said), said
    printed = outcome.lines(r"^exception .*, at 0x")
    if printed:
        eip = re.search(r", at (0x\w+),", printed[0])[1]
        assert re.search(rf"^eip +{eip}\b", said, re.M), said


@pytest.mark.parametrize("job, frames, variables", JOBS)
def test_gdb_walks_the_live_tables(job, frames, variables, outcome):
    assert_saved(outcome)
    root, tables, checksum = re.search(
        r"^tables .*root (0x\w+), (\d+) pages, checksum (0x\w+)", outcome.log, re.M).groups()
    said = gdb(outcome.data["core"], "live-tables", "walk kernel_main", "walk 0x1000",
               "p/x live.summary.checksum")
    name = {"pae": "PAE", "legacy": "legacy"}[job.paging]
    assert f"tables      {name}, root {root}\n" in said, said
    assert f"tables      {tables} pages; the kernel had {tables}\n" in said, said
    assert f"checksum    {checksum}, as it was at the start\n" in said, said
    assert f"$1 = {checksum}\n" in said, said
    va = Elf32(payloads.BATON).symbols["kernel_main"]
    assert f"result      {va:#010x} is at {va - 0xc0000000:#010x}, in a page of 4 KiB" in said
    assert "result      0x00001000 is not mapped" in said, said


@pytest.mark.parametrize("job, frames, variables", JOBS)
def test_the_core_has_what_cannot_be_written_as_it_was_loaded(job, frames, variables, outcome):
    """All of it but `anchor`, which says where the capture kernel's vault is."""
    assert_saved(outcome)
    core, baton = vmcore.of_file(outcome.data["core"]), Elf32(payloads.BATON)
    anchor = baton.symbols["anchor"]
    for segment in baton.segments:
        if segment.flags & PF_W:
            continue
        loaded = baton.data[segment.offset:segment.offset + segment.filesz]
        dumped = core.read(segment.paddr, segment.filesz)
        differ = {segment.vaddr + i for i in range(len(loaded)) if loaded[i] != dumped[i]}
        assert differ <= set(range(anchor, anchor + 4)), segment
