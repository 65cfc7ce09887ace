"""memtest86+: a bzImage that is no Linux, and not relocatable. It tests memory, and as much of it as
when QEMU itself starts it.
"""
import re

import firmware
import images
import joblist
import payloads
import pytest
from machine import Machine, run

WORDS = "console=ttyS0,115200"
TESTS = r"Status: Testing"
MEMORY = re.compile(r"of ([\d.]+[MG]B)\]")       # what it tests at the moment is before "of"
ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class Memtest:
    def __init__(self, width, tables):
        self.other, self.name = f"memtest-{width}", f"memtest-{width}-{tables}"
        self.file = payloads.other(self.other)
        self.settings = {"emulator": "x86_64", "cpu": "max", "until": TESTS, "timeout": 100}
        self.words = f"exitport=0xf4 paging={tables}"

    def run(self):
        result = run(Machine(self.name, kernel=payloads.BATON, append=self.words,
                             modules=(f"{self.file} {WORDS}",), **self.settings))
        result.data["alone"] = run(Machine(f"{self.name}-alone", kernel=self.file, append=WORDS,
                                           **self.settings))
        return result


def size_of(result):
    assert result.status == "until", result.story()
    found = set(MEMORY.findall(ESCAPES.sub("", result.log)))
    assert len(found) == 1, (found, result.story())
    return found.pop()


@pytest.mark.parametrize("job", joblist.cases(
    "memtest-", *(Memtest(width, tables) for width in ("ia32", "x64")
                  for tables in ("pae", "legacy"))))
def test_it_tests_all_memory(job, outcome):
    assert outcome.lines("^hand-off +to 0x00100000$"), outcome.story()
    assert size_of(outcome) == size_of(outcome.data["alone"])


class OnUefi:
    """With a framebuffer. With more memory it takes longer to say its first word, also by itself."""
    other, name = "memtest-x64", "memtest-uefi"

    def run(self):
        iso = images.baton_iso2(payloads.BATON, "exitport=0xf4",
                                [(payloads.other(self.other), WORDS)])
        return run(firmware.machine(self.name, "uefi", iso, memory="128M", until=TESTS))


@pytest.mark.parametrize("job", joblist.cases("memtest-", OnUefi()))
def test_it_comes_up_on_uefi(job, outcome):
    assert outcome.status == "until", outcome.story()
    assert outcome.lines("^payload +Linux Memtest86[+], bzImage, "), outcome.story()
