"""State that an old kernel may leave in the CPU does not reach the payload or disturb the hand-off.

Baton itself sets no breakpoints and has no LDT. The debugger stops it at the trampoline's first
instruction and lets the CPU run a few instructions that set both.
"""
import re

import payloads
import pytest
from debugger import REGISTERS, Debugger
from elf32 import Elf32
from machine import Machine

LDT_SELECTOR = 0x28                     # an entry of Baton's GDT that is no longer needed
LDT_DESCRIPTOR = 0x0000820000001fff     # base 0, 8 KiB, present, LDT [SDM3 3.5]
# DR7: breakpoint 0 is for execution, 1 for 4-byte writes; both in every task. [SDM3 17.2.4]
DR7_BREAKPOINTS = 0x00d0070a
DR6_ALL_HIT = 0xffffeff0 | 0xf
CODE = bytes.fromhex("0f23c0"           # mov eax, dr0
                     "0f23cb"           # mov ebx, dr1
                     "0f23d6"           # mov esi, dr2
                     "0f23df"           # mov edi, dr3
                     "0f23f1"           # mov ecx, dr6
                     "0f23fa"           # mov edx, dr7
                     "0f00d5")          # lldt bp


def write(d, address, data):
    """To a linear address."""
    assert d.packet(f"M{address:x},{len(data):x}:{data.hex()}") == "OK"


def run_code(d, at, **registers):
    """Runs CODE, written to `at`, with these registers; all registers are then as before."""
    before = d.packet("g")
    write(d, at, CODE + b"\x90")
    for name, value in {**registers, "eip": at}.items():
        d.set_register(name, value)
    d.go_to(at + len(CODE))
    changed = d.packet("g")
    names, each = REGISTERS["i386"]
    size = 2 * each * len(names)        # digits; the rest are flags, segments and the FPU's
    assert d.packet(f"G{before[:size]}{changed[size:]}") == "OK"


class Leftovers:
    def __init__(self, kind, cpu):
        self.kind, self.cpu, self.name = kind, cpu, f"leftovers-{cpu}-{kind}"

    def run(self):
        symbols = Elf32(payloads.BATON).symbols
        payload = Elf32(payloads.judge("tiny") + ".linked")
        base = min(s.paddr for s in payload.segments)
        machine = Machine(self.name, cpu=self.cpu, memory="16M", kernel=payloads.BATON, timeout=40,
                          append=f"paging={self.kind} exitport=0xf4",
                          modules=(payloads.judge("tiny"),))
        with Debugger(machine) as d:
            d.go_to(symbols["baton_trampoline"])
            write(d, d.registers()["GDT"] + LDT_SELECTOR, LDT_DESCRIPTOR.to_bytes(8, "little"))
            # kernel_main never returns: its first bytes can be overwritten. The breakpoints: the
            # payload's first instruction, and the first word that the list writes.
            run_code(d, symbols["kernel_main"], eax=payload.entry, ebx=base, esi=0x12345678,
                     edi=0x87654320, ecx=DR6_ALL_HIT, edx=DR7_BREAKPOINTS, ebp=LDT_SELECTOR)
            left = d.registers()
            result = d.end()
        result.data = {"left": left, "entry": payload.entry, "base": base}
        return result


@pytest.mark.quick
@pytest.mark.parametrize("job", [
    pytest.param(Leftovers(*words), id="-".join(words))
    for words in (("pae", "pentium3"), ("legacy", "486"))])
def test_the_payload_finds_none_of_it(job, outcome):
    left = outcome.data["left"]
    assert (left["DR0"], left["DR1"]) == (outcome.data["entry"], outcome.data["base"])
    assert left["DR7"] & DR7_BREAKPOINTS == DR7_BREAKPOINTS and left["LDT"] == LDT_SELECTOR
    payloads.assert_judged_well(outcome)


SPEAKER_AND_GATE = 3


class PortB:
    """A countdown without a key. Port 0x61 is written before it, and read before the hand-off."""

    def __init__(self, kind, before):
        self.kind, self.before, self.name = kind, before, f"leftovers-port-{kind}-{before}"

    def run(self):
        symbols = Elf32(payloads.BATON).symbols
        machine = Machine(self.name, memory="16M", kernel=payloads.BATON, timeout=60,
                          append=f"paging={self.kind} countdown=1 exitport=0xf4",
                          modules=(payloads.judge("tiny"),))
        with Debugger(machine) as d:
            d.go_to(symbols["input_wait"])
            d.monitor(f"o /b 0x61 {self.before}")
            d.go_to(symbols["baton_handoff"])
            after, = re.findall(r"= 0x([0-9a-f]+)", d.monitor("i /b 0x61"))
            result = d.end()
        result.data = {"after": int(after, 16)}
        return result


@pytest.mark.quick
@pytest.mark.parametrize("job", [pytest.param(PortB(kind, before), id=f"{kind}-{before}")
                                 for kind in ("pae", "legacy") for before in range(4)])
def test_the_payload_finds_port_0x61_as_it_was(job, outcome):
    """Speaker and gate: QEMU emulates no other bits. Those of NMIs: tests/host/kernel/test_portb.c."""
    assert outcome.data["after"] & SPEAKER_AND_GATE == job.before
    payloads.assert_judged_well(outcome)
