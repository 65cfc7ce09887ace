"""A fault in the hand-off on a machine without a serial port: the number of its phase appears as white
blocks in the corner of the framebuffer.

A special build (make inject) raises the fault; kernel/load/inject.h describes its options.
"""
import itertools
import os
import re
import time

import firmware
import glyphs
import images
import payloads
import pytest
from debugger import Debugger
from elf32 import Elf32
from joblist import cases
from machine import BUILD, read_log, start
from qmp import Qmp, socket_folder

INJECTED = os.path.join(BUILD, "inject", "baton.elf")
SECONDS = 120               # a host may be busy
STILL = 1                   # second in which the picture must not change any more
PHASES = {"before-cr3": 1, "after-cr3": 2, "physical": 3, "unpaged": 4, "list": 5, "entry": 7}
WILD = 8
LINES = 16                  # lines of a block


def count(line, bytes_of_pixel):
    """The blocks at the start of a line: 64 bytes of white, then 64 bytes of black, to the pixel."""
    wide, at, found = 64 / bytes_of_pixel, 0, 0
    runs = [len(list(same)) for _, same in itertools.groupby(line)] if line[0] else []
    for white, black in zip(runs[::2], runs[1::2]):
        at += white
        if abs(at - (2 * found + 1) * wide) >= 1 or at + black < int((2 * found + 2) * wide):
            break
        at += black
        found += 1
        if abs(at - 2 * found * wide) >= 1:     # more than that is black: it was the last one
            break
    return found


class Blocks:
    """A fault on the framebuffer. .data: the picture when it no longer changes."""

    def __init__(self, where, mode, kind, word, number, build=INJECTED):
        self.where, self.mode, self.number, self.build = where, mode, number, build
        self.word = word
        self.bytes = int(mode.split("x")[2]) // 8 if mode else 3
        self.name = f"blocks-{where}-{self.bytes}-{kind}-{word or number}".replace(":", ".").replace("=", ".")
        self.words = f"paging={kind} serial=none {word}"

    def run(self):
        last = (f"set gfxpayload={self.mode}",) if self.mode else ()
        iso = images.baton_iso2(self.build, self.words, [(payloads.judge("tiny"), "")], last)
        folder = socket_folder()
        path = os.path.join(folder, "qmp")
        machine = firmware.machine(self.name, self.where, iso,
                                   ("-qmp", f"unix:{path},server=on,wait=off"))
        process = start(machine)
        try:
            return self.watch(Qmp(path, process, SECONDS))
        finally:
            process.kill()
            process.wait()
            if os.path.exists(path):
                os.remove(path)
            os.rmdir(folder)

    def watch(self, qmp):
        """The top left corner, once it shows blocks and stays as it is."""
        end, seen = time.monotonic() + SECONDS, None
        while time.monotonic() < end:
            picture = glyphs.of(qmp)
            now = [picture.white(y, 2 * 64 // self.bytes * (WILD + 1)) for y in range(LINES)]
            if now == seen and any(now[0]):
                return now
            seen = now
            time.sleep(STILL)
        return seen


class Digest(Blocks):
    """The initrd changes between the load and the hand-off. The line on the serial port comes, too."""

    def run(self):
        iso = images.baton_iso2(payloads.BATON, f"verify=on place=all {self.word}",
                                [(payloads.judge("tiny"), ""), (payloads.initrd("5000"), "")],
                                (f"set gfxpayload={self.mode}",))
        machine = firmware.machine(self.name, self.where, iso)
        with Debugger(machine) as d:
            d.go_to(Elf32(payloads.BATON).symbols["baton_trampoline"])
            source = int(re.search(r"moves from (0x\w+) to", read_log(machine.log()))[1], 16) + 100
            d.write_physical(source, bytes([d.memory(source, 1)[0] ^ 0x10]))
            d.packet("c", answer=False)
            return self.watch(d.qmp)


BIOS32, BIOS16 = "1024x768x32", "1024x768x16"
JOBS = ([Blocks("bios", BIOS32, kind, f"inject={phase}:{'ud:1' if phase == 'list' else 'ud'}", number)
         for kind in ("legacy", "pae") for phase, number in PHASES.items()]
        + [Blocks("bios", BIOS16, "pae", "inject=before-cr3:ud", 1),
           Blocks("bios", BIOS32, "pae", "inject=physical:jump", WILD),
           Digest("bios", BIOS32, "pae", "", 6),
           Blocks("uefi", "", "pae", "inject=unpaged:ud", 4),
           Blocks("uefi32", "", "legacy", "inject=before-cr3:ud", 1)])


@pytest.mark.parametrize("job", cases("blocks-", *JOBS, quick=("bios-4-pae-inject.unpaged.ud",)))
def test_the_phase_is_shown_as_blocks(job, outcome):
    picture = "\n".join("".join("#" if white else "." for white in line) for line in outcome)
    assert [count(line, job.bytes) for line in outcome] == [job.number] * LINES, picture
