"""verify=on: the payload is compared with what was loaded, by SHA-256, in a control page.

Files of every length pass. A changed byte is reported, with the segment and both digests, which
must be those that Python computes; and the payload is not entered.
"""
import hashlib
import os
import random
import re
from functools import partial

import elf32
import images
import joblist
import payloads
import pytest
from debugger import Debugger
from elf32 import Elf32
from layouts import watch
from machine import BUILD, FAULTED, PASSED, POWERED_OFF, Machine, read_log, run

PLUGIN = os.path.join(BUILD, "tests", "boot", "storewatch.so")
KERNEL_BASE = 0xc0000000
BASE, PAGE = 0x200000, 4096
PARAM_DIGEST = 0x980 + 0x4c         # include/baton/control.h
TABLE, RANGES = 0xffc, 0x400        # relocate/trampoline/digest.h
LINE = (r"^fault +in the hand-off, checking: (.*) is not what was loaded: (0x\w+) bytes at (0x\w+),"
        r" their SHA-256 begins with (0x\w+), at the load with (0x\w+)$")


cases = partial(joblist.cases, "digest-")


def first_word(data):
    return "0x" + hashlib.sha256(data).hexdigest()[:8]


class Lengths:
    """An ELF file with a segment of each of these lengths; it only passes."""

    quick = True

    def __init__(self, lengths):
        self.lengths, self.name = lengths, f"digest-lengths-{lengths[0]}"

    def run(self):
        pieces = [elf32.Piece(BASE, payloads.PASS_CODE, len(payloads.PASS_CODE))]
        dice = random.Random(self.name)
        for i, length in enumerate(self.lengths):
            at = BASE + (i + 1) * 3 * PAGE + dice.randrange(PAGE)
            pieces.append(elf32.Piece(at, dice.randbytes(length), length + i % 3 * 50))
        path = images.bytes_file(b"", self.name)
        elf32.write(path, BASE, pieces, congruent=False)
        return run(Machine(self.name, memory="32M", kernel=payloads.BATON, modules=(path,),
                           append="verify=on exitport=0xf4", timeout=60))


@pytest.mark.parametrize("job", cases(
    Lengths(range(0, 33)), Lengths(range(33, 66)), Lengths([*range(110, 130), 4095, 4096, 4097])))
def test_every_length_has_the_same_digest_in_the_hand_off(job, outcome):
    assert outcome.status == PASSED, outcome.story()
    assert not outcome.lines("^fault"), outcome.story()
    said, = outcome.lines("^verify +SHA-256 of ")
    segments = 4 + sum(length + i % 3 * 50 > 0 for i, length in enumerate(job.lengths))
    assert f"of {segments} segments" in said, said      # the code and three pages that Baton makes


class Damaged:
    """Changes one bit of each of these parts, after the list or before the hand-off.

    parts: "initrd", or a PT_LOAD by its number, or the name of a page that Baton makes.
    """

    def __init__(self, name, parts, words="exitport=0xf4", early=False, quick=False, kind="pae"):
        self.parts, self.words, self.early, self.quick = parts, words, early, quick
        self.kind, self.name = kind, f"digest-{name}"

    def digest_ranges(self, d, control):
        """{name: (start, size, first word of the digest)}, from the table."""
        self.page = int.from_bytes(d.memory(control + PARAM_DIGEST, 4), "little")
        data = d.memory(int.from_bytes(d.memory(self.page + TABLE, 4), "little"), PAGE)
        found = {}
        for i in range(int.from_bytes(data[:4], "little")):
            at = RANGES + 64 * i
            words = [int.from_bytes(data[at + k:at + k + 4], "little") for k in (0, 4, 8)]
            found[data[at + 40:at + 64].rstrip(b"\0").decode()] = words
        return found

    def flip(self, d, start, offset):
        byte = d.memory(start + offset, 1)
        d.write_physical(start + offset, bytes([byte[0] ^ 0x10]))

    def run(self):
        machine = Machine(self.name, memory="32M", kernel=payloads.BATON, timeout=60,
                          cpu="pentium3" if self.kind == "pae" else "pentium",
                          modules=(payloads.judge("low"), payloads.initrd("5000")),
                          append=f"verify=on place=all {self.words}")
        with Debugger(machine) as d:
            d.go_to(Elf32(payloads.BATON).symbols["baton_trampoline"])
            control = int(re.search(r"both lead to (0x\w+),", read_log(machine.log()))[1], 16)
            ranges = self.digest_ranges(d, control)
            if self.early:              # the module, before its whole pages are moved
                source = re.search(r"moves from (0x\w+) to", read_log(machine.log()))[1]
                self.flip(d, int(source, 16), 100)
            d.go_to(self.page)
            before = {part: d.memory(*ranges[part][:2]) for part in self.parts}
            for part in () if self.early else self.parts:
                start, size, _ = ranges[part]
                self.flip(d, start, random.Random(part).randrange(size))
            after = {part: d.memory(*ranges[part][:2]) for part in self.parts}
            result = d.end()
        result.data = {"told": [(part, f"{ranges[part][1]:#010x}", f"{ranges[part][0]:#010x}",
                                 first_word(after[part]), f"{ranges[part][2]:#010x}")
                                for part in self.parts],
                       "before": {part: first_word(before[part]) for part in self.parts}}
        return result


DAMAGED = [Damaged("initrd", ["initrd"], quick=True), Damaged("code", ["PT_LOAD 0"], kind="legacy"),
           Damaged("made", ["record"]), Damaged("command", ["command line"]),
           Damaged("two", ["PT_LOAD 0", "initrd"], quick=True)]
MOVED = Damaged("before-the-list", ["initrd"], early=True)
RESET = Damaged("reset", ["initrd"], words="onfault=reset")


def told(result):
    return re.findall(LINE, result.log, re.M)


@pytest.mark.parametrize("job", cases(*DAMAGED))
def test_a_bit_that_changed_is_told_and_nothing_is_entered(job, outcome):
    assert told(outcome) == outcome.data["told"], outcome.story()
    assert all(line[4] == outcome.data["before"][line[0]] for line in told(outcome))
    assert outcome.status == FAULTED, outcome.story()
    assert not outcome.lines("^(judge|BATON-VERDICT)"), outcome.story()


@pytest.mark.parametrize("job", cases(MOVED))
def test_a_source_that_changed_before_the_list_is_reported(job, outcome):
    assert told(outcome) == outcome.data["told"], outcome.story()
    assert outcome.status == FAULTED, outcome.story()


@pytest.mark.parametrize("job", cases(RESET))
def test_onfault_reset_resets(job, outcome):
    assert outcome.status == POWERED_OFF and len(told(outcome)) == 1, outcome.story()


class Nmi(Damaged):
    """An NMI while the digests are computed."""

    def __init__(self, steps):
        super().__init__(f"nmi-{steps}", [])
        self.steps = steps

    def run(self):
        machine = Machine(self.name, cpu="pentium3,-apic", memory="16M", kernel=payloads.BATON,
                          append="verify=on exitport=0xf4", modules=(payloads.judge("tiny"),),
                          timeout=60)
        with Debugger(machine) as d:
            d.go_to(Elf32(payloads.BATON).symbols["baton_trampoline"])
            control = int(re.search(r"both lead to (0x\w+),", read_log(machine.log()))[1], 16)
            self.digest_ranges(d, control)
            d.go_to(self.page)
            for _ in range(self.steps):
                d.step()
            d.command("inject-nmi")
            return d.end()


@pytest.mark.parametrize("job", cases(Nmi(0), Nmi(40), Nmi(400)))
def test_an_nmi_meanwhile_is_told_as_of_the_check(job, outcome):
    assert outcome.status == FAULTED, outcome.story()
    assert len(outcome.lines(r"^fault +in the hand-off, checking: vector 0x00000002 NMI;")) == 1, \
        outcome.story()


class Plain:
    """verify=off, or no verify=: no digest page, no line."""

    quick = True

    def __init__(self, words):
        self.words, self.name = words, f"digest-off-{words.replace('=', '-') or 'unsaid'}"

    def run(self):
        return run(Machine(self.name, memory="16M", kernel=payloads.BATON, timeout=60,
                           append=f"{self.words} exitport=0xf4", modules=(payloads.judge("tiny"),)))


@pytest.mark.parametrize("job", cases(Plain(""), Plain("verify=off")))
def test_a_usual_payload_is_compared_only_on_request(job, outcome):
    payloads.assert_judged_well(outcome, None)
    assert not outcome.lines("^verify "), outcome.story()


class Extensions:
    """A CPU with the SHA extensions, which QEMU has from 8.2 on. Its other digests are at the load."""

    quick, name = False, "digest-extensions"

    def run(self):
        iso = images.baton_iso(payloads.BATON, "verify=on exitport=0xf4",
                               [(payloads.judge("low"), ""), (payloads.initrd("5000"), "")])
        return run(Machine(self.name, emulator="bochs", cpu="corei3_cnl", machine="-", memory="32M",
                           iso=iso, timeout=300))


@pytest.mark.parametrize("job", cases(Extensions()))
def test_the_sha_extensions_say_the_same_and_leave_no_trace(job, outcome):
    """The load and the hand-off have code of their own; XMM registers are as after a reset."""
    payloads.assert_judged_well(outcome, None, payloads.initrd("5000"))
    assert outcome.lines("^verify .*, by the CPU's SHA instructions$"), outcome.story()
    assert outcome.lines("^note xmm 0x00000000 mxcsr 0x00001f80$"), outcome.story()


class Large:
    """An initrd whose comparison takes so long that a user notices it."""

    quick, name = False, "digest-large"

    def run(self):
        return run(Machine(self.name, memory="128M", kernel=payloads.BATON, timeout=300,
                           append="verify=on exitport=0xf4",
                           modules=(payloads.judge("low"), images.sparse(32 << 20))))


@pytest.mark.parametrize("job", cases(Large()))
def test_a_long_comparison_is_announced_at_both_ends(job, outcome):
    payloads.assert_judged_well(outcome, None, images.sparse(32 << 20))
    steps = [line.split()[0] for line in outcome.lines("^(verify|payload|hand-off) ")]
    assert steps == ["verify", "payload", "verify", "hand-off"], outcome.story()
    first, _, _, last = outcome.lines("^(verify|payload|hand-off) ")
    assert "taking the SHA-256 of 32 MiB" in first or "taking the SHA-256 of 32.1 MiB" in first
    assert ", after comparing 32" in last


class Watched:
    """Every store and every read from the trampoline on, by physical page (storewatch.c)."""

    quick = False

    def __init__(self, kind):
        self.kind, self.name = kind, f"digest-watched-{kind}"

    def run(self):
        judge, symbols = payloads.judge("high"), Elf32(payloads.BATON).symbols
        out = os.path.join(Machine(self.name).folder(), "watch")
        result = run(Machine(
            self.name, memory="2560M", kernel=payloads.BATON, timeout=60,
            cpu="pentium3" if self.kind == "pae" else "pentium",
            append=f"paging={self.kind} verify=on exitport=0xf4",
            modules=(judge, payloads.initrd("12345")),
            extra=("-plugin", f"{PLUGIN},start={symbols['baton_trampoline']:#x},"
                              f"mark={symbols['baton_trampoline']:#x},"
                              f"stop={Elf32(judge + '.linked').entry:#x},out={out}")))
        result.data = {"watch": watch.read(out), "judge": Elf32(judge)}
        return result


def bytes_in_pages(start, size):
    """{page: how many bytes of [start, start + size) it has}."""
    return {page: min(start + size, page + PAGE) - max(start, page)
            for page in range(start // PAGE * PAGE, start + size, PAGE)}


@pytest.mark.parametrize("job", cases(Watched("pae"), Watched("legacy")))
def test_every_byte_is_read_once_and_nothing_else_is_written(job, outcome):
    payloads.assert_judged_well(outcome, None, payloads.initrd("12345"))
    seen = outcome.data["watch"]
    assert seen.end == "stop", outcome.story()
    initrd = int(re.search(r"^initrd .*stays at (0x\w+)$", outcome.log, re.M)[1], 16)
    template, control = (int(address, 16) for address in re.search(
        r"^trampoline +(0x\w+) and (0x\w+) both", outcome.log, re.M).groups())
    kernel = {}
    for s in outcome.data["judge"].segments:
        for page, size in bytes_in_pages(s.paddr, s.memsz).items():
            kernel[page] = kernel.get(page, 0) + size
    for page, size in {**kernel, **bytes_in_pages(initrd, 12345)}.items():
        assert seen.late_read[page] == size, hex(page)
    stack = Elf32(payloads.BATON).symbols["boot_stack"] - KERNEL_BASE
    ours = {control, template - KERNEL_BASE} | set(range(stack, stack + 5 * PAGE, PAGE))
    others = set(seen.late_stored) - set(kernel) - ours
    assert len(others) == 1, [hex(page) for page in others]     # the digests' table
    assert others <= set(seen.late_read)
