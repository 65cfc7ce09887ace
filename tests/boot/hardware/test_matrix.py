"""Baton hands over every machine of matrix.txt: to a judge, and to Debian's Linux.

A boot passes if the payload's exit status and verdict line are right, no check has failed, and
Baton's own lines have each step once and in order.
"""
import re

import images
import payloads
import pytest
import table
from machine import Machine, run

# The steps that Baton reports, in this order. "initrd" only if there is one.
STEPS = ["Baton", "memory", "tables", "payload", "initrd", "plan", "trampoline", "hand-off"]
MIB = 1 << 20
WITHOUT_PAE = ("486", "pentium")     # 32 address bits
ISOS = {"grub": images.baton_iso, "isolinux": images.isolinux_iso,
        "grub-legacy": images.legacy_grub_iso}
BOCHS_END = "^(BATON-VERDICT|refused|panic|fault)"


class Boot:
    def __init__(self, row):
        self.row, self.name = row, f"matrix-{row['name']}"
        kind, name = row["payload"].split("-", 1)
        self.linux = name if kind == "linux" else ""
        self.other = images.LEGACY_GRUB if row["via"] == "grub-legacy" else ""
        self.words = payloads.LINUX_WORDS if self.linux else f"judged by {row['name']}"
        if row["machine"] == "isapc" and self.linux:
            self.words += " baton.exitport=0xf4"

    def machine(self):
        row = self.row
        payload, initrd = payloads.path(row["payload"]), payloads.initrd(row["initrd"])
        words = f"{row['words']} verbose exitport=0xf4".strip()
        settings = dict(emulator=row["emulator"], cpu=row["cpu"], machine=row["machine"],
                        memory=row["memory"], timeout=120 if self.linux else 40)
        if row["emulator"] == "bochs":
            settings.update(until=BOCHS_END, timeout=120)
        if row["via"] in ISOS:
            modules = [(payload, self.words)] + ([(initrd, "")] if initrd else [])
            iso = ISOS[row["via"]](payloads.BATON, words, modules)
            return Machine(self.name, iso=iso, **settings)
        modules = (f"{payload} {self.words}",) + ((initrd,) if initrd else ())
        return Machine(self.name, kernel=payloads.BATON, append=words, modules=modules, **settings)

    def run(self):
        return run(self.machine())


CASES = [pytest.param(Boot(row), id=row["name"],
                      marks=[pytest.mark.quick] if row["quick"] else [])
         for row in table.read("hardware/matrix.txt")]


def assert_steps(result, with_initrd):
    """Each step once, in order."""
    seen = [line.split()[0] for line in result.lines(rf"^({'|'.join(STEPS)})\s")]
    wanted = [s for s in STEPS if s != "initrd" or with_initrd]
    assert seen == wanted, result.story()


def usable(result):
    """(start, end) of the usable memory in Baton's verbose map."""
    ranges = re.findall(r"^  map\s+(0x\w+) (0x\w+) usable$", result.log, re.M)
    return [(int(start, 16), int(end, 16)) for start, end in ranges]


def megabytes(text):
    return int(text[:-1]) * (1024 if text.endswith("G") else 1)


@pytest.mark.parametrize("job", CASES)
def test_hands_over(job, outcome):
    row = job.row
    if job.linux:
        payloads.assert_linux_well(outcome, job.words)
    else:
        payloads.assert_judged_well(outcome, job.words, payloads.initrd(row["initrd"]))
    assert_steps(outcome, row["initrd"] != "-")
    assert re.search(rf"^tables\s+live: {row['live']},", outcome.log, re.M), outcome.story()
    # The firmware uses up to a MiB below 1 MiB and at the top.
    ranges, memory = usable(outcome), megabytes(row["memory"])
    assert memory - 2 < sum(end - start for start, end in ranges) / MIB <= memory, outcome.story()
    # The machine is possible: QEMU 10 refuses an impossible one.
    assert row["cpu"] not in WITHOUT_PAE or ranges[-1][1] <= 1 << 32, outcome.story()
    if not job.linux:
        # The judge got exactly the map that Baton printed.
        told = [int(n, 16) for pair in re.findall(r"^note map (\w+) (\w+) type 1$", outcome.log,
                                                   re.M) for n in pair]
        assert told == [n for pair in ranges for n in pair], outcome.story()
