"""The machine that is recorded: QEMU in a debugger's hands, its RAM mapped into this program.

So after each step all of RAM can be compared with what it was before, whoever has written to it.
"""
import mmap
import os
import re
import struct

from debugger import Debugger
from definitions import PAGE
from request import NotRecorded, ram

CHUNK = 64 * PAGE
SHOWN = ("EAX", "EBX", "ECX", "EDX", "ESI", "EDI", "EBP", "ESP", "EIP", "EFL", "CR0", "CR3", "CR4",
         "EFER", "DR6", "DR7")
SELECTORS = ("CS", "DS", "ES", "FS", "GS", "SS", "TR", "LDT")
REFUSED = 10                        # the exit status of ./baton run for it
LAST_WORDS = 8                      # lines of the console that a failure shows


class Guest(Debugger):
    def __init__(self, machine, log):
        super().__init__(machine)
        self.read_log = log

    def __enter__(self):
        try:
            super().__enter__()
        except OSError:
            if self.process.poll() is None:
                self.process.kill()
            self.process.wait()
            with open(os.path.join(self.machine.folder(), "emulator")) as f:
                said = (f.read().strip().splitlines() or ["without a message"])[-1]
            raise NotRecorded(f"QEMU does not accept this machine: {said}", 2) from None
        with open(ram(self.machine.folder()), "r+b") as f:
            self.ram = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ)
        self.before = None
        return self

    def to(self, address, what):
        """Runs to this address."""
        try:
            self.go_to(address)
        except (AssertionError, OSError):
            said = self.read_log().splitlines()
            refused = [line for line in said if line.startswith(("refused", "panic", "fault"))]
            tail = "\n    ".join((refused or said[-LAST_WORDS:]) or ["(nothing on the console)"])
            status = REFUSED if refused and refused[0].startswith("refused") else 1
            raise NotRecorded(f"the machine never reached {what}; its last lines:\n    {tail}",
                              status) from None

    def state(self):
        """The registers, as QEMU's monitor shows them."""
        said = self.monitor("info registers")
        found = {name: int(value, 16) for name, value in
                 re.findall(r"\b(E?[A-Z][A-Z0-9]{1,3})=([0-9a-f]+)", said)}
        if "RIP" in found:
            raise NotRecorded("the CPU is in long mode, which has no steps here")
        state = {name: found[name] for name in SHOWN if name in found}
        for name in SELECTORS:
            state[name] = int(re.search(rf"^{name} *=(\w+)", said, re.M)[1], 16)
        for name in ("GDT", "IDT"):
            state[name] = int(re.search(rf"^{name}= *(\w+)", said, re.M)[1], 16)
        return state

    def bytes_at(self, va, size):
        """By the page tables that are loaded."""
        return bytes.fromhex(self.packet(f"m{va:x},{size:x}"))

    def word(self, pa):
        return struct.unpack_from("<I", self.ram, pa)[0]

    def page(self, pa):
        return self.ram[pa:pa + PAGE]

    def changed(self):
        """The pages that differ from the last call, ascending; the first call finds none."""
        if self.before is None:
            self.before = bytearray(self.ram)
            return []
        found = []
        for at in range(0, len(self.ram), CHUNK):
            now = self.ram[at:at + CHUNK]
            if now == self.before[at:at + CHUNK]:
                continue
            found += [at + i for i in range(0, len(now), PAGE)
                      if now[i:i + PAGE] != self.before[at + i:at + i + PAGE]]
            self.before[at:at + CHUNK] = now
        return found

    def module_files(self, information):
        """[(start, end)] of the boot loader's modules. [MB1 3.3]"""
        flags, count, at = (self.word(information + offset) for offset in (0, 20, 24))
        if not flags & 8:
            return []
        return [struct.unpack_from("<II", self.ram, at + 16 * i) for i in range(count)]

    def memory_map(self, information):
        """[(start, end, usable)], as the boot loader gives it. [MB1 3.3]"""
        length, at = self.word(information + 44), self.word(information + 48)
        found, end = [], at + length
        while at < end:
            size, base, bytes_, kind = struct.unpack_from("<IQQI", self.ram, at)
            found.append((base, base + bytes_, kind == 1))
            at += size + 4
        return found
