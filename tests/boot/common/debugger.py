"""Controls a machine by QEMU's gdbstub (the part that the tests need) and by QMP.

with Debugger(machine) as d: the machine is started and is stopped before its first instruction;
leaving the block kills it if it still runs. The class Gdb is for a machine that other code starts:
it is stopped, too, until gdb continues it.
"""
import contextlib
import os
import re
import shutil
import time
from dataclasses import replace

import machine as machines
from qmp import Qmp, connect, socket_folder

# The first registers of the "g" packet, and the bytes of each. qemu-system-x86_64 uses another
# packet, even if the CPU is in 32-bit mode.
REGISTERS = {"i386": (["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "eip"], 4),
             "x86_64": (["eax", "ebx", "ecx", "edx", "esi", "edi", "ebp", "esp",
                         *(f"r{i}" for i in range(8, 16)), "eip"], 8)}

REP, REP_SIZE = "f3", 2         # the prefix, and the bytes of a "rep movsl" or "rep stosl"

INTERRUPTED = 20                # times in a row that a step is tried

PIECE = 1984                    # bytes: QEMU's packets are smaller than 4 KiB, and in hex


class Gdb:
    """Start .machine; then call attach()."""

    def __init__(self, machine):
        self.folder = socket_folder()
        self.path = os.path.join(self.folder, "gdb")
        self.machine = replace(machine, extra=machine.extra + (
            "-S", "-gdb", f"unix:{self.path},server=on,wait=off"))

    def attach(self, process):
        self.gdb = connect(self.path, process, self.machine.timeout)
        self.buffer = b""

    def detach(self):
        self.gdb.close()
        shutil.rmtree(self.folder)

    # ---- gdb's remote protocol

    def packet(self, text, answer=True):
        data = text.encode()
        self.gdb.sendall(b"$" + data + b"#%02x" % (sum(data) & 0xff))
        return self._answer() if answer else None

    def _answer(self):
        while True:
            match = re.search(rb"\$([^#]*)#..", self.buffer, re.S)
            if match:
                self.buffer = self.buffer[match.end():]
                self.gdb.sendall(b"+")
                return match[1].decode()
            data = self.gdb.recv(65536)
            if not data:
                return ""           # QEMU has ended
            self.buffer += data

    def breakpoint(self, address):
        assert self.packet(f"Z1,{address:x},1") == "OK"

    def remove(self, address):
        assert self.packet(f"z1,{address:x},1") == "OK"

    def write_physical(self, address, data):
        """Writes physical memory like a device, in pieces that fit into a packet."""
        assert self.packet("Qqemu.PhyMemMode:1") == "OK"
        for at in range(0, len(data), PIECE):
            piece = data[at:at + PIECE]
            assert self.packet(f"M{address + at:x},{len(piece):x}:{piece.hex()}") == "OK"
        assert self.packet("Qqemu.PhyMemMode:0") == "OK"

    def forget_translations(self):
        """Flushes QEMU's TLB by a write to CR3, so that changed tables take effect."""
        assert self.packet("G" + self.packet("g")) == "OK"

    def go(self):
        """Continues; "T..." when it stopped, "W..." or "" when the machine ended."""
        return self.packet("c")

    def go_to(self, address):
        """Runs to the instruction at this address."""
        self.breakpoint(address)
        self.packet("c", answer=False)
        self.arrive(address)

    def arrive(self, address):
        """Waits until it stops there, and removes the breakpoint."""
        answer = self._answer()
        if not answer.startswith("T") or self.eip() != address:
            raise AssertionError(f"never reached {address:#x}: {answer!r}\n"
                                 + machines.read_log(self.machine.log()))
        self.remove(address)

    def step(self):
        """Executes one instruction; a REP with all its iterations.

        If the CPU is interrupted by QEMU itself, by a timer of the host for example, before the
        instruction begins, QEMU reports a step that has executed nothing. So it is tried again.
        """
        eip, before = self.eip(), self.packet("g")
        repeats = self.packet(f"m{eip:x},1") == REP
        for _ in range(INTERRUPTED):
            self.packet("s")
            if repeats and self.eip() == eip:
                self.go_to(eip + REP_SIZE)
            if self.packet("g") != before:
                return
        raise AssertionError(f"{INTERRUPTED} steps at {eip:#x} changed no register")

    def _place(self, name):
        """The position of a register in the packet's digits: start, end, and its bytes."""
        names, size = REGISTERS[self.machine.emulator]
        at = names.index(name) * 2 * size
        return at, at + 2 * size, size

    def eip(self):
        at, end, _ = self._place("eip")
        return int.from_bytes(bytes.fromhex(self.packet("g")[at:end]), "little")

    def set_register(self, name, value):
        registers, (at, end, size) = self.packet("g"), self._place(name)
        registers = registers[:at] + value.to_bytes(size, "little").hex() + registers[end:]
        assert self.packet(f"G{registers}") == "OK"


class Debugger(Gdb):
    def __init__(self, machine):
        super().__init__(machine)
        self.qmp_path = os.path.join(self.folder, "qmp")
        self.machine = replace(self.machine, extra=self.machine.extra + (
            "-qmp", f"unix:{self.qmp_path},server=on,wait=off"))

    def __enter__(self):
        self.begin = time.monotonic()
        self.process = machines.start(self.machine)
        self.attach(self.process)
        qmp = Qmp(self.qmp_path, self.process, self.machine.timeout)
        self.command, self.registers, self.memory = qmp.command, qmp.registers, qmp.memory
        self.monitor, self.qmp = qmp.monitor, qmp
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.detach()

    def snapshot(self, start, size):
        """A large part of physical memory, in a temporary file that is deleted after use."""
        return self.qmp.snapshot(start, size, self.machine.folder())

    def end(self, running=False):
        """Runs it to its end; returns the Result."""
        if not running:
            with contextlib.suppress(BrokenPipeError):      # the machine has ended: its status says how
                self.packet("c", answer=False)
        status = machines.wait(self.machine, self.process)
        return machines.Result(self.machine, status, machines.read_log(self.machine.log()),
                               time.monotonic() - self.begin)
