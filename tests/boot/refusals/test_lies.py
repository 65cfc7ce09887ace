"""A boot loader that gives wrong information (tests/payloads/liar): Baton repairs and reports what
it can, and refuses the rest with one line. The cases are in lies.txt.
"""
import re

import images
import payloads
import pytest
import table
from machine import Machine, run

MIB = 1 << 20
MEMORY = 64         # MiB


class Lie:
    def __init__(self, row):
        self.row, self.name = row, f"lie-{row['name']}"
        self.words = f"lied to by {row['name']}"

    def run(self):
        row = self.row
        initrd = payloads.initrd(row["initrd"])
        words = f"{row['words']} verbose exitport=0xf4".strip()
        modules = (f"{payloads.BATON} {words}", f"{payloads.path(row['payload'])} {self.words}")
        return run(Machine(self.name, cpu=row["cpu"], memory=f"{MEMORY}M", kernel=payloads.LIAR,
                           append=row["lies"], modules=modules + ((initrd,) if initrd else ()),
                           # without its command line Baton has no exit port
                           until="^stop" if re.search("cmd=|eax=", row["lies"]) else ""))


ROWS = table.read("refusals/lies.txt")
CASES = [pytest.param(Lie(row), id=row["name"], marks=[pytest.mark.quick] if row["quick"] else [])
         for row in ROWS]


def map_of(result):
    """Baton's verbose map: [(start, end, kind)]."""
    return [(int(start, 16), int(end, 16), kind) for start, end, kind in
            re.findall(r"^  map\s+(0x\w+) (0x\w+) (.+)$", result.log, re.M)]


def initrd_of(row):
    """The initrd that the payload must find: for some lies, a piece of itself."""
    if row["lies"] not in ("mods=same", "mods=lap"):
        return payloads.initrd(row["initrd"])
    with open(payloads.path(row["payload"]), "rb") as f:
        data = f.read()
    if row["lies"] == "mods=lap":
        data = data[-0x4800:-0x400]
    return images.bytes_file(data, row["name"])


@pytest.mark.parametrize("job", CASES)
def test_survives_the_lie(job, outcome):
    row = job.row
    assert outcome.lines("^liar lies: "), outcome.story()
    if row["outcome"] == "refused":
        payloads.assert_refused(outcome, row["says"])
        return
    # A string in the firmware's ROM may have any contents.
    words = {"string=null": "", "string=far": None}.get(row["lies"], job.words)
    payloads.assert_judged_well(outcome, words, initrd_of(row))
    assert not row["says"] or outcome.lines(row["says"]), outcome.story()
    ranges = map_of(outcome)
    if "cmd=" not in row["lies"]:
        assert ranges == sorted(ranges), outcome.story()
        assert all(a[1] <= b[0] for a, b in zip(ranges, ranges[1:])), outcome.story()


def lie(name):
    return next(case.values[0] for case in CASES if case.id == name)


@pytest.mark.quick
@pytest.mark.parametrize("job", [lie("map-overlap")])
def test_the_stricter_type_wins(job, outcome):
    """The liar adds a reserved MiB from 2 MiB below the top of memory, and calls ROM usable."""
    ranges = map_of(outcome)
    honest = MEMORY * MIB - 0x20000         # the memory without QEMU's firmware
    start = honest - 2 * MIB + 0x800
    assert (start, start + MIB, "reserved") in ranges, outcome.story()
    assert not [r for r in ranges if r[2] == "usable" and r[0] < 0x100000 and r[1] > 0xf0000]


@pytest.mark.quick
@pytest.mark.parametrize("job", [lie("map-types")])
def test_unknown_types_are_reserved(job, outcome):
    """The liar gives unknown types to the last 4 MiB."""
    honest = MEMORY * MIB - 0x20000
    usable = [r for r in map_of(outcome) if r[2] == "usable"]
    assert max(end for _, end, _ in usable) == honest - 4 * MIB, outcome.story()
