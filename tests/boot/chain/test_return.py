"""A payload that is called, and returns: the old kernel goes on, and nothing of it has changed.

The payload (tests/payloads/called) covers the old kernel, checks how it is entered and that its
bytes are those of its file, and writes over all of its memory before it returns.
"""
import bisect
import os
import re

import payloads
from elf32 import Elf32
from machine import BUILD, Machine
from test_shell import PAGE, addresses, begin, fact, free_pages, ram
from typist import sessions, shell

CALLED, SMALL, MULTIBOOT1, MULTIBOOT2, FLAT = (
    os.path.join(BUILD, "tests", "payloads", f"called-{name}")
    for name in ("big", "small", "multiboot1", "multiboot2", "flat"))
ANSWER = "0xca11ed00"
KERNEL_BASE = 0xc0000000
RETURNED_EXIT = 41                      # isa-debug-exit of 0x14
SCREEN = range(0xa0000 // PAGE, 0xc0000 // PAGE)    # video memory: the lines appear there
# The old kernel's variables that change when it prints lines: its stack, its console, and where the
# cursor stands, for the payload.
OWN = {"boot_stack", "row", "column", "colour", "slot"}
FAULTS = {"divide": 0, "nmi": 2, "opcode": 6, "page": 14}


def machine(name, words, line="", **more):
    return shell(f"return-{name}", words, (f"{CALLED} {line}".strip(),), **more)


KINDS = [machine("pae", "paging=pae"), machine("legacy", "paging=legacy"),
         machine("verify", "paging=pae verify=on"),
         machine("486", "", cpu="486,-pse,-vme", memory="16M"),
         machine("p3", "paging=pae", cpu="pentium3"),
         machine("amd64", "", cpu="max", emulator="x86_64")]


def assert_called_well(t, lines):
    assert len([line for line in lines if line.startswith("called: 0 wrong")]) == 1, lines
    assert fact(lines, "returned") == f"1 time, the last time {ANSWER}", lines
    assert re.fullmatch(r"live tables: checksum 0x\w+ before and after \(H1\); [\d,]+ pages free, as "
                        r"before", fact(lines, "compared")), lines


def masks(t):
    """Of both PICs."""
    return re.findall(r"imr=(\w+)", t.qmp.monitor("info pic"))


@sessions(*KINDS, quick=True)
def test_a_payload_returns_and_the_shell_goes_on(t):
    free = begin(t, "status")[-1]
    t.ask("load 1 return")
    masked = masks(t)
    assert len(masked) == 2 and masked != ["ff", "ff"]
    for _ in range(3):
        assert_called_well(t, t.ask("exec"))
    assert masks(t) == masked
    assert len([line for line in t.ask("check") if " holds " in line]) == 6
    t.ask("unload")
    assert t.ask("status")[-1] == free


# What the load says of each other format, and the module that its kernel gets besides.
FORMATS = [(MULTIBOOT1, "1 initrd=2", "a kernel, multiboot 1, ELF32"),
           (MULTIBOOT2, "3 initrd=2", "a kernel, multiboot 2, ELF32"),
           (FLAT, "4 type=flat load=0x100000", "a kernel, flat file")]


@sessions(*[shell(f"return-formats-{kind}", f"paging={kind}", (MULTIBOOT1, SMALL, MULTIBOOT2, FLAT))
            for kind in ("pae", "legacy")], quick=True)
def test_other_formats_return(t):
    """With a module of their own; also after a fault."""
    free = begin(t, "status")[-1]
    for _, words, kind in FORMATS:
        assert fact(t.ask(f"load {words} return append"), "payload").startswith(kind)
        assert_called_well(t, t.ask("exec"))
        before = ram(t)
        assert_called_well(t, t.ask("exec"))
        changed = variables_of(differing(before, ram(t)))
        assert changed <= OWN, changed
        t.ask(f"load {words} return append opcode")
        assert fact(t.ask("exec"), "refused").startswith(
            "the call has failed: a fault in the payload, vector 6, at 0x")
        t.ask("unload")
        assert t.ask("status")[-1] == free


# ---- memory

def variables_of(pages):
    """The names of the old kernel's variables in the bytes that differ; else the pages."""
    symbols = {value - KERNEL_BASE: name for name, value in Elf32(payloads.BATON).symbols.items()}
    starts = sorted(symbols)
    end = Elf32(payloads.BATON).symbols["kernel_end"] - KERNEL_BASE
    found = set()
    for at in pages:
        if starts[0] <= at < end:
            found.add(symbols[starts[bisect.bisect_right(starts, at) - 1]])
        else:
            found.add(hex(at & -PAGE))
    return found


def differing(before, after):
    for page in range(0, len(before), PAGE):
        if page // PAGE not in SCREEN and before[page:page + PAGE] != after[page:page + PAGE]:
            yield from (at for at in range(page, page + PAGE) if before[at] != after[at])


@sessions(machine("all-pae", "paging=pae", "quiet"),
          machine("all-legacy", "paging=legacy", "quiet wild"),
          machine("all-486", "", "quiet", cpu="486,-pse,-vme", memory="16M"), quick=True)
def test_every_byte_of_memory_is_as_before(t):
    """But for the old kernel's console, which has printed lines. The image is as it was, too."""
    begin(t, "load 1 return", "exec")
    before = ram(t)
    assert fact(t.ask("exec"), "returned").endswith(ANSWER)
    changed = variables_of(differing(before, ram(t)))
    assert changed <= OWN, changed


# ---- many

@sessions(shell("return-1000", "paging=pae", (f"{SMALL} quiet",)), quick=True)
def test_a_thousand_calls(t):
    free = begin(t, "status")[-1]
    t.ask("load 1 return")
    t.send("exec 1000\r")
    t.expect(r"baton> ", timeout=600)
    lines = t.talk.before.replace("\r", "").split("\n")
    assert fact(lines, "returned") == f"1000 times, the last time {ANSWER}", lines
    t.ask("unload")
    assert t.ask("status")[-1] == free


# ---- what a payload may leave, and faults

@sessions(machine("wild-pae", "paging=pae", "wild", cpu="pentium3"),
          machine("wild-legacy", "paging=legacy", "wild"), quick=True)
def test_a_payload_may_leave_any_registers(t):
    begin(t, "load 1 return")
    before = t.ask("regs")
    for _ in range(2):
        assert_called_well(t, t.ask("exec"))
    assert [line for line in t.ask("regs") if "esp" not in line] == \
        [line for line in before if "esp" not in line]


@sessions(*[machine(f"{kind}-{fault}", f"paging={kind} onfault=reset", fault)
            for kind in ("pae", "legacy") for fault in FAULTS], quick=True)
def test_a_fault_comes_home(t):
    fault = t.machine.modules[0].split()[1]
    free = free_pages_at_start(t)
    t.ask("load 1 return")
    for _ in range(2):
        lines = t.ask("exec")
        told = [line for line in lines if line.startswith("fault  ")]
        assert len(told) == 1 and f"vector 0x{FAULTS[fault]:08x}" in told[0], lines
        assert fact(lines, "refused").startswith(
            f"the call has failed: a fault in the payload, vector {FAULTS[fault]}, at 0x"), lines
        assert fact(lines, "compared").endswith("pages free, as before")
    assert len([line for line in t.ask("check") if " holds " in line]) == 6
    t.ask("unload")
    assert free_pages(t) == free
    assert_called_well(t, [*t.ask("load 1 return append"), *t.ask("exec")])


def free_pages_at_start(t):
    begin(t)
    return free_pages(t)


@sessions(machine("loop", "", "loop"), quick=True)
def test_an_nmi_ends_an_endless_loop(t):
    """Twice: after the first one NMIs are not blocked."""
    begin(t, "load 1 return")
    for _ in range(2):
        t.send("exec\r")
        t.expect('called: 0 wrong, "loop"')
        t.qmp.monitor("nmi")
        lines = t.prompt()
        assert fact(lines, "refused").startswith(
            "the call has failed: a fault in the payload, vector 2, at 0x10")


@sessions(machine("differs", "paging=pae verify=on"), quick=True)
def test_a_payload_that_is_not_what_was_loaded_does_not_run(t):
    """Its file changes after the load; then it is as it was."""
    begin(t, "load 1 return")
    inside = addresses(fact(t.ask("modules"), "module 1"))[0] + 0x8000
    byte, = t.qmp.memory(inside, 1)
    t.ask(f"poke {inside:#x} {byte ^ 1} physical")
    lines = t.ask("exec")
    assert len([line for line in lines if " is not what was loaded: " in line]) == 1, lines
    assert fact(lines, "refused").startswith(
        "the call has failed: segments that are not what was loaded: 1, at 0x100000; "), lines
    assert not [line for line in lines if line.startswith("called")], lines
    t.ask(f"poke {inside:#x} {byte} physical")
    assert_called_well(t, t.ask("exec"))


# ---- at boot, and what is refused

@sessions(*[Machine(f"return-boot-{kind}", kernel=payloads.BATON, memory="32M",
                    modules=(CALLED,), append=f"paging={kind} return exitport=0xf4")
            for kind in ("pae", "legacy")], quick=True)
def test_the_word_return_at_boot(t):
    text, status = t.end()
    assert status == RETURNED_EXIT, text
    assert "\ncalled: 0 wrong" in text and re.search(f"^returned .*{ANSWER}$", text, re.M), text


@sessions(shell("return-not", "", (payloads.judge("linux"), CALLED)), quick=True)
def test_what_cannot_return_is_refused(t):
    begin(t)
    assert fact(t.ask("load 1 return"), "refused") == \
        "the payload is of a kind that is entered and does not return; only a static ELF32, a " \
        "multiboot kernel or a flat file can be called and return"
    assert fact(t.ask("load -p 2 return"), "refused").startswith("return is not for a capture")
    t.ask("load 2")
    assert fact(t.ask("exec 2"), "refused").startswith("only a payload that returns")
    t.ask("load 2 --return")
    assert fact(t.ask("exec 0"), "refused").startswith("how many times is a number")
