"""Multiboot 2: GRUB's multiboot2 and module2 start the same baton.elf, on a BIOS, and on UEFI of 64
and 32 bits.

A judge checks the hand-off. Debian's Linux, i386 and amd64, finds ACPI's root pointer where Baton
says that it is, its table of CPUs, and all CPUs. The shell's poweroff uses that root pointer, too.
"""
import re

import firmware
import images
import payloads
import pytest
from joblist import cases
from machine import POWERED_OFF, run
from typist import sessions

CPUS = 2
WORDS = payloads.LINUX_WORDS.replace(" quiet", "")
TEXT = "set gfxpayload=text"     # behind GRUB's command multiboot2, which sets it, too


class Boot:
    def __init__(self, where, payload, initrd="300K", words="", last=()):
        kind, name = payload.split("-", 1)
        self.linux = name if kind == "linux" else ""
        self.name = f"multiboot2-{where}-{payload}{'-text' if last else ''}"
        self.where, self.payload, self.words, self.last = where, payload, words, last
        self.initrd = payloads.initrd("demo" if self.linux else initrd)
        self.payload_words = WORDS if self.linux else f"judged on {where}"

    def run(self):
        iso = images.baton_iso2(payloads.BATON, f"verbose exitport=0xf4 {self.words}".strip(),
                                [(payloads.path(self.payload), self.payload_words),
                                 (self.initrd, "")], self.last)
        return run(firmware.machine(self.name, self.where, iso, ("-smp", str(CPUS))))


def found(outcome, pattern):
    """The one match in the log."""
    matches = re.findall(pattern, outcome.log, re.M)
    assert len(matches) == 1, outcome.story()
    return matches[0]


def assert_protocol(outcome, where):
    assert found(outcome, r"^  protocol +(.*)$") == "multiboot 2", outcome.story()
    assert not outcome.lines("^(loader|refused|panic|fault) "), outcome.story()
    bits = {"bios": [], "uefi": ["64"], "uefi32": ["32"]}[where]
    assert re.findall(r"^  UEFI +(\d+) bits, system table at 0x\w+, memory map of [\d,]+ bytes$",
                      outcome.log, re.M) == bits, outcome.story()


JUDGED = [Boot(where, payload, words=words)
          for where in firmware.FIRMWARES
          for payload, words in (("judge-low", "place=all"), ("judge-linux", "verify=on"))]
LINUX = [Boot(where, f"linux-{name}") for where in firmware.FIRMWARES
         for name in ("686-pae", "amd64")]


@pytest.mark.parametrize("job", cases("multiboot2-", *JUDGED,
                                      quick=("bios-judge-low", "uefi-judge-linux")))
def test_hands_over(job, outcome):
    payloads.assert_judged_well(outcome, job.payload_words, job.initrd)
    assert_protocol(outcome, job.where)
    kind = {"bios": [], "uefi": ["EL64"], "uefi32": ["EL32"]}[job.where]
    assert re.findall(r"^note efi (\w+), \d+ descriptors$", outcome.log, re.M) == (
        kind if job.payload == "judge-linux" else []), outcome.story()


@pytest.mark.parametrize("job", cases("multiboot2-", *LINUX))
def test_linux_finds_acpi_and_all_cpus(job, outcome):
    payloads.assert_linux_well(outcome, WORDS)
    assert_protocol(outcome, job.where)
    assert "A valid RSDP was not found" not in outcome.log, outcome.story()
    assert "ACPI MADT or MP tables are not detected" not in outcome.log, outcome.story()
    ours = found(outcome, r"^  ACPI +root pointer at (0x\w+)$")
    its = found(outcome, r"ACPI: RSDP (0x\w+)")
    assert int(ours, 16) == int(its, 16), outcome.story()
    assert "ACPI: Using ACPI (MADT) for SMP configuration information" in outcome.log, \
        outcome.story()
    assert f"smp: Brought up 1 node, {CPUS} CPUs" in outcome.log, outcome.story()


@pytest.mark.parametrize("job", cases("multiboot2-", *LINUX))
def test_linux_gets_the_framebuffer(job, outcome):
    """The one that Baton got from GRUB, and Linux shows its console there."""
    width, height, bits, pa = found(
        outcome, r"^  screen +(\d+) x (\d+) pixels of (\d+) bits at (0x\w+)$")
    assert int(width) >= 640 and int(height) >= 480 and bits in ("24", "32"), outcome.story()
    assert re.search(rf"\b{width}x{height}x{bits}\b|Console: switching to colour frame buffer",
                     outcome.log), outcome.story()


@pytest.mark.parametrize("job", cases("multiboot2-",
                                      Boot("bios", "judge-low", last=(TEXT,))))
def test_a_bios_stays_in_text_mode_if_grub_is_told_so(job, outcome):
    payloads.assert_judged_well(outcome, job.payload_words, job.initrd)
    assert not outcome.lines("^loader "), outcome.story()
    assert not outcome.lines("^  screen "), outcome.story()


def shell(where):
    iso = images.baton_iso2(payloads.BATON, "shell verbose exitport=0xf4", [])
    return firmware.machine(f"multiboot2-shell-{where}", where, iso, timeout=60)


@sessions(*(shell(where) for where in firmware.FIRMWARES))
def test_poweroff_finds_acpi(t):
    t.expect("baton> ", timeout=120)
    t.send("poweroff\r")
    _, status = t.end()
    assert status == POWERED_OFF
