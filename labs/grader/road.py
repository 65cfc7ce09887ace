"""Follows the trampoline instruction by instruction, from its first one to where paging is off."""
import os
from dataclasses import dataclass

import boots
from debugger import Debugger
from elf32 import Elf32

MOST = 500                  # instructions; Baton's own takes 175 with trace=1
CODE = 3                    # bytes of each instruction that are looked at
PG = 1 << 31
WATCHED = ("EIP", "ESP", "EAX", "EDX", "CR0", "CR3", "CR4", "GDT", "IDT", "TR")


@dataclass
class Road:
    """states[0]: before the first instruction."""
    states: list
    root: int               # of the new tables: eax at the first instruction
    copy: int               # the control page: edx
    template: int           # the page's kernel address
    end: str = ""           # why it is not complete; "": paging is off

    def change(self, name):
        """The states before and after the first change of a register; None: it never changes."""
        for before, after in zip(self.states, self.states[1:]):
            if before[name] != after[name]:
                return before, after
        return None

    def unpaged(self):
        """The states before and after paging goes off; None: it never does."""
        for before, after in zip(self.states, self.states[1:]):
            if before["CR0"] & PG and not after["CR0"] & PG:
                return before, after
        return None

    def in_copy(self, address):
        return 0 <= address - self.copy < 4096

    def in_template(self, address):
        return 0 <= address - self.template < 4096


def follow(machine):
    """Returns (Road or None, how it ended if there is none)."""
    symbols = Elf32(os.path.join(boots.machines.ROOT, machine.kernel)).symbols
    boot, road = boots.Boot(), None
    if len(boots.hung) >= boots.HUNG_MOST:
        return None, boots.NOT_TRIED
    with Debugger(machine) as d:
        guard = boots.Guard(d, 2 * boots.LIMIT)
        guard.start()

        def state():
            registers = d.registers()
            code = d.packet(f"m{registers['EIP']:x},{CODE}")
            return {**{name: registers[name] for name in WATCHED}, "code": code}

        try:
            d.go_to(symbols["baton_trampoline"])
            first = state()
            road = Road([first], first["EAX"], first["EDX"], symbols["baton_trampoline_page"])
            while road.states[-1]["CR0"] & PG:
                if len(road.states) > MOST:
                    road.end = f"paging is still on after {MOST} instructions"
                    return road, ""
                d.step()
                road.states.append(state())
            return road, ""
        except (AssertionError, OSError, RuntimeError, ValueError, IndexError, KeyError):
            boot.log = boots.machines.read_log(machine.log())[:boots.FLOOD]
            how = boots.ending(d, guard, boot, machine)
    if road:
        road.end = f"{how}, at 0x{road.states[-1]['EIP']:08x}"
    return road, how
