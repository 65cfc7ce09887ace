"""The ways into the shell and out of it: countdown, refusals, exec, faults, reboot, power off; and
editing the line on COM1.
"""
import re

import payloads
from machine import PANICKED, POWERED_OFF, Machine, Result
from test_shell import BOTH, INITRD, LEGACY, MODULES, OLD, PAE, WORDS, begin, fact
from typist import PROMPT, sessions, shell

KINDS = {"divide": 0, "debug": 1, "nmi": 2, "breakpoint": 3, "overflow": 4, "bound": 5,
         "opcode": 6, "fpu": 7, "stack": 8, "task": 10, "absent": 11, "ss": 12, "segment": 13,
         "read": 14, "write": 14, "execute": 14, "user": 14, "math": 16, "machine": 18}


def assert_judged_well(t, words, initrd=INITRD):
    text, status = t.end()
    payloads.assert_judged_well(Result(t.machine, status, text, 0), words, initrd)


# ---- exec

@sessions(*BOTH, OLD, quick=True)
def test_exec_hands_over_what_was_loaded(t):
    begin(t, "load")
    t.send("exec\r")
    assert_judged_well(t, WORDS)


@sessions(*BOTH)
def test_exec_after_many_loads_with_words_as_they_were_typed(t):
    begin(t)
    for place in ("all", "none", "auto", "all"):
        t.ask(f"load 1 place={place} append round of {place}")
        t.ask("unload")
        t.ask(f"load 1 initrd=1 place={place}")
    t.ask('load place=none initrd=2 append  a   "b  c" place=all d="e f"  g')
    t.send("exec\r")
    assert_judged_well(t, 'a   "b  c" place=all d="e f"  g')


@sessions(PAE, LEGACY)
def test_exec_without_words_and_without_an_initrd(t):
    begin(t, "load 1 place=all append")
    t.send("exec\r")
    assert_judged_well(t, "", None)


# ---- faults

@sessions(*[shell(f"{kind}{words}", words, MODULES)
            for kind in KINDS for words in ("", "paging=legacy")
            if not words or kind in ("stack", "read", "write")])
def test_each_fault_is_reported(t):
    kind = re.match("shell-([a-z]+?)(paging|-)", t.machine.name)[1]
    lines = begin(t, "fault")
    assert {line.split()[0] for line in lines if "vector" in line[12:]} >= set(KINDS)
    assert re.search(rf"vector {KINDS[kind]}\b", fact(lines, kind))
    t.send(f"fault {kind}\r")
    text, status = t.end()
    told = [line for line in text.splitlines() if line.startswith("exception")]
    assert status == PANICKED and len(told) == 1, text
    assert re.match(rf"exception   vector {KINDS[kind]}, ", told[0]), told
    if kind == "execute":
        assert "0x00001000, outside the kernel's code" in told[0]
    elif kind == "user":            # where programs are linked; nothing is loaded that has a control page
        assert re.search(r"error code 0x5, at 0x080480\w\w, inner \+ 0x\w+, in the user program "
                         r"\(ring 3\)$", told[0]), told
        assert re.search(r"^ +cs 0x3b ss 0x43 eflags ", text, re.M), text
    else:
        assert re.search(r"at 0xc01\w{5}, \w+", told[0]), told
    assert re.search(r"^ +eax 0x\w+ ebx ", text, re.M) and " cr2 0x" in text


@sessions(PAE)
def test_a_panic_has_its_exit_code(t):
    begin(t)
    t.send("fault panic\r")
    text, status = t.end()
    assert status == PANICKED and "\npanic       on purpose (fault panic)\n" in text, text


@sessions(Machine("shell-unread", kernel=payloads.BATON, memory="32M", append="shell"))
def test_a_panic_is_printed_completely_even_without_a_key(t):
    t.prompt()
    t.ask("more 2")
    t.send("fault panic\r")
    t.expect(r"panic       on purpose \(fault panic\)\r\nstop        halted")


# ---- reboot and poweroff

@sessions(PAE, LEGACY)
def test_reboot_resets(t):
    begin(t)
    t.send("reboot\r")
    assert t.qmp.event("SHUTDOWN")["reason"] == "guest-reset"
    text, status = t.end()
    assert status == POWERED_OFF and "refused" not in text


@sessions(shell("off-pc", "", MODULES), shell("off-pc-legacy", "paging=legacy", MODULES),
          shell("off-q35", "", MODULES, machine="q35"),
          shell("off-1g", "", MODULES, memory="1G"),
          shell("off-4g", "paging=legacy", MODULES, machine="q35", memory="4G", emulator="x86_64"))
def test_poweroff_switches_off(t):
    begin(t)
    t.send("poweroff\r")
    assert t.qmp.event("SHUTDOWN")["reason"] == "guest-shutdown"
    text, status = t.end()
    assert status == POWERED_OFF and "refused" not in text, text


@sessions(shell("isapc", "", MODULES, machine="isapc"), shell(
    "no-acpi", "", MODULES, machine="pc,acpi=off"))
def test_poweroff_without_acpi_is_reported(t):
    lines = begin(t, "poweroff", "status")
    assert "the firmware has no ACPI tables; use the machine's button" in fact(lines, "refused")
    t.ask("load")
    t.send("exec\r")
    assert_judged_well(t, WORDS)


# ---- the ways in

def counting(name, seconds, modules=MODULES, words=""):
    return Machine(f"shell-{name}", kernel=payloads.BATON, memory="32M", modules=modules,
                   append=f"countdown={seconds} {words}".strip())


@sessions(counting("key", 60, words="exitport=0xf4"), quick=True)
def test_a_key_in_the_countdown_leads_to_the_shell(t):
    t.expect("press a key within [0-9]+ seconds")
    t.send("x")
    assert [line for line in t.prompt() if line.endswith("a key was pressed                ")]
    assert t.ask("status")[0] == "image       nothing is loaded"     # x is not in the line


@sessions(counting("arrow", 60), counting("escape", 60))
def test_an_arrow_or_an_escape_is_a_key(t):
    t.expect("press a key within")
    t.send("\x1b[A" if t.machine.name.startswith("shell-arrow") else "\x1b")
    t.prompt()
    assert t.ask("status")[0] == "image       nothing is loaded"


@sessions(counting("ps2", 60))
def test_a_key_of_the_keyboard_leads_to_the_shell(t):
    t.expect("press a key within")
    t.qmp.press("a")
    t.prompt()


@sessions(counting("none", 2, words="exitport=0xf4"), quick=True)
def test_no_key_hands_over(t):
    text, status = t.end()
    assert "press a key within 2 seconds" in text and "press a key within 1 second " in text
    payloads.assert_judged_well(Result(t.machine, status, text, 0), WORDS, INITRD)


@sessions(Machine("shell-nothing", kernel=payloads.BATON, memory="32M"),
          counting("unknown", 1, (INITRD,)), quick=True)
def test_a_refusal_without_an_exit_port_leads_to_the_shell(t):
    lines = t.prompt()
    assert len([line for line in lines if line.startswith("refused ")]) == 1, lines
    assert t.ask("status")[0] == "image       nothing is loaded"


@sessions(Machine("shell-refused-exit", kernel=payloads.BATON, memory="32M",
                  append="exitport=0xf4", modules=(INITRD,)))
def test_a_refusal_with_an_exit_port_ends_there(t):
    text, status = t.end()
    assert status == 33 and PROMPT not in text


# ---- the line, as it is typed

@sessions(PAE, LEGACY, quick=True)
def test_history_completion_and_editing_over_com1(t):
    begin(t)
    t.ask("more 77")
    assert t.ask("more 7\x1b[D9\x1b[C\x7f") == ["more        long output stops after 9 rows"]
    assert t.ask("\x1b[A\x1b[A") == ["more        long output stops after 77 rows"]
    assert t.ask("\x1bOAx\x1b[3~\x7f") == ["more        long output stops after 77 rows"]
    assert t.ask("nonsense\x15more off") == ["more        long output does not stop"]
    assert t.ask("st\t") == t.ask("status")
    assert t.ask("help tra\t")[0] == "usage       trampoline"
    assert t.ask("zz\x01\x0bregs 1")[0].startswith("refused ")
    t.send("mo\t")
    t.expect(r"more  modules  \r\n" + PROMPT + "mo")
    t.send("\x03")
    t.expect(r"\^C\r\n" + PROMPT)
    assert t.ask("more") == ["more        long output does not stop"]
    long = "peek 0xc0100000 " + "0" * 220 + "1"
    assert len(t.ask(long)) == 1
    assert fact(t.ask("x" * 300), "refused").startswith("there is no command " + "x" * 255 + ";")
    assert t.ask("") == []


@sessions(PAE, quick=True)
def test_the_pager_stops_goes_on_and_ends(t):
    t.prompt()
    t.ask("load")
    t.ask("more 5")
    more = r"-- more: space next page, enter next line, q quit --"

    def part(key):
        t.send(key)
        t.expect(r"\r +(?=\r)")
        found = t.talk.expect([more, r"[\r\n]" + PROMPT])
        return t.talk.before.replace("\r", "").split("\n"), found

    t.send("status\r")
    t.expect(r"status\r\n")
    t.expect(more)
    assert t.talk.before.count("\n") == 5
    lines, found = part("\r")
    assert len(lines) == 2 and found == 0
    lines, found = part(" ")
    assert found == 1 and lines[-1].startswith("pages "), lines
    t.send("mem\r")
    t.expect(more)
    t.send("x")                         # not a key of the pager
    lines, found = part("q")
    assert lines == [""] or found == 1, lines
    assert t.ask("unload")[0].startswith("unload ")
    begin_again = t.ask("more off")
    assert begin_again == ["more        long output does not stop"]
    assert len(t.ask("mem")) > 10


@sessions(PAE)
def test_a_line_that_takes_two_rows_counts_as_two(t):
    """The plan's line does; and there is no prompt after the last line."""
    t.prompt()
    t.ask("more 4")
    t.send("load\r")
    t.expect(r"load\r\n")
    t.expect("-- more.*--")
    lines = t.talk.before.replace("\r", "").split("\n")
    assert [line.split()[0] for line in lines if line] == ["payload", "initrd", "plan"], lines
    assert len(lines[2]) > 80
    t.send(" ")
    t.prompt()
    t.ask("more 7")
    assert len(t.ask("load")) == 5


@sessions(PAE, LEGACY)
def test_an_exception_is_neither_paged_nor_muted(t):
    """2 rows, the pager, and a fault in the row after them."""
    t.prompt()
    t.ask("more 2")
    t.send("peek 0xc07fffc0 0x80 !\r")
    t.expect("-- more.*--")
    t.send(" ")
    t.expect("-- more.*--")
    t.send("q")
    t.prompt()
    t.send("fault read\r")                  # its lines are more than two
    text, status = t.end()
    assert status == PANICKED and "-- more" not in text and " cr2 0x00001000" in text, text
