"""A machine that crashes by a fault, and a Linux that saves its memory to a disk: the whole path.

Captured is a job of the fleet. A debugger stops the machine at the fault and keeps its memory;
iso/save-dump reads what Linux writes, and gdb opens the result with iso/crash.gdb.
"""
import json
import os
import re
import subprocess

import payloads
from debugger import Debugger, Gdb
from elf32 import Elf32
from machine import BUILD, POWERED_OFF, ROOT, Machine, Result, read_log, run
from typist import Typist

WORDS = (f"console=ttyS0 quiet panic=-1 {payloads.IN_QEMU} reset_devices nr_cpus=1 "
         "baton.unattended baton.exitport=0xf4")
# The region, and the machine's memory in MiB. amd64: the value that iso/crash uses for every
# distribution; the region must begin above the modules, which may take 17 MiB.
REGION = {"amd64": "128M"}
USUAL_REGION = "96M"
MEMORY = {"amd64": 176}
USUAL_MEMORY = 160
CAPTURE_TIME = 600
# A region that is too small for each of them, and Baton's refusal.
TOO_SMALL = "16M"
NO_ROOM = (r"^refused +the region 0x\w+ to 0x\w+, 16 MiB, has no room for the (kernel|initrd), which "
           r"needs \S+ MiB in one piece .*; boot Baton with crashkernel=(\d+)M$")
MIB = 1 << 20


class Captured:
    """.data after run(): "core", its path; "saved", save-dump's output; "fault" and "cr3", the
    memory and the register at the start of the function `dies`.

    typed: lines to type at the shell's prompt, instead of crash= and fault=; the last line makes
    the crash. high: MiB of memory above 4 GiB, in "high". as_told: the region has the size that
    Baton suggests when it refuses a smaller one. settings: of the machine.
    """

    def __init__(self, linux, paging, dies, words="", typed=(), high=0, name="",
                 extra=(), as_told=False, **settings):
        self.name, self.linux, self.paging = f"crash-{name or linux}-{paging}", linux, paging
        self.dies, self.typed, self.high = dies, typed, high
        self.memory = MEMORY.get(linux, USUAL_MEMORY)
        self.words, self.extra, self.settings = words, extra, settings
        self.as_told, self.region = as_told, REGION.get(linux, USUAL_REGION)
        if linux == "amd64":
            self.settings = {"emulator": "x86_64", "cpu": "max", **settings}

    def loaded(self):
        """The settings of the machine that load Baton and its modules."""
        how = "shell" if self.typed else f"crash=1,2 {self.words}"
        return {"kernel": payloads.BATON,
                "append": f"paging={self.paging} crashkernel={self.region} exitport=0xf4 {how}",
                "modules": (f"{payloads.linux(self.linux)} {WORDS}",
                            os.path.join(BUILD, f"capture-{self.linux}.gz"))}

    def suggested_region(self):
        self.region = TOO_SMALL
        refused = run(Machine(f"{self.name}-refused", memory=f"{self.memory}M", timeout=60,
                              **self.loaded(), **self.settings))
        payloads.assert_refused(refused, NO_ROOM)
        return re.search(NO_ROOM, refused.lines("^refused")[0])[2] + "M"

    def run(self):
        if self.as_told:
            self.region = self.suggested_region()
        disk = os.path.join(Machine(self.name).folder(), "disk")
        core = f"{disk}.core"
        with open(disk, "wb") as f:     # a sparse file with room for all the memory
            f.truncate((self.memory + self.high) * MIB)
        machine = Machine(self.name, memory=f"{self.memory + self.high}M", timeout=CAPTURE_TIME,
                          extra=("-drive", f"file={disk},format=raw,if=virtio", *self.extra),
                          **self.loaded(), **self.settings)
        result = self.die_typing(machine) if self.typed else self.die(machine)
        saved = subprocess.run([os.path.join(ROOT, "iso", "save-dump"), disk, core],
                               capture_output=True, text=True, timeout=60)
        os.remove(disk)
        result.data.update(core=core, saved=saved)
        return result

    def die(self, machine):
        with Debugger(machine) as d:
            d.go_to(Elf32(payloads.BATON).symbols[self.dies])
            data = self.look(d.qmp, machine.folder())
            result = d.end()
        result.data = data
        return result

    def die_typing(self, machine):
        gdb = Gdb(machine)
        with Typist(gdb.machine) as t:
            fault = Elf32(payloads.BATON).symbols[self.dies]
            gdb.attach(t.process)
            gdb.breakpoint(fault)
            gdb.packet("c", answer=False)
            t.prompt()
            for line in self.typed[:-1]:
                t.ask(line)
            t.send(self.typed[-1] + "\r")
            gdb.arrive(fault)
            data = self.look(t.qmp, machine.folder())
            gdb.packet("c", answer=False)
            _, status = t.end(CAPTURE_TIME)
        gdb.detach()
        return Result(machine, status, read_log(machine.log()), 0, data)

    def look(self, qmp, folder):
        data = {"fault": qmp.snapshot(0, self.memory * MIB, folder),
                "cr3": qmp.registers()["CR3"]}
        if self.high:
            data["high"] = qmp.snapshot(1 << 32, self.high * MIB, folder)
        return data


def gdb(core, *commands):
    arguments = [word for command in commands for word in ("-ex", command)]
    done = subprocess.run(["gdb", "-nx", "-batch", "-x", os.path.join(ROOT, "iso", "crash.gdb"),
                           *arguments, payloads.BATON, core],
                          capture_output=True, text=True, timeout=120)
    return done.stdout + done.stderr


def assert_saved(result):
    """The capture kernel and its initrd were staged, ran, and saved a complete dump."""
    assert len(result.lines(r"^initrd +\S+ [KM]iB, staged at 0x\w+$")) == 1, result.story()
    assert result.status == POWERED_OFF, result.story()
    assert result.data["saved"].returncode == 0, result.data["saved"].stderr + result.story()


def assert_backtrace(core, frames, *commands):
    """gdb's backtrace has these calls, in this order, the innermost first. Returns gdb's output
    for further commands."""
    # gdb also shows a frame when it loads the core; the text around it differs between versions.
    begin = "now its backtrace\n"
    said = gdb(core, f"printf {json.dumps(begin)}", "backtrace", *commands)
    assert begin in said, said
    # "#1  0xc0100000 in name (words=...) at file:line"
    calls = re.findall(r"^#\d+ +(?:0x\w+ in )?(\w+) \(", said.split(begin)[1], re.M)
    # inlined functions may be between them
    assert [call for call in calls if call in frames] == frames, said
    return said
