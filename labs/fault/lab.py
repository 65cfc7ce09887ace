"""Lab fault: a task gate that tells of a fault between two kernels."""
import re

import boots
from catalogue import TOP, Check, Finding, Lab, Part, Trial
from hole import FIRST, Function

IDT = f"""
    /* {FIRST} (1). A task gate for each vector. README.md, "Gates". */
    (void)gate;
"""
GDT = f"""
    /* {FIRST} (2). Code, data, the trampoline's own task, and the fault task for each
     * vector. README.md, "The GDT". */
    (void)gdt;
    (void)base;
    (void)tss;
"""
TSS = f"""
    /* {FIRST} (3). What the CPU loads at a fault. README.md, "The task". */
    (void)tss;
    (void)base;
    (void)root;
"""
# What is ordered (kernel/load/inject.c): check, where, whether at the kernel address, and the vector.
FAULTS = (
    ("before-cr3", "before-cr3:gp", "at the kernel address, before CR3", True, 13),
    ("after-cr3", "after-cr3:stack", "at the kernel address, after CR3", True, 14),
    ("physical", "physical:divide", "at the physical address", False, 0),
    ("unpaged", "unpaged:ud", "paging off", False, 6),
    ("list", "list:nmi:7", "in the list", False, 2),
    ("entry", "entry:df", "at the entry", False, 8),
)


def number(name):
    """A constant of the page's layout."""
    text = (TOP / "include" / "baton" / "control.h").read_text()
    return int(re.search(rf"^#define {name} (0x\w+)", text, re.M)[1], 16)


def one_fault(elf, kind, words, phase, at_kernel_address, vector):
    """The fault task is entered with the vector's own selector, and tells the phase."""
    payload, _ = boots.judge("span")
    case = f"{kind} tables, a fault ordered by inject={words}"
    elf = elf.parent / "inject" / "baton.elf"
    machine = boots.machine(f"fault-{words.replace(':', '.')}", elf, kind, payload, f"inject={words}")
    symbols = boots.Elf32(machine.kernel).symbols
    seen = {}

    def before(d):
        d.go_to(symbols["baton_trampoline"])
        page = symbols["baton_trampoline_page"] if at_kernel_address else d.registers()["EDX"]
        d.go_to(page + number("CONTROL_FAULT"))
        seen["selector"] = int(re.search(r"^TR *=(\w+)", d.monitor("info registers"), re.M)[1], 16)

    boot, _ = boots.hand_over(machine, 0, before=before)
    if not seen:
        return Finding(case, "the fault task's first instruction is reached", boot.found)
    selector = number("CONTROL_FAULT_TR") + 8 * vector
    if seen["selector"] != selector:
        return Finding(case, f"task register {selector:#x}", f"{seen['selector']:#x}")
    told = re.search(r"^fault +in the hand-off, (.*): vector (0x\w+)", boot.log, re.M)
    expected = f"{phase}, vector {vector}"
    if boot.status != boots.machines.FAULTED or not told:
        return Finding(case, f"a line of the fault task: {expected}", boot.found)
    if (told[1], int(told[2], 16)) != (phase, vector):
        return Finding(case, expected, f"{told[1]}, vector {int(told[2], 16)}")
    return None


def trial(check, *fault):
    def run(elf):
        return {check: one_fault(elf, "pae", *fault) or one_fault(elf, "legacy", *fault)}
    return Trial((check,), run)


LAB = Lab(
    name="fault",
    title="report a fault between two kernels, by a task gate",
    parts=(Part("relocate/image/control.c", (
        Function("fill_idt", IDT), Function("fill_gdt", GDT), Function("fill_fault_tss", TSS))),),
    stop="control_fill",
    trials=tuple(trial(*fault) for fault in FAULTS),
    wrong_builds=("inject",),
    checks=(
        Check("gates", 15, "a task gate for each vector", 'README.md, "Gates"; SDM volume 3, 7.2.5'),
        Check("segments", 10, "code and data, flat", 'README.md, "The GDT"; SDM volume 3, 3.4.5'),
        Check("kernel-gdt", 15, "the tasks in the GDT for the kernel address",
              'README.md, "The GDT"; SDM volume 3, 7.2.2'),
        Check("physical-gdt", 10, "the tasks in the GDT for the physical address",
              'README.md, "The GDT" and "Two addresses"'),
        Check("task", 20, "what the CPU loads for the fault task",
              'README.md, "The task"; SDM volume 3, 7.2.1'),
        Check("before-cr3", 5, "a fault in the old tables is told", 'README.md, "In the machine"'),
        Check("after-cr3", 5, "one in the new tables, with a stack that is gone",
              'README.md, "In the machine" and "Why a task"'),
        Check("physical", 5, "one at the physical address", 'README.md, "Two addresses"'),
        Check("unpaged", 5, "one with paging off", 'README.md, "Two addresses"'),
        Check("list", 5, "an NMI while pages are moved", 'README.md, "In the machine"'),
        Check("entry", 5, "a double fault at the entry", 'README.md, "In the machine"'),
    ))
