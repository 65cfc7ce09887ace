"""The phases of the recording, and how a line of the source belongs to one.

The trampoline's source numbers its steps in comments ("/* 4. The switch."); a phase of the same
number is all lines from there on.
"""
import re

from sourcelines import whole

TRAMPOLINE = "relocate/trampoline/trampoline.inc"
EXITS = "relocate/trampoline/exit_"
LOADED, PREPARED, ENTERED = "loaded", "prepared", "entered"

PHASES = (
    (LOADED, "start", "The old kernel runs",
     "The boot loader has put the payload's file into memory as it is. The old kernel runs on "
     "its live page tables, at 3 GiB."),
    (PREPARED, "ready", "All is prepared",
     "The load has built the new page tables, the list of moves and the control code page, in "
     "pages that no destination covers. Nothing has moved yet. From here on no byte of the "
     "live tables may change (H1)."),
    ("1", "faults", "Faults are caught",
     "Descriptor tables of the trampoline's own page are loaded: a fault from here on is "
     "reported, whatever the old kernel's segments and stack hold."),
    ("2", "stack", "Segments and stack",
     "Segments and stack of the trampoline's page replace those of the old kernel."),
    ("3", "global", "Global pages off",
     "A write to CR3 keeps global entries of the TLB. One of them may map this very page "
     "elsewhere, so global pages are switched off first."),
    ("4", "switch", "The switch",
     "CR3 gets the root of the new tables. The next instruction comes from the same virtual "
     "address, but that address now leads to the control code page: the copy."),
    ("5", "jump", "The physical address",
     "The new tables map the control code page a second time, at its own physical address. "
     "The code jumps there; nothing at the kernel address is needed any more."),
    ("6", "paging off", "Paging off",
     "Virtual and physical address are the same here, so paging can be switched off under the "
     "running code. Every control register gets a known value."),
    ("7", "the list", "The list",
     "Word by word, the list says which page is copied where. The order is such that no "
     "source is overwritten before it has been read (H4)."),
    ("8", "digest", "Is it what was loaded?",
     "If the load has made digests, they are compared now."),
    ("9", "exit", "The exit",
     "The last instructions give every register the value that the payload's boot protocol "
     "asks for."),
    (ENTERED, "payload", "The payload runs",
     "The first instruction of the payload is next. Nothing of the old kernel is needed any "
     "more."),
)
NAIVE = ("naive", "naive", "The naive way",
         "The code before the change of 2006 wrote an identity mapping of the control page "
         "into the live tables, so that it could go on when paging is switched off. This build "
         "writes it, too. The old kernel's tables are damaged now: a dump shows them so, and a "
         "kernel that comes back would run on them.")


def phases(naive):
    """[{"id", "short", "title", "text"}] in order."""
    found = list(PHASES)
    if naive:
        found.insert(2, NAIVE)
    return [dict(zip(("id", "short", "title", "text"), phase)) for phase in found]


def numbered():
    """[(first line, "N")] of the trampoline's numbered comments."""
    found = [(i, match[1]) for i, line in enumerate(whole(TRAMPOLINE).splitlines(), 1)
             if (match := re.match(r" +/\* (\d)\. ", line))]
    assert [n for _, n in found] == [str(n) for n in range(1, 10)], found
    return found


def phase_of(place):
    file, line = place
    if file.startswith(EXITS):
        return "9"
    if file != TRAMPOLINE:
        return None
    return next((n for first, n in reversed(numbered()) if line >= first), "1")
