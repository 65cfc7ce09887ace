"""Baton's screen on a linear framebuffer: a picture of it by QMP's screendump, and its text read back
from the pixels with Baton's own font. On a BIOS, in modes that GRUB is told to set, and on UEFI of 64
and of 32 bits.
"""
import time

import firmware
import glyphs
import images
import machine as machines
import payloads
import pytest
from joblist import cases
from machine import run
from typist import PATIENCE, PROMPT, sessions

MORE = "-- more: space next page, enter next line, q quit --"
WORDS = "judged"
BOOTED = 120                # seconds; a host may be busy
# What follows GRUB's command multiboot2, which sets gfxpayload, too.
MODES = {name: (f"set gfxpayload={mode}",) for name, mode in (
    ("32", "1024x768x32"), ("24", "1280x1024x24"), ("16", "1024x768x16"), ("15", "800x600x15"),
    ("small", "320x200x32"), ("text", "text"))}
FONT = "/usr/share/grub/unicode.pf2"    # for GRUB's own screen
MODES["keep"] = ("loadfont /font", "set gfxmode=1152x864x32", "terminal_output gfxterm",
                 "set gfxpayload=keep")


def machine(name, where, mode="", words="shell verbose", extra=(), **more):
    iso = images.baton_iso2(payloads.BATON, words, [(payloads.judge("tiny"), WORDS)],
                            MODES.get(mode, ()), [("font", FONT)] if mode == "keep" else [])
    return firmware.machine(f"framebuffer-{name}", where, iso, extra, timeout=60, **more)


def shown(t):
    """(rows, cursor): the screen as it is now; no rows if it is not text, or is being drawn."""
    try:
        return glyphs.of(t.qmp).text()
    except glyphs.NoText:
        return [], None


def bottom(rows):
    return max((i for i, row in enumerate(rows) if row), default=-1)


def until(t, ready, seconds=PATIENCE):
    """Waits until ready(last row, its number, cursor); returns the rows that are not below it."""
    rows, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        rows, cursor = shown(t)
        at = bottom(rows)
        if rows and ready(rows[at], at, cursor):
            return rows[:at + 1]
        time.sleep(0.05)
    raise AssertionError("the screen never showed it:\n" + "\n".join(rows))


def shows(t, text, seconds=PATIENCE):
    """Waits until the last row is this text, with the cursor after it; returns the rows."""
    return until(t, lambda row, at, cursor: row == text.rstrip() and cursor == (at, len(text)),
                 seconds)


def stopped(t):
    """Waits for Baton's last line; returns the rows."""
    return until(t, lambda row, at, cursor: row.startswith("stop ") and cursor == (at + 1, 0))


def said(t):
    """The lines on COM1."""
    return machines.read_log(t.machine.log()).split("\n")


@sessions(machine("bios-32", "bios", "32"), machine("bios-24", "bios", "24"),
          machine("bios-16", "bios", "16"), machine("bios-15", "bios", "15"),
          machine("bios-keep", "bios", "keep", "shell verbose paging=legacy"),
          machine("uefi", "uefi"), machine("uefi32", "uefi32"))
def test_the_shell_is_usable(t):
    t.expect(PROMPT, timeout=BOOTED)
    rows = shows(t, PROMPT)
    assert rows == said(t)[-len(rows):-1] + [PROMPT.rstrip()] and len(rows) > 15

    t.qmp.type("pek 0xc0100000 1")        # and mend it
    t.qmp.press("home")
    t.qmp.press("right")
    t.qmp.press("right")
    t.qmp.type("e")
    t.qmp.press("end")
    t.qmp.type("66\b\n")
    rows = shows(t, PROMPT)
    assert rows[-3] == PROMPT + "peek 0xc0100000 16" and rows[-2].startswith("0xc0100000"), \
        "\n".join(rows)

    t.qmp.type("nonsense\n")
    rows = shows(t, PROMPT)
    assert rows[-2].startswith("refused     there is no command nonsense")
    ink = glyphs.of(t.qmp).inks(len(rows) - 2, len("refused"))
    assert len(ink) == 1 and ink[0][0] >= 0xf8 and max(ink[0][1:]) < 0x60, f"not red: {ink}"

    t.qmp.type("help\n")                    # a page: it scrolls, and stops
    rows = shows(t, MORE)
    t.qmp.press("q")
    rows = shows(t, PROMPT)
    assert rows[-2].startswith("regs ")

    t.qmp.type("fault divide\n")
    t.expect("stop  .*\n")
    rows = stopped(t)
    start = rows.index(PROMPT + "fault divide") + 1
    assert rows[start:] == said(t)[start - len(rows) - 1:-1]
    assert rows[start + 1].startswith("exception   vector 0, divide error")


@sessions(machine("kept", "uefi"))
def test_mem_shows_the_tables_of_uefi(t):
    """The same ranges as in the lines of the start."""
    t.expect(PROMPT, timeout=BOOTED)
    t.ask("more off")
    lines = t.ask("mem")
    kept = [line.split()[-3::2] for line in said(t) if line.startswith("  UEFI      tables kept in ")]
    assert kept, said(t)
    assert [line.split()[1:4:2] for line in lines if line.endswith("kept: tables of UEFI")] == kept


@sessions(machine("silent", "bios", "32", "shell serial=none"), quick=True)
def test_without_a_serial_port_the_screen_has_it_all(t):
    rows = shows(t, PROMPT, BOOTED)
    for step in ("Baton 0.1", "memory", "tables", "shell"):
        assert len([row for row in rows if row.startswith(step)]) == 1, "\n".join(rows)
    assert not said(t)[0]


@sessions(machine("refused", "bios", "32", "paging=nonsense"),
          machine("no-pae", "bios", "32", "paging=pae", cpu="pentium"),
          machine("panic", "bios", "32", "fault=panic"), quick=True)
def test_the_end_is_on_the_screen(t):
    """The first ones happen on the boot tables."""
    t.expect("stop  .*\n", timeout=BOOTED)
    rows = stopped(t)
    assert rows == said(t)[:-1]
    assert len([row for row in rows if row.startswith(("refused ", "panic "))]) == 1


@sessions(machine("text", "bios", "text"), quick=True)
def test_text_mode_is_kept_if_grub_is_told_so(t):
    t.expect(PROMPT, timeout=BOOTED)
    t.until(lambda: t.screen()[bottom(t.screen())] == PROMPT.rstrip())
    assert not [line for line in said(t) if line.startswith(("screen ", "  screen "))]


class Unused:
    """A framebuffer that Baton does not use: a line says why, and the rest is as ever."""

    def __init__(self, name, mode, why, **more):
        self.name, self.mode, self.why, self.more = f"framebuffer-{name}", mode, why, more

    def run(self):
        return run(machine(self.name.removeprefix("framebuffer-"), "bios", self.mode,
                           "exitport=0xf4", **self.more))


@pytest.mark.parametrize("job", cases(
    "framebuffer-",
    Unused("small", "small", "screen      Baton does not use the framebuffer: it has less than 640 x "
                             "400 pixels"),
    Unused("pse", "32", "screen      Baton does not use the framebuffer: this CPU has no pages of "
                        "4 MiB, with which to map it", emulator="i386", cpu="486,-pse"),
    quick=("small",)))
def test_an_unusable_one_is_left_out(job, outcome):
    payloads.assert_judged_well(outcome, WORDS)
    assert outcome.lines("^(loader|screen) ") == [job.why], outcome.story()
