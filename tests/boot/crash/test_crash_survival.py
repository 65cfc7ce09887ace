"""A crashing kernel that has written anywhere still enters its capture kernel, which sees it all.

At the crash a debugger fills parts of the old kernel's memory with random bytes, except what
docs/crash.md requires to be intact. The code that runs after that must not depend on them; and the
core has exactly those bytes.
"""
import re
import struct
from functools import partial

import joblist
import payloads
import pytest
import vmcore
from captured import Captured, assert_saved
from debugger import Debugger
from elf32 import Elf32
from machine import PASSED, POWERED_OFF, Machine, read_log
from scribble import CONTENTS, DESCRIPTORS, EVERYTHING, PARTS, TRAMPOLINE, Dying

MIB = 1 << 20
MEMORY = 12 * MIB
REGION = "4M@7M"                    # large pages and small ones lead to it, in both formats
CPU = {"pae": "pentium3,-apic", "legacy": "pentium,-apic",
       "small": "486"}              # legacy tables, and no large pages at all
STACK = ["boot_stack"]
SYMBOLS = Elf32(payloads.BATON).symbols

# The crashes: Baton's word, the function at which the memory is overwritten, what must be intact
# then, what must be mapped, with any contents; and the function that the core must name.
DEATHS = {
    "panic": ("fault=panic", "give_up", DESCRIPTORS, STACK, "panic"),
    # No exception can be taken: the lines must be printed without one.
    "bare": ("fault=panic", "give_up", [], STACK + DESCRIPTORS, "panic"),
    # The lines are printed, only the hand-off follows. It does not need the stack: the vault has
    # one.
    "last": ("fault=panic", "vault_take", [], [], "panic"),
    "divide": ("fault=divide", "divide", DESCRIPTORS, STACK, "divide"),
    "write": ("fault=write", "page_write", DESCRIPTORS, STACK, "page_write"),
    "stack": ("fault=stack", "stack", DESCRIPTORS, STACK + ["double_fault_stack"], "stack"),
    "button": ("shell", "shell_run", DESCRIPTORS, STACK, "shell_run")}      # QEMU's NMI

# What the path to the capture kernel writes itself.
CHANGES = {"boot_stack", TRAMPOLINE,
           "row", "column", "filled", "screen_rows", "line_length", "rows_before",  # the lines
           "muted", "line_hook", "colour", "com_port"}      # reset by console_urgent
TASK_CHANGES = {"main_tss", "double_fault_tss", "double_fault_stack", "boot_gdt"}


class Scribbled:
    """The machine crashes with a part of its memory overwritten. .data: what the core has.

    spared: what must be intact is not overwritten. Else it is, and the machine runs to its end.
    """

    def __init__(self, death, part, paging, spared=True):
        self.death, self.part, self.paging, self.spared = death, part, paging, spared
        self.name = f"scribbled-{death}-{part}-{paging}{'' if spared else '-unspared'}"
        self.quick = spared and (death, part) in (("divide", EVERYTHING), ("last", EVERYTHING))

    def machine(self):
        paging = "legacy" if self.paging == "small" else self.paging
        return Machine(self.name, cpu=CPU[self.paging], memory=f"{MEMORY // MIB}M", timeout=60,
                       kernel=payloads.BATON, modules=(f"{payloads.capture_kernel()} captured",),
                       append=f"paging={paging} crashkernel={REGION} crash=1 verbose "
                              f"{DEATHS[self.death][0]} exitport=0xf4")

    def run(self):
        machine = self.machine()
        with Debugger(machine) as d:
            dying, expected = scribble(d, self, MEMORY)
            if not self.spared:
                return d.end()
            if self.death == "button":
                d.command("inject-nmi")
            try:
                d.go_to(told(machine, r"^crash .* staged at (0x\w+);"))
            except (AssertionError, OSError) as error:
                raise AssertionError(f"{error}, with the seed {self.name!r}\n"
                                     + read_log(machine.log())) from None
            memory = d.memory(0, MEMORY)
            result = d.end()
        core = vmcore.of_memory(memory, told(machine, r"^dump +core headers at (0x\w+);"))
        result.data = {"differ": dying.differences(expected, core), "eip": core.registers["eip"]}
        return result


class ScribbledLinux(Captured):
    """The same with Debian's kernel as the capture kernel. .data: what its core has."""
    death, part, spared = "divide", EVERYTHING, True

    def __init__(self):
        word, function, *_ = DEATHS[self.death]
        super().__init__("686-pae", "pae", function, f"verbose {word}")
        self.name = "scribbled-linux"

    def die(self, machine):
        with Debugger(machine) as d:
            self.dying, self.expected = scribble(d, self, self.memory * MIB)
            return d.end()

    def run(self):
        result = super().run()
        if result.status == POWERED_OFF:
            core = vmcore.of_file(result.data["core"])
            result.data.update(differ=self.dying.differences(self.expected, core),
                               eip=core.registers["eip"])
        return result


def told(machine, pattern):
    return int(re.search(pattern, read_log(machine.log()), re.M)[1], 16)


def modules(d):
    """The places of the modules, from the multiboot information. [MB1 3.3]"""
    d.go_to(SYMBOLS["boot_entry"])
    count, table = struct.unpack("<II", d.memory(d.registers()["EBX"] + 20, 8))
    return [struct.unpack("<II", d.memory(table + 16 * i, 8)) for i in range(count)]


def scribble(d, job, memory_size):
    """Runs to the crash and overwrites the memory. Returns the Dying, and all of RAM afterwards."""
    _, function, whole, mapped, _ = DEATHS[job.death]
    files = modules(d)
    d.go_to(SYMBOLS[function])
    memory = bytearray(d.memory(0, memory_size))
    dying = Dying(payloads.BATON, bytes(memory), d.registers()["CR3"], read_log(d.machine.log()),
                  files, whole, mapped, job.spared)
    scribbles = dying.scribble(job.part, job.name)
    assert scribbles, f"there is nothing to overwrite: {job.part}"
    for start, data in scribbles.items():
        d.write_physical(start, data)
        memory[start:start + len(data)] = data
    d.forget_translations()
    return dying, bytes(memory)


cases = partial(joblist.cases, "scribbled-")


def both(death, *parts):
    return [Scribbled(death, part, paging) for part in parts for paging in ("pae", "legacy")]


BARE = both("bare", "descriptors", CONTENTS)
ALONE = [*both("divide", *(part for part in PARTS if part != "descriptors")),
         *both("last", "stack", "descriptors", "tables")]
TOGETHER = [Scribbled(death, EVERYTHING, paging) for death in DEATHS if death != "bare"
            for paging in CPU if paging != "small" or death in ("divide", "last")]


@pytest.mark.parametrize("job", cases(*BARE, *ALONE, *TOGETHER, ScribbledLinux()))
def test_the_capture_kernel_comes_up_and_sees_what_was_scribbled(job, outcome):
    story = f"the seed is {job.name!r}: {outcome.story()}"
    if isinstance(job, ScribbledLinux):
        assert_saved(outcome)
    else:
        assert outcome.status == PASSED, story
    allowed = CHANGES | (TASK_CHANGES if job.death == "stack" else set())
    assert outcome.data["differ"] <= allowed, story
    assert 0 <= outcome.data["eip"] - SYMBOLS[DEATHS[job.death][4]] < 0x80, story


@pytest.mark.parametrize("job", cases(*BARE))
def test_a_panic_that_can_take_no_exception_is_printed(job, outcome):
    assert outcome.log.splitlines()[-2:] == ["panic       on purpose (fault panic)",
                                             "crash       handing over to the capture kernel"]


@pytest.mark.quick
@pytest.mark.parametrize("job", cases(Scribbled("divide", "descriptors", "pae", spared=False),
                                      Scribbled("last", "tables", "pae", spared=False),
                                      Scribbled("last", "tables", "legacy", spared=False)))
def test_without_what_must_be_intact_no_kernel_starts(job, outcome):
    """This shows that the overwriting has an effect."""
    assert outcome.status == POWERED_OFF, outcome.story()       # a triple fault, and no reboot
    assert not outcome.lines("^crash +handing") or job.death == "last", outcome.story()
