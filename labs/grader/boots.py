"""Boots the student's Baton, watched from outside: a debugger stops it at the payload's first
instruction, so that nothing that the student's code prints, or writes to a port, can pass for the
payload's own verdict.
"""
import glob
import os
import re
import sys
import threading
import time
from dataclasses import dataclass, field, replace

from catalogue import TOP, Finding

sys.path[:0] = [str(TOP / "tests" / room) for room in (
    "boot/common", "boot/files", "boot/dumps", "payloads")]

from debugger import Debugger  # noqa: E402
from elf32 import Elf32  # noqa: E402
import machine as machines  # noqa: E402

LIMIT = 8                   # seconds of the CPU's time; a boot takes less than one
PATIENCE = 20               # seconds, for a machine that waits; those in which it waits for a CPU do not count
LATEST = 300                # seconds, for an answer of QEMU's: more than all of these together
HUNG_MOST = 2               # boots of one answer that may take that long; then no more are made
FLOOD = 64 << 10            # bytes on COM1; a boot prints a few KiB, at 11 KiB a second
STEPS = {"2": "segments and stack", "3": "global pages off", "4": "the switch to the new tables",
         "5": "the jump to the physical address", "6": "paging off", "7": "the list",
         "8": "the digests", "9": "the exit"}
STATUS = {machines.REFUSED: "Baton refused", machines.PANICKED: "Baton panicked",
          machines.FAULTED: "a fault in the hand-off"}
TOLD = {machines.REFUSED: "^refused", machines.PANICKED: "^(?:panic|exception)",
        machines.FAULTED: "^fault"}


hung = []                   # the boots of this answer that did not end; grade.py clears it
NOT_TRIED = "not tried: the boots before this one did not end"


@dataclass
class Boot:
    """What came of it."""
    entered: bool = False
    found: str = ""             # how it ended, if the payload was not entered
    log: str = ""
    verdict: list = field(default_factory=list)     # the payload's lines
    status: object = None


def used(pid):
    """Seconds of the CPU's time that a process has had: others may use the machine, too."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def idle(pid, begin):
    """Seconds since `begin` in which a process has neither computed nor waited for a CPU to do so."""
    busy = 0
    for path in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        try:
            with open(path) as file:
                busy += sum(int(word) for word in file.read().split()[:2])
        except OSError:                     # that thread has ended
            pass
    return time.monotonic() - begin - busy / 1e9


class Guard(threading.Thread):
    """Ends the machine when its time is over, or when it prints without an end."""

    def __init__(self, debugger, limit):
        super().__init__(daemon=True)
        self.debugger, self.process = debugger, debugger.process
        self.log, self.limit = debugger.machine.log(), limit
        self.begin = time.monotonic()
        self.why = self.where = ""

    def run(self):
        while self.process.poll() is None:
            if os.path.exists(self.log) and os.path.getsize(self.log) > FLOOD:
                self.why = "flood"
            elif used(self.process.pid) > self.limit:
                self.why = f"stopped after {self.limit} s of computing"
            elif idle(self.process.pid, self.begin) > PATIENCE:
                self.why = f"it has waited for {PATIENCE} s"
            if self.why:
                self.where = self.function()
                self.process.kill()
                return
            time.sleep(0.02)

    def function(self):
        """Where the CPU is: the nearest symbol. The thread that waits for gdb's answer does not use
        QMP meanwhile."""
        try:
            eip = self.debugger.registers()["EIP"]
        except (OSError, RuntimeError, ValueError, KeyError):
            return ""
        symbols = Elf32(self.debugger.machine.kernel).symbols
        name = max((at, name) for name, at in symbols.items() if at <= eip)[1] if eip >> 30 == 3 \
            else "kernel_end"
        return f"at 0x{eip:08x}" + (f", in {name}" if name != "kernel_end" else "")


def phase(log):
    """The last thing that Baton has done, by its output."""
    handed = re.search(r"^hand-off .*\n([2-9]*)", log, re.M)
    if handed:
        done = handed[1]
        return f"step {done[-1]} of the hand-off, {STEPS[done[-1]]}" if done else \
            "the call of the trampoline"
    lines = [line for line in log.splitlines() if re.match(r"[a-z-]+ +\S", line)]
    return f'the line "{lines[-1][:60]}"' if lines else "nothing: Baton has printed no line"


def machine(lab, elf, kind, payload, words="", name="", **more):
    """name: of the run, if two of a lab's runs have the same kind of tables."""
    resets = machines.Machine(f"lab-{lab}-{name or kind}").folder() + "/resets"
    if os.path.exists(resets):
        os.remove(resets)
    return machines.Machine(
        f"lab-{lab}-{name or kind}", kernel=os.path.relpath(elf, machines.ROOT), memory="32M", cpu="pentium3",
        append=f"paging={kind} trace=1 exitport=0xf4 {words}".strip(), modules=(payload,),
        timeout=LATEST, extra=("-d", "cpu_reset", "-D", resets), **more)


def with_modules(machine, *modules):
    return replace(machine, modules=modules)


def judge(name):
    """A judging payload, and its entry (tests/payloads)."""
    path = os.path.join(payload_folder(), f"judge-{name}")
    return path, Elf32(path + ".linked").entry


def payload_folder():
    return os.path.relpath(os.path.join(machines.START, os.environ.get("BATON_BUILD", TOP / "build")),
                           machines.ROOT) + "/tests/payloads"


def hand_over(machine, entry, before=None, arrived=None, limit=None):
    """Runs it to its end. entry: the payload's, or a function that knows it later. before(debugger):
    called before it starts. arrived(debugger): called at the payload's first instruction; each returns
    a Finding, or None. limit: seconds of the CPU's time, if not LIMIT."""
    boot = Boot()
    if len(hung) >= HUNG_MOST:
        boot.found = NOT_TRIED
        return boot, None
    with Debugger(machine) as d:
        guard = Guard(d, limit or LIMIT)
        guard.start()
        finding = None
        try:
            finding = before(d) if before else None
            d.go_to(entry() if callable(entry) else entry)
            boot.entered = True
            d.told = len(machines.read_log(machine.log()))
            finding = finding or (arrived(d) if arrived else None)
        except (AssertionError, OSError, RuntimeError, ValueError, IndexError):
            pass                            # it never came there: how it ended says why
        if boot.entered:
            result = d.end()
            boot.status = result.status
            boot.log, boot.verdict = result.log, result.log[d.told:].splitlines()
        else:
            boot.log = machines.read_log(machine.log())[:FLOOD]
            boot.found = ending(d, guard, boot, machine)
    return boot, finding


def ending(d, guard, boot, machine):
    """Why the payload was not entered."""
    last = f"after {phase(boot.log)}"
    try:
        boot.status = d.process.wait(PATIENCE + 5)
    except Exception:                       # noqa: BLE001 (the machine is killed by the caller)
        boot.status = "timeout"
    if guard.why == "flood":
        return f"output without an end, stopped at {FLOOD >> 10} KiB, {last}"
    if guard.why:
        hung.append(machine.name)
        return f"no end: {guard.why}, {guard.where}, {last}"
    if boot.status in STATUS:
        line = re.findall(TOLD[boot.status] + ".*", boot.log, re.M)
        return f"{STATUS[boot.status]}: {sentence(line[0])}" if line else \
            f"the exit port was written, {last}, and Baton said nothing"
    if "Triple fault" in machines.read_log(machine.extra[3]):
        return f"a triple fault, {last}"
    if boot.status == machines.POWERED_OFF:
        return f"the machine was reset, {last}"
    if isinstance(boot.status, int) and boot.status & 1:
        return f"the exit port was written before the payload was entered, {last}"
    return f"the machine ended with status {boot.status}, {last}"


def sentence(line):
    """A line of Baton's without its label, and without what a student need not do."""
    fault = re.match(r"fault +in the hand-off, (.*): vector \S+ ([^;]*);.* eip (\S+) .* cr2 (\S+) ", line)
    if fault:
        return f"{fault[1]}: {fault[2]}, eip {fault[3]}, cr2 {fault[4]}"
    return re.sub(r"^\w+ +", "", line).removesuffix("; please report this")


def same_memory(d, payload):
    """At the entry: is the payload in memory, byte for byte, with the zeros behind it?"""
    with open(payload, "rb") as file:
        data = file.read()
    for segment in Elf32(payload).segments:
        address, size = segment.paddr, segment.filesz
        wanted = data[segment.offset:segment.offset + size] + bytes(segment.memsz - size)
        size = segment.memsz
        there = d.memory(address, size)
        if there != wanted:
            at = next(i for i in range(size) if there[i] != wanted[i])
            return Finding(f"at the entry, memory at 0x{address + at:08x}", f"0x{wanted[at]:02x}",
                           f"0x{there[at]:02x}")
    return None


def arrived(boot, finding, case):
    """The Finding of a hand-over, or None: entered, memory right."""
    if not boot.entered:
        return Finding(case, "the payload is entered", boot.found)
    return finding and Finding(f"{case}, {finding.case}", finding.expected, finding.found)


def judged(boot, finding, case):
    """The same, and the judge's verdict."""
    finding = arrived(boot, finding, case)
    if finding:
        return finding
    failed = [line for line in boot.verdict if re.match(r"judge \S+ FAIL", line)]
    if failed:
        told = re.match(r"judge (\S+) FAIL found (.*) expected (.*)", failed[0])
        return Finding(f"{case}, the payload's check {told[1]}", told[3], told[2])
    if "BATON-VERDICT pass" not in boot.verdict or boot.status != machines.PASSED:
        return Finding(case, "the payload finds no error", "the payload ended without a verdict")
    return None
