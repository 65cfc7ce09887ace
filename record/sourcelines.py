"""Which line of the source an address belongs to, by the debugging information that gdb reads."""
import bisect
import json
import os
import re
import subprocess

import machine as machines
from definitions import CONTROL, PAGE, TOP
from request import NotRecorded

TRAMPOLINE = "baton_trampoline_page"
EXIT = "exit_flat32"
SCRIPT = TOP / "record" / "in_gdb.py"


class Lines:
    """at(address) is (file, line) or None. Files are named from the top of the checkout."""

    def __init__(self, rows):
        self.rows = sorted(rows)
        self.starts = [row[0] for row in self.rows]

    def at(self, address):
        i = bisect.bisect_right(self.starts, address) - 1
        if i < 0 or address >= self.rows[i][1]:
            return None
        return self.rows[i][2], self.rows[i][3]

    def addresses(self, pattern):
        """Where the code of those lines begins whose text matches."""
        return [start for start, _, file, line in self.rows if re.search(pattern, text(file, line))]


def ask(program, wanted):
    """{symbol: rows} of a program."""
    done = subprocess.run(
        ["gdb", "-q", "-nx", "-batch", "-iex", "set debuginfod enabled off", "-ex",
         f"python WANTED={wanted!r}", "-x", str(SCRIPT), program],
        capture_output=True, text=True, stdin=subprocess.DEVNULL)
    try:
        return json.loads(done.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        said = (done.stderr.strip().splitlines() or ["nothing"])[-1]
        raise NotRecorded(f"gdb does not know the lines of {program}: {said}") from None


def named(rows, file=None):
    """The same rows with the file's path in the checkout."""
    return [[start, end, file or os.path.normpath(name), line] for start, end, name, line in rows]


def trampoline(elf):
    """Lines by offset in the trampoline's page. The exit is linked as data, which has no lines; so
    record.mk assembles it a second time, as code."""
    rows = ask(elf, [(TRAMPOLINE, PAGE)])[TRAMPOLINE]
    base = rows[0][0]
    found = [[a - base, b - base, file, line] for a, b, file, line in named(rows)
             if not CONTROL["CONTROL_EXIT"] <= a - base < CONTROL["CONTROL_STEP"]]
    again = os.path.join(machines.BUILD, "record", f"{EXIT}.o")
    exit_rows = ask(again, [(EXIT, CONTROL["CONTROL_EXIT_SIZE"])])[EXIT]
    at = CONTROL["CONTROL_EXIT"]
    found += [[at + a, at + b, file, line]
              for a, b, file, line in named(exit_rows, f"relocate/trampoline/{EXIT}.S")]
    return Lines(found)


def functions(elf, names):
    """Lines by address, of these functions."""
    return Lines([row for rows in ask(elf, [(name, 0) for name in names]).values()
                  for row in named(rows)])


_texts = {}


def whole(file):
    if file not in _texts:
        _texts[file] = (TOP / file).read_text()
    return _texts[file]


def text(file, line):
    return whole(file).splitlines()[line - 1].strip()
