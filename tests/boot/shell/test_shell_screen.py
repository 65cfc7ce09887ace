"""The shell on the PS/2 keyboard and the VGA text screen: typed by QMP's send-key, read back from
the screen's memory.
"""
from test_shell import LEGACY, MODULES, PAE
from typist import COLUMNS, PROMPT, ROWS, sessions, shell

GREY, CYAN, RED, WHITE = 0x07, 0x0b, 0x0c, 0x0f
MORE = "-- more: space next page, enter next line, q quit --"


def bottom(t):
    """The last row that is not empty, and its number."""
    rows = t.screen()
    at = max(i for i, row in enumerate(rows) if row)
    return rows[at], at


def shows(t, text):
    """Waits until the last row is this text, with the cursor after it."""
    t.until(lambda: bottom(t)[0] == text.rstrip())
    row = bottom(t)[1]
    t.until(lambda: t.cursor() == (row, len(text)))


def typed(t, line):
    """Types a line, waits for the prompt, and returns the rows of the answer."""
    shows(t, PROMPT)
    t.qmp.type(line)
    shows(t, PROMPT + line)
    t.qmp.press("ret")
    t.until(lambda: bottom(t)[0] == PROMPT.rstrip())
    rows = t.screen()
    start = max(i for i, row in enumerate(rows) if row == (PROMPT + line).rstrip())
    return rows[start + 1:bottom(t)[1]]


@sessions(PAE, LEGACY, quick=True)
def test_every_character_can_be_typed(t):
    t.prompt()
    line = 'aZ09 "q" !@#$%^&*()_+-={}[]|\\:;<>?,./~`\''
    t.qmp.type(line)
    shows(t, PROMPT + line)
    t.qmp.press("ctrl", "u")
    assert typed(t, 'load 1 place=none append "A_b" ! 0x1')[0].startswith("payload ")
    t.expect(r'append "A_b" ! 0x1\r\npayload ')     # COM1 sees the same
    assert 'command     ""A_b" ! 0x1"' in typed(t, "status")


@sessions(PAE)
def test_the_line_is_edited_on_the_screen(t):
    t.prompt()
    t.qmp.type("mor 8")
    for key in ("left", "left"):
        t.qmp.press(key)
    t.until(lambda: t.cursor()[1] == len(PROMPT + "mor"))
    t.qmp.type("e")
    t.qmp.press("end")
    t.qmp.type("8x\b")
    shows(t, PROMPT + "more 88")
    t.qmp.press("ret")
    t.until(lambda: "more        long output stops after 88 rows" in t.screen())
    t.qmp.press("up")
    shows(t, PROMPT + "more 88")
    t.qmp.press("home")
    t.until(lambda: t.cursor()[1] == len(PROMPT))
    for _ in "more ":
        t.qmp.press("delete")
    t.until(lambda: bottom(t)[0] == PROMPT + "88")
    t.qmp.press("ctrl", "k")
    t.qmp.type("tra\t")
    shows(t, PROMPT + "trampoline ")
    t.qmp.press("ctrl", "c")
    t.until(lambda: bottom(t)[0] == PROMPT.rstrip() and PROMPT + "trampoline ^C" in t.screen())
    t.qmp.type("p\t")                       # the candidates, then the line again
    t.until(lambda: "plan  peek  poke  pci  poweroff" in t.screen())
    shows(t, PROMPT + "p")
    t.qmp.press("caps_lock")
    t.qmp.type("ab1")
    shows(t, PROMPT + "pAB1")


@sessions(PAE)
def test_a_line_longer_than_the_screen_scrolls_in_its_row(t):
    t.prompt()
    room, line = COLUMNS - len(PROMPT) - 1, "".join(chr(ord("a") + i % 26) for i in range(100))
    t.qmp.type(line)

    def window():
        row = bottom(t)[0]
        at = line.rfind(row[len(PROMPT):])
        return row.startswith(PROMPT) and len(row) > len(PROMPT) + 20 and at > 0 and \
            at + len(row) - len(PROMPT) == len(line)

    t.until(window)
    assert bottom(t)[1] == t.cursor()[0]
    t.qmp.press("home")
    shows_from_start = PROMPT + line[:room]
    t.until(lambda: bottom(t)[0] == shows_from_start and t.cursor()[1] == len(PROMPT))


@sessions(PAE, LEGACY, quick=True)
def test_the_pager_keeps_a_screen_and_colours_mean_something(t):
    t.prompt()
    t.qmp.type("help\n")
    t.until(lambda: bottom(t)[0] == MORE)
    rows = t.screen()
    assert rows[0] == PROMPT + "help" and len(rows[23]) > 12 and rows[24] == MORE
    assert t.attributes(0)[:4] == bytes([WHITE] * 4)        # the prompt
    assert t.attributes(1)[:5] == bytes([WHITE] * 5)        # a topic
    assert t.attributes(2)[:4] == bytes([CYAN] * 4)         # a command, and what it does
    assert set(t.attributes(2)[12:]) == {GREY}
    assert set(t.attributes(24)[:len(MORE)]) == {WHITE}
    t.qmp.press("spc")
    shows(t, PROMPT)
    assert MORE not in "\n".join(t.screen())
    rows = typed(t, "frobnicate")
    assert rows == ["refused     there is no command frobnicate; help lists them"]
    at = t.screen().index(rows[0])
    assert t.attributes(at)[:7] == bytes([RED] * 7) and set(t.attributes(at)[12:]) == {GREY}


@sessions(PAE, LEGACY, shell("nx-screen", "", MODULES, cpu="n270"))
def test_the_screen_shows_what_com1_says(t):
    """Row by row, if a line fits; else broken between words and indented."""
    t.prompt()
    t.ask("more off")
    for line in ("load", "mem", "tables", "tables new", "list", "plan", "check", "regs", "status",
                 "trampoline", "peek 0xc0100000 0x80 !", "walk 0xc0100000", "fault", "help poke",
                 "load here", "help"):
        said = t.ask(line)
        t.until(lambda: bottom(t)[0] == PROMPT.rstrip())
        rows, expected = t.screen(), []
        for text in said:
            expected += broken(text)
        shown = rows[:bottom(t)[1]][-len(expected):]
        assert shown == expected[-len(shown):], line
        wrapped = [text for text in said if len(text) > COLUMNS]
        assert len(wrapped) <= (2 if t.machine.cpu != "n270" else 8), wrapped
    assert len(t.screen()) == ROWS


def broken(text):
    """A line as the screen breaks it: at the last blank that fits; the rest starts at column 12."""
    rows = []
    while len(text) > COLUMNS:
        at = text.rfind(" ", 12, COLUMNS + 1)
        rows.append(text[:at].rstrip())
        text = " " * 12 + text[at + 1:]
    return rows + [text.rstrip()]


@sessions(PAE)
def test_a_line_of_80_characters_makes_no_empty_row(t):
    t.prompt()
    name = "x" * (COLUMNS - len("refused     there is no command ; help lists them"))
    for extra in (-1, 0):
        line = name[:len(name) + extra]
        answer = t.ask(line)
        assert len(answer[0]) == COLUMNS + extra
        t.until(lambda: bottom(t)[0] == PROMPT.rstrip())
        assert t.screen()[bottom(t)[1] - 1] == answer[0]
