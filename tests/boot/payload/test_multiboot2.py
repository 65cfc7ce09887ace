"""Multiboot 2: GRUB's multiboot2 and module2 start the same baton.elf, on a BIOS, and on UEFI of 64
and 32 bits.

A judge checks the hand-off; what Linux finds is in test_dmesg.py. The shell's poweroff uses ACPI's
root pointer, too.
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
TEXT = "set gfxpayload=text"     # behind GRUB's command multiboot2, which sets it, too


class Boot:
    def __init__(self, where, payload, words="", last=()):
        self.name = f"multiboot2-{where}-{payload}{'-text' if last else ''}"
        self.where, self.payload, self.words, self.last = where, payload, words, last
        self.initrd = payloads.initrd("300K")
        self.payload_words = f"judged on {where}"

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
    assert outcome.lines(r"^  SMBIOS +version [23]\.\d+, [\d,]+ bytes at 0x\w+$"), outcome.story()
    bits = {"bios": [], "uefi": ["64"], "uefi32": ["32"]}[where]
    assert re.findall(r"^  UEFI +(\d+) bits, system table at 0x\w+, memory map of [\d,]+ bytes$",
                      outcome.log, re.M) == bits, outcome.story()


# With 64 bits of firmware, an ELF64 stands for the ELF32: what both are told is the same record.
RECORD = {"bios": "judge-low", "uefi": "judge64", "uefi32": "judge-low"}
JUDGED = [Boot(where, payload, words=words)
          for where in firmware.FIRMWARES
          for payload, words in ((RECORD[where], "place=all"), ("judge-linux", "verify=on"))]


@pytest.mark.parametrize("job", cases("multiboot2-", *JUDGED,
                                      quick=("bios-judge-low", "uefi-judge-linux")))
def test_hands_over(job, outcome):
    payloads.assert_judged_well(outcome, job.payload_words, job.initrd)
    assert_protocol(outcome, job.where)
    kind = {"bios": [], "uefi": ["EL64"], "uefi32": ["EL32"]}[job.where]
    assert re.findall(r"^note efi (\w+), \d+ descriptors$", outcome.log, re.M) == (
        kind if job.payload == "judge-linux" else []), outcome.story()


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
