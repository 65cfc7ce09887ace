"""Lab walk: translate an address through page tables."""
import re

import boots
from catalogue import Check, Finding, Lab, Part, Trial
from hole import FIRST, Function
from talk import Talk

import livetables

STUB = f"""
    /* {FIRST}. README.md says what to fill in; until then, nothing is present. */
    (void)space;
    (void)va;
    *walk = (struct pt_walk){{0}};
"""
SEEN = 12           # addresses that are asked for in the shell


def addresses(found):
    """Some that are mapped, the first and the last byte, and some that are not."""
    picked = found[::max(1, len(found) // SEEN)][:SEEN]
    yield from ((va, pa) for va, size, pa, _, _ in picked)
    yield from ((va + size - 1, pa + size - 1) for va, size, pa, _, _ in picked[:4])
    yield from ((va, None) for va in (0, 0x00400000, 0x80000000, 0xbffff000))


def physical(entry_address, size, va):
    return entry_address & ~(size - 1)


def shell(elf, kind):
    """The shell's `walk` against the tables in the machine's memory, read from outside."""
    case = f"{kind} tables, in Baton's shell"
    machine = boots.machine("walk-shell", elf, kind, boots.judge("tiny")[0], "shell")
    with Talk(machine) as t:
        if t.until_prompt() is None:
            return Finding(case, "the shell's prompt", t.trouble)
        root = int(re.search(r"^tables +live: \w+, root (0x\w+)", t.text(), re.M)[1], 16)
        memory = t.qmp.memory(0, 32 << 20)
        found = [(va, size, physical(pa, size, va), entry, allowed) for va, size, pa, entry, allowed
                 in livetables.mappings(memory, root, kind == "pae")]
        t.ask("more off")
        for va, pa in addresses(found):
            said = t.ask(f"walk {va:#010x}")
            if said is None:
                return Finding(f"{case}, walk {va:#010x}", "an answer", t.trouble)
            result = [line for line in said if line.startswith("result")]
            told = re.match(r"result +0x\w+ is at (0x\w+)", result[0]) if result else None
            got = int(told[1], 16) if told else None
            if got != pa:
                def text(at):
                    return "not mapped" if at is None else f"physical address {at:#010x}"
                return Finding(f"{case}, walk {va:#010x}", text(pa), text(got))
    return None


def boot(elf, kind):
    """Baton's dry run uses the walk, too: if the walk is wrong, it refuses to hand over."""
    payload, entry = boots.judge("tiny")
    result, finding = boots.hand_over(boots.machine("walk", elf, kind, payload), entry,
                                      arrived=lambda d: boots.same_memory(d, payload))
    wrong = boots.judged(result, finding, f"a hand-off with {kind} tables")
    return {f"boot-{kind}": wrong or shell(elf, kind)}


LAB = Lab(
    name="walk",
    title="translate an address through page tables",
    parts=(Part("pagetable/walk.c", (Function("pt_translate", STUB),)),),
    stop="pt_translate",
    trials=(Trial(("boot-legacy",), lambda elf: boot(elf, "legacy")),
            Trial(("boot-pae",), lambda elf: boot(elf, "pae"))),
    checks=(
        Check("legacy", 15, "legacy tables, pages of 4 KiB",
              'README.md, "Legacy tables"; SDM volume 3, 4.3'),
        Check("pae", 15, "PAE tables, pages of 4 KiB", 'README.md, "PAE tables"; SDM volume 3, 4.4.2'),
        Check("large", 15, "large pages, in both formats",
              'README.md, "Large pages"; SDM volume 3, tables 4-4 and 4-9'),
        Check("holes", 10, "addresses that are not mapped",
              'README.md, "Holes"; SDM volume 3, table 4-6'),
        Check("steps", 10, "the steps of the walk", 'README.md, "What to fill in"'),
        Check("bits", 10, "the flags of the page", 'README.md, "What to fill in"'),
        Check("reserved", 10, "reserved bits on the way",
              'README.md, "Reserved bits"; SDM volume 3, 4.4.1 and table 4-8'),
        Check("boot-legacy", 8, "Baton hands over, and its shell walks, with legacy tables",
              'README.md, "In the machine"'),
        Check("boot-pae", 7, "the same with PAE tables", 'README.md, "In the machine"'),
    ))
