"""The hand-off step by step: the order in which every fault can be handled, and the new tables.

The debugger steps through the trampoline and records the registers between instructions.
"""

import livetables as lt
import payloads
import pytest
from debugger import Debugger
from elf32 import Elf32
from machine import PASSED, Machine

KERNEL_BASE = 0xc0000000
MEMORY = 16 << 20
CR0_PG, CR0_TS = 1 << 31, 1 << 3
CR4_PAE, CR4_MCE, CR4_PGE, CR4_OSFXSR = 1 << 5, 1 << 6, 1 << 7, 1 << 9
IF, DF = 1 << 9, 1 << 10
TABLES = {"pae": 5, "legacy": 3}        # maximum of pages (H5)


class Trace:
    """The outcome: a list of {register: value}, and the new tables' mappings at the switch."""

    def __init__(self, kind):
        self.kind, self.name = kind, f"order-{kind}"
        self.trampoline = Elf32(payloads.BATON).symbols["baton_trampoline_page"]

    def run(self):
        entry = Elf32(payloads.judge("tiny") + ".linked").entry
        machine = Machine(self.name, cpu="pentium3", memory=f"{MEMORY >> 20}M", timeout=40,
                          kernel=payloads.BATON, append=f"paging={self.kind} exitport=0xf4",
                          modules=(payloads.judge("tiny"),))
        steps, new = [], None
        with Debugger(machine) as d:
            d.go_to(self.trampoline)
            steps.append(d.registers())
            while steps[-1]["EIP"] != entry:
                d.step()
                steps.append(d.registers())
                if new is None and steps[-1]["CR3"] != steps[0]["CR3"]:
                    memory, pae = d.memory(0, MEMORY), self.kind == "pae"
                    root = steps[-1]["CR3"]
                    new = list(lt.mappings(memory, root, pae)), lt.pages(memory, root, pae)
        return steps, new


CASES = [pytest.param(Trace(kind), id=kind) for kind in ("pae", "legacy")]


def first(steps, condition):
    return next(i for i, step in enumerate(steps) if condition(step))


def page(address):
    return address & -lt.PAGE


@pytest.mark.quick
@pytest.mark.parametrize("job", CASES)
def test_the_steps_come_in_order(job, outcome):
    steps, _ = outcome
    start, low = steps[0], [s["EIP"] for s in steps if s["EIP"] < KERNEL_BASE]
    homes = {job.trampoline, page(low[0])}      # the trampoline's page and the control page
    idt = first(steps, lambda s: s["IDT"] != start["IDT"])
    stack = first(steps, lambda s: page(s["ESP"] - 1) in homes)
    pge = first(steps, lambda s: not s["CR4"] & CR4_PGE)
    checks_off = first(steps[pge:], lambda s: not s["CR4"] & CR4_MCE) + pge
    switch = first(steps, lambda s: s["CR3"] != start["CR3"])
    identity = first(steps, lambda s: s["EIP"] < KERNEL_BASE)
    unpaged = first(steps, lambda s: not s["CR0"] & CR0_PG)
    assert start["CR4"] & CR4_PGE, "there were no global pages to be dropped"
    assert idt <= stack < switch
    assert pge <= switch < identity < unpaged
    assert all(not s["EFL"] & (IF | DF) for s in steps)
    assert all(page(s["ESP"] - 1) in homes for s in steps[stack:])
    assert all(page(s[table]) in homes for s in steps[idt:] for table in ("IDT", "GDT", "TR"))
    assert all(s["CR4"] & CR4_MCE for s in steps[pge:checks_off])
    assert all(s["CR4"] == CR4_MCE | CR4_OSFXSR for s in steps[:checks_off] if not s["CR3"])
    assert checks_off > len(steps) - 15                 # machine checks are reported until the end
    assert all(page(at) == page(low[0]) for s in steps[unpaged:]
               for at in (s["IDT"], s["GDT"], s["ESP"] - 1))
    assert len({page(eip) for eip in low[:-1]}) == 1        # it never leaves the control page
    # The list's copies use xmm0, and each one leaves 0 there; meanwhile the stack has a return address.
    assert any(s["XMM00"] for s in steps)
    assert not any(s["XMM00"] for s in steps if s["ESP"] % lt.PAGE == 0)
    last = steps[-1]
    assert (last["CR0"], last["CR3"], last["CR4"]) == (0x11, 0, 0)


@pytest.mark.quick
@pytest.mark.parametrize("job", CASES)
def test_the_new_tables_map_one_page_twice(job, outcome):
    steps, (mappings, tables) = outcome
    control = page(next(s["EIP"] for s in steps if s["EIP"] < KERNEL_BASE))
    assert sorted((va, size, pa) for va, size, pa, *_ in mappings) == [
        (control, lt.PAGE, control), (job.trampoline, lt.PAGE, control)]
    assert not any(entry & lt.GLOBAL for *_, entry, _ in mappings)
    assert len(tables) <= TABLES[job.kind]


class TaskSwitched:
    """A crash by a double fault, whose task switch sets CR0.TS. The outcome: CR0 when the
    trampoline starts, and when its own fault task could be the next task switch."""
    name = "order-task-switched"

    def run(self):
        symbols = Elf32(payloads.BATON).symbols
        machine = Machine(self.name, cpu="pentium3", memory="40M", timeout=40, kernel=payloads.BATON,
                          modules=(payloads.capture_kernel(),),
                          append="crashkernel=16M crash=1 fault=stack exitport=0xf4")
        with Debugger(machine) as d:
            d.go_to(symbols["baton_trampoline_page"])
            before = now = d.registers()
            while now["IDT"] == before["IDT"]:
                d.step()
                now = d.registers()
            return before["CR0"], now["CR0"], d.end().status


@pytest.mark.quick
@pytest.mark.parametrize("job", [pytest.param(TaskSwitched(), id="task-switched")])
def test_the_task_switched_flag_is_clear_before_a_fault_can_set_it(job, outcome):
    """The fault's line does not show the flag, because the task switch sets it; so it must be clear
    before."""
    before, now, status = outcome
    assert before & CR0_TS and not now & CR0_TS
    assert status == PASSED
