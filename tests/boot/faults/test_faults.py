"""A fault inside the hand-off ends in one line and a status, never in a silent triple fault.

The test single-steps through the trampoline once. Then, for each of its instructions, it stops a
machine there and raises an NMI; at some of them it makes the CPU jump to an unmapped address, or
raises a machine check.
"""
import re
from dataclasses import replace

import payloads
import pytest
from debugger import Debugger
from elf32 import Elf32
from machine import FAULTED, PANICKED, POWERED_OFF, Machine, read_log

NMI_LINE = r"^fault\s+in the hand-off, (.*): vector 0x00000002 NMI; error none eip (0x\w+) "
WILD_PHASE = "in the payload, or a wild jump"
# QEMU's monitor: cpu, bank, status (valid, uncorrected, enabled), MCG_STATUS (in progress), address
MCE = f"mce 0 1 {1 << 63 | 1 << 61 | 1 << 60:#x} 0x4 0 0"
WILD = 0x12345678
CR4_MCE = 1 << 6
COPIES = {"pae": b"\x0f\x2b", "legacy": b"\xf3\xa5"}  # how these CPUs copy: MOVNTPS, REP MOVSL
PARTS = 4                   # jobs that share the instructions, for the fleet


def machine(name, kind, words="exitport=0xf4", until="", cpu=None):
    # Without a local APIC, QEMU's NMI button always reaches the CPU.
    cpu = cpu or ("pentium3,-apic" if kind == "pae" else "pentium,-apic")
    return Machine(name, cpu=cpu, memory="16M", kernel=payloads.BATON,
                   append=f"paging={kind} {words}", modules=(payloads.judge("tiny"),), timeout=40,
                   until=until)


class Trampoline:
    """The addresses of its instructions."""

    def __init__(self):
        self.start = Elf32(payloads.BATON).symbols["baton_trampoline"]
        self.entry = Elf32(payloads.judge("tiny") + ".linked").entry

    def instructions(self, name, kind):
        """Every executed address from its first instruction to the payload's, in order."""
        seen = []
        with Debugger(machine(name, kind)) as d:
            d.go_to(self.start)
            eip = self.start
            while eip != self.entry:
                if eip not in seen:
                    seen.append(eip)
                d.step()
                eip = d.eip()
        return seen + [self.entry]


class EveryInstruction:
    """Results of an NMI at each PARTS-th instruction: [(address, Result)]."""

    def __init__(self, kind, part):
        self.kind, self.part, self.name = kind, part, f"fault-nmi-{kind}-{part}"
        self.entry = Elf32(payloads.judge("tiny") + ".linked").entry

    def run(self):
        trampoline, results = Trampoline(), []
        for address in trampoline.instructions(self.name, self.kind)[self.part::PARTS]:
            with Debugger(machine(f"{self.name}-{address:x}", self.kind)) as d:
                d.go_to(trampoline.start)
                if address != trampoline.start:
                    d.go_to(address)
                d.command("inject-nmi")
                results.append((address, d.end()))
        return results


class WildJump:
    """A wild jump at one of the trampoline's instructions, the one with the number .at."""

    def __init__(self, kind, at, words="exitport=0xf4"):
        self.kind, self.at, self.words = kind, at, words
        self.name = f"fault-wild-{kind}-{at}-{words.split('=')[0]}"

    def run(self):
        trampoline = Trampoline()
        executed = trampoline.instructions(self.name, self.kind)
        low = [a for a in executed if a < 0xc0000000]
        high = [a for a in executed if a >= 0xc0000000]
        address = {"before-cr3": high[-3], "after-cr3": high[-1], "identity": low[1]}[self.at]
        until = "^fault.*\\n" if self.words == "onfault=halt" else ""
        with Debugger(machine(self.name, self.kind, self.words, until)) as d:
            d.go_to(trampoline.start)
            d.go_to(address)
            d.set_register("eip", WILD)
            return d.end()


class MachineCheck:
    """QEMU reports broken memory while the trampoline is at `at`."""

    def __init__(self, kind, at):
        self.kind, self.at, self.name = kind, at, f"fault-mc-{kind}-{at}"

    def run(self):
        trampoline = Trampoline()
        executed = trampoline.instructions(self.name, self.kind)
        low = [a for a in executed if a < 0xc0000000 and a != trampoline.entry]
        high = [a for a in executed if a >= 0xc0000000]
        address = {"before-cr3": high[-3], "after-cr3": high[-1], "identity": low[1],
                   "entry": low[-20]}[self.at]
        with Debugger(machine(self.name, self.kind, cpu="pentium3")) as d:
            d.go_to(trampoline.start)
            d.go_to(address)
            d.monitor(MCE)
            result = d.end()
        result.data["at"] = address
        return result


class NmiStorm:
    """NMIs, one after the other, from the hand-off's start on or from amid a list of 80 MiB."""

    def __init__(self, kind, at):
        self.kind, self.at, self.name = kind, at, f"fault-storm-{kind}-{at}"

    def run(self):
        m = machine(self.name, self.kind, "exitport=0xf4 place=all")
        m = replace(m, memory="256M", modules=m.modules + (payloads.initrd("80M"),))
        with Debugger(m) as d:
            d.go_to(Elf32(payloads.BATON).symbols["baton_handoff"])
            if self.at == "list":
                page = int(re.search(r"both lead to (0x\w+),", read_log(m.log()))[1], 16)
                d.go_to(page + d.memory(page, 4096).find(COPIES[self.kind]))
            d.packet("c", answer=False)
            try:
                while d.process.poll() is None:
                    d.command("inject-nmi")
            except (OSError, RuntimeError):         # QEMU is gone
                pass
            return d.end(running=True)


def cases(jobs):
    return [pytest.param(job, id=job.name.removeprefix("fault-")) for job in jobs]


@pytest.mark.parametrize("job", cases(
    [EveryInstruction(kind, part) for kind in ("pae", "legacy") for part in range(PARTS)]))
def test_an_nmi_at_any_instruction_is_told(job, outcome):
    assert len(outcome) > 15
    own = False             # has the trampoline taken over the handling of faults?
    for address, result in outcome:
        lines = result.lines("^(fault|exception|panic)")
        assert len(lines) == 1, result.story()
        assert not result.lines("^BATON-VERDICT"), result.story()
        own = own or result.status == FAULTED
        if not own:
            assert address >= 0xc0000000 and result.status == PANICKED, result.story()
            assert re.search(r"^exception\s+vector 2\b", lines[0]), result.story()
            continue
        told = re.search(NMI_LINE, lines[0])
        assert result.status == FAULTED and told, result.story()
        # at that instruction, or at the next one (a load of SS delays an NMI)
        assert 0 <= int(told[2], 16) - address < 16, result.story()
        # every address of the trampoline has a phase
        assert (told[1] == WILD_PHASE) == (int(told[2], 16) == job.entry), result.story()
    assert own


@pytest.mark.parametrize("job", cases(
    [WildJump(kind, at) for kind in ("pae", "legacy")
     for at in ("before-cr3", "after-cr3", "identity")]))
def test_a_page_fault_is_told(job, outcome):
    lines = outcome.lines("^fault")
    assert outcome.status == FAULTED and len(lines) == 1, outcome.story()
    assert re.search(rf"vector 0x0000000e page fault; error 0x00000000 eip {WILD:#010x} .* "
                     rf"cr2 {WILD:#010x}",
                     lines[0]), outcome.story()


@pytest.mark.parametrize("job", cases(
    [NmiStorm(kind, at) for kind in ("pae", "legacy") for at in ("handoff", "list")]))
def test_a_storm_of_nmis_is_reported(job, outcome):
    lines = outcome.lines("^(fault|exception|panic)")
    assert outcome.status in (FAULTED, PANICKED) and len(lines) == 1, outcome.story()
    assert re.search(NMI_LINE if outcome.status == FAULTED else r"vector 2\b", lines[0])
    if job.at == "list":
        assert "in the list" in lines[0], outcome.story()


@pytest.mark.parametrize("job", cases(
    [MachineCheck(kind, at) for kind in ("pae", "legacy")
     for at in ("before-cr3", "after-cr3", "identity", "entry")]))
def test_a_machine_check_is_told(job, outcome):
    lines = outcome.lines("^fault")
    assert outcome.status == FAULTED and len(lines) == 1, outcome.story()
    told = re.search(r"vector 0x00000012 machine check; error none eip (0x\w+) .* "
                     r"cr4 (0x\w+)", lines[0])
    assert told and int(told[1], 16) == outcome.data["at"], outcome.story()
    assert int(told[2], 16) & CR4_MCE, outcome.story()


@pytest.mark.parametrize("job", cases([WildJump("pae", "identity", "onfault=reset")]))
def test_onfault_reset_resets(job, outcome):
    """-no-reboot makes QEMU exit with 0 at a reset."""
    assert outcome.status == POWERED_OFF and len(outcome.lines("^fault")) == 1, outcome.story()


@pytest.mark.parametrize("job", cases([WildJump("legacy", "after-cr3", "onfault=halt")]))
def test_onfault_halt_halts(job, outcome):
    assert outcome.status == "until" and len(outcome.lines("^fault")) == 1, outcome.story()
