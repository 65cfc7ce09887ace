"""Lab tables: one page at two addresses, in page tables of its own."""
from dataclasses import replace

import boots
import strict as bochs
from catalogue import Check, Lab, Part, Trial
from hole import FIRST, Function

MAP_ONE = f"""
    /* {FIRST} (1). Map va to image->control, with 4 KiB pages. pt_map says when a table
     * is missing; ledger_take gets a page for it; tables[] and *count note it.
     * README.md, "One address". */
    (void)payload;
    (void)image;
    (void)space;
    (void)tables;
    (void)count;
    (void)va;
    return 0;
"""
TABLES_BUILD = f"""
    /* {FIRST} (2). The root, then both addresses; with PAE, the fault task's tables,
     * too. README.md, "Two addresses". */
    (void)payload;
    (void)image;
    return 0;
"""


def hand_over(elf, kind):
    payload, entry = boots.judge("span")
    boot, finding = boots.hand_over(boots.machine("tables", elf, kind, payload), entry,
                                    arrived=lambda d: boots.same_memory(d, payload))
    return {f"boot-{kind}": boots.judged(boot, finding, f"a hand-off with {kind} tables")}


def strict(elf):
    """With PAE in QEMU, then in Bochs: the entries of a PDPT have the most reserved bits."""
    found = hand_over(elf, "pae")
    wrong = found["boot-pae"]
    found["strict"] = replace(wrong, case=f"{wrong.case}, in QEMU already") if wrong else \
        bochs.hand_over("tables", elf, "pae", boots.judge("tiny")[0], "a hand-off with pae tables")
    return found


LAB = Lab(
    name="tables",
    title="map one page at two addresses, in new tables",
    parts=(Part("relocate/image/tables.c", (
        Function("map_one", MAP_ONE), Function("tables_build", TABLES_BUILD))),),
    stop="tables_build",
    trials=(Trial(("boot-legacy",), lambda elf: hand_over(elf, "legacy")),
            Trial(("boot-pae", "strict"), strict)),
    checks=(
        Check("legacy-kernel", 10, "legacy: the kernel address leads to the control page",
              'README.md, "One address"; SDM volume 3, 4.3'),
        Check("legacy-physical", 15, "legacy: the control page's own address leads to it",
              'README.md, "Two addresses"'),
        Check("pae-kernel", 10, "PAE: the kernel address leads to the control page",
              'README.md, "One address"; SDM volume 3, 4.4.2'),
        Check("pae-physical", 15, "PAE: the control page's own address leads to it",
              'README.md, "Two addresses"'),
        Check("entries", 15, "the flags of the entries",
              'README.md, "Flags"; SDM volume 3, 4.6 and 4.10.2.4'),
        Check("count", 10, "no more tables than needed, and all of them noted",
              'README.md, "How many tables"'),
        Check("alone", 5, "nothing else is mapped", 'README.md, "Two addresses"'),
        Check("fault-tables", 5, "the fault task's tables, beside PAE ones",
              'README.md, "The fault task"'),
        Check("failure", 5, "a host that has no more pages", 'README.md, "When a page is missing"'),
        Check("boot-legacy", 3, "Baton hands over, with legacy tables", 'README.md, "In the machine"'),
        Check("boot-pae", 3, "Baton hands over, with PAE tables", 'README.md, "In the machine"'),
        Check("strict", 4, "the same in Bochs, which looks at reserved bits",
              'README.md, "Flags" and "In the machine"; SDM volume 3, 4.4.1'),
    ))
