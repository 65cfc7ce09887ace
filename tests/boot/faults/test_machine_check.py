"""A machine check in the old kernel: an exception like any other, with the contents of the CPU's
banks; and the vectors next to it, if an emulator raises them.

QEMU's monitor reports broken memory (mce). Alignment checks (vector 17) occur only in ring 3 and
with EFLAGS.AC [SDM3 6.15], which Baton's user program has not; QEMU's TCG has no SIMD exceptions, Bochs
has them.
"""
import re

import images
import payloads
import pytest
from elf32 import Elf32
from machine import PANICKED, PASSED, Machine, run
from test_faults import MCE
from typist import sessions, shell

PAE, LEGACY = {"cpu": "pentium3"}, {"cpu": "pentium3"}
STATUS, ADDRESS = 1 << 63 | 1 << 61 | 1 << 60 | 1 << 58, 0x12345000
MCE_WITH_ADDRESS = f"mce 0 2 {STATUS:#x} 0x4 {ADDRESS:#x} 0"


def machines(name, words=""):
    return [shell(f"mce-{name}-{paging}", f"paging={paging} {words}", (payloads.capture_kernel(),),
                  memory="40M", cpu="pentium3") for paging in ("pae", "legacy")]


@sessions(*machines("alone"), quick=True)
def test_it_is_told_with_the_bank_that_reports_it(t):
    t.prompt()
    t.qmp.monitor(MCE_WITH_ADDRESS)
    log, status = t.end()
    assert status == PANICKED, log
    assert len(re.findall("^exception", log, re.M)) == 1, log
    assert re.search("^exception +vector 18, machine check, error code 0x0, at 0x", log, re.M), log
    assert re.search(r"cr4 0x0*([0-9a-f]+)$", log, re.M), log
    assert f"            bank 2 status {STATUS:#x} address {ADDRESS:#x}\n" in log, log
    assert len(re.findall("^ +bank ", log, re.M)) == 1, log


@sessions(*machines("capture", "crashkernel=16M"), quick=True)
def test_it_ends_in_the_capture_kernel(t):
    t.prompt()
    t.ask("load -p")
    t.qmp.monitor(MCE)
    log, status = t.end()
    assert status == PASSED, log
    assert re.search("^exception +vector 18, machine check", log, re.M), log
    assert re.search("^ +bank 1 status 0x[0-9a-f]+$", log, re.M), log


@sessions(*machines("none"))
def test_none_is_pending_and_the_payload_starts_without(t):
    """int 18 prints no bank, because none holds an error."""
    t.prompt()
    t.send("fault machine\r")
    log, status = t.end()
    assert status == PANICKED, log
    assert re.search("^exception +vector 18, machine check, error code 0x0, at .*, machine ", log,
                     re.M), log
    assert not re.search("^ +bank ", log, re.M), log


@sessions(shell("simd-tcg", cpu="pentium3", modules=(payloads.judge("tiny"),)),
          shell("simd-no-sse", cpu="486", modules=(payloads.judge("tiny"),)))
def test_a_missing_simd_exception_is_reported(t):
    t.prompt()
    assert t.ask("fault simd")[-1] == "fault       nothing happened"


class Bochs:
    """An SSE division by zero, on a CPU with such exceptions; and on one without SSE."""

    def __init__(self, cpu, fault, said):
        self.cpu, self.fault, self.said, self.name = cpu, fault, said, f"fault-bochs-{fault}-{cpu}"

    def run(self):
        iso = images.baton_iso(payloads.BATON, f"fault={self.fault} onfault=halt",
                               [(payloads.judge("tiny"), "")])
        return run(Machine(self.name, emulator="bochs", cpu=self.cpu, memory="32M", iso=iso,
                           timeout=120, until="^stop +halted.*\n"))


@pytest.mark.parametrize("job", [pytest.param(job, id=job.name.removeprefix("fault-bochs-")) for job in (
    Bochs("p3_katmai", "simd", "vector 19, SIMD error"),
    Bochs("p2_klamath", "math", "vector 16, FPU error"),
    Bochs("p2_klamath", "machine", "vector 18, machine check"))])
def test_bochs_raises_it(job, outcome):
    told = outcome.lines("^exception")
    assert outcome.status == "until" and len(told) == 1, outcome.story()
    assert re.match(f"exception +{job.said}, error code 0x0, at 0x.*, {job.fault} ", told[0]), \
        outcome.story()
    eip = int(re.search(r"at (0x\w+),", told[0])[1], 16)
    assert 0 < eip - Elf32(payloads.BATON).symbols[job.fault] < 0x60


@pytest.mark.parametrize("job", [pytest.param(Bochs("p2_klamath", "user", ""), id="user")])
def test_bochs_runs_the_user_program(job, outcome):
    """Like a CPU and unlike QEMU, Bochs reads the entries of a PAE root only when CR3 is written."""
    told = outcome.lines("^exception")
    assert outcome.lines("^tables +live: PAE"), outcome.story()
    assert len(told) == 1 and re.match(r"exception +vector 14, page fault, error code 0x5, at 0x\w+, "
                                       r"inner \+ 0x\w+, in the user program", told[0]), outcome.story()
