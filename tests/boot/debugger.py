"""A machine under control: QEMU's gdbstub and QMP, as little of both as the tests need.

with Debugger(machine) as d: the machine is started and stands still before its first
instruction; leaving the block kills it if it still runs.
"""
import json
import os
import re
import socket
import tempfile
import time
from dataclasses import replace

import machine as machines

# The first registers of the "g" packet, four bytes each.
REGISTERS = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "eip", "eflags"]


class Debugger:
    def __init__(self, machine):
        self.folder = tempfile.mkdtemp(prefix="baton-")     # socket paths must be short
        self.paths = {name: os.path.join(self.folder, name) for name in ("gdb", "qmp", "memory")}
        self.machine = replace(machine, extra=machine.extra + (
            "-S", "-gdb", f"unix:{self.paths['gdb']},server=on,wait=off",
            "-qmp", f"unix:{self.paths['qmp']},server=on,wait=off"))

    def __enter__(self):
        self.begin = time.monotonic()
        self.process = machines.start(self.machine)
        self.gdb = self._connect("gdb")
        self.buffer = b""
        qmp = self._connect("qmp")
        self.qmp = qmp.makefile("rw")
        self.qmp.readline()         # the greeting
        self.command("qmp_capabilities")
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.gdb.close()
        for path in self.paths.values():
            if os.path.exists(path):
                os.remove(path)
        os.rmdir(self.folder)

    def _connect(self, name):
        end = time.monotonic() + 10
        while True:
            s = socket.socket(socket.AF_UNIX)
            s.settimeout(self.machine.timeout)
            try:
                s.connect(self.paths[name])
                return s
            except OSError:
                s.close()
                if time.monotonic() > end or self.process.poll() is not None:
                    raise
                time.sleep(0.01)

    # ---- QMP

    def command(self, name, **arguments):
        self.qmp.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
        self.qmp.flush()
        while True:
            answer = json.loads(self.qmp.readline() or '{"error": "QEMU is gone"}')
            if "error" in answer:
                raise RuntimeError(f"{name}: {answer['error']}")
            if "return" in answer:
                return answer["return"]

    def monitor(self, line):
        """The answer of QEMU's monitor to a line such as "info tlb"."""
        return self.command("human-monitor-command", **{"command-line": line})

    def registers(self):
        """Everything that QEMU prints: {"EIP": ..., "CR3": ..., "IDT" and "TR": their bases, ...}"""
        text = self.monitor("info registers")
        found = re.findall(r"\b([A-Z][A-Z0-9]{2,4})\s*= *([0-9a-f]+)", text)
        found += re.findall(r"^(TR) *=\w+ (\w+)", text, re.M)
        return {name: int(value, 16) for name, value in found}

    def memory(self, start, size):
        """Physical memory, as bytes."""
        self.command("pmemsave", val=start, size=size, filename=self.paths["memory"])
        with open(self.paths["memory"], "rb") as f:
            return f.read()

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
        """Physical memory, written as a device would. QEMU takes packets up to 4 KiB, in hex."""
        assert self.packet("Qqemu.PhyMemMode:1") == "OK"
        for at in range(0, len(data), 1024):
            piece = data[at:at + 1024]
            assert self.packet(f"M{address + at:x},{len(piece):x}:{piece.hex()}") == "OK"
        assert self.packet("Qqemu.PhyMemMode:0") == "OK"

    def go(self):
        """Runs on; "T..." when it stopped, "W..." or "" when the machine ended."""
        return self.packet("c")

    def go_to(self, address):
        """Runs to the instruction at this address."""
        self.breakpoint(address)
        answer = self.go()
        if not answer.startswith("T") or self.eip() != address:
            raise AssertionError(f"never came to {address:#x}: {answer!r}\n"
                                 + machines.read_log(self.machine.log()))
        self.remove(address)

    def step(self):
        return self.packet("s")

    def eip(self):
        at = REGISTERS.index("eip") * 8
        return int.from_bytes(bytes.fromhex(self.packet("g")[at:at + 8]), "little")

    def set_register(self, name, value):
        registers, at = self.packet("g"), REGISTERS.index(name) * 8
        registers = registers[:at] + value.to_bytes(4, "little").hex() + registers[at + 8:]
        assert self.packet(f"G{registers}") == "OK"

    def end(self):
        """Lets it run to its end: the Result."""
        self.packet("c", answer=False)
        status = machines.wait(self.machine, self.process)
        return machines.Result(self.machine, status, machines.read_log(self.machine.log()),
                               time.monotonic() - self.begin)
