"""A machine without a PS/2 keyboard controller: the shell says so, and what can be used instead."""
from typist import PROMPT, sessions, shell

NOT_THERE = "keyboard    there is no PS/2 controller"
BARE = "q35,i8042=off"


@sessions(shell("keyboard-none", machine=BARE), quick=True)
def test_a_missing_controller_is_reported(t):
    lines = t.prompt()
    assert lines[-1] == NOT_THERE + ": type on the serial line"
    assert t.ask("load")[0].startswith("refused ")


@sessions(shell("keyboard-neither", "serial=none", machine=BARE))
def test_without_a_serial_line_nothing_can_be_typed(t):
    rows = t.until(lambda: PROMPT.rstrip() in (rows := t.screen()) and rows)
    assert NOT_THERE + " and no serial line: nothing can be typed" in rows, "\n".join(rows)


@sessions(shell("keyboard-there"), shell("keyboard-there-q35", machine="q35"))
def test_a_controller_is_not_reported(t):
    assert not [line for line in t.prompt() if line.startswith("keyboard ")]
    t.qmp.type("regs\n")
    assert t.prompt()[1].startswith("cr0 ")
