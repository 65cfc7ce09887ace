"""Records one hand-off: boots the machine, stops it where something is to be seen, and writes down
what is there. The result is plain data (record()), which page.py puts into the page.
"""
import os
import shutil
import zlib
from dataclasses import replace

import entries
import indirection
import machine as machines
import phases
import roles
import sourcelines

from definitions import PAGE
from elf32 import Elf32
from guest import Guest
from request import NotRecorded
from stepper import Stepper, entry_of, exit_bytes

LOAD, EXEC, NAIVE = "baton_load", "devices_quiet", "live_spoil"
ENTRY = "baton_trampoline"
CALLERS = ("stage_handoff", LOAD)       # functions whose lines are shown
CR0_PG = 1 << 31
AFTERWARDS = 10                         # seconds that the payload may run, to say what it says
VERSION = 1


def record(request, say):
    name = f"record-{os.getpid()}"
    try:
        return Recorder(request, say, name).run()
    finally:
        shutil.rmtree(machines.Machine(name).folder())


class Recorder:
    def __init__(self, request, say, name):
        self.request, self.say = request, say
        self.machine = request.boot(name)
        self.elf = Elf32(request.kernel)
        self.template = self.elf.symbols[sourcelines.TRAMPOLINE]
        self.lines = sourcelines.trampoline(request.kernel)
        self.callers = sourcelines.functions(
            request.kernel, [*CALLERS, *([NAIVE] if request.naive else [])])
        self.steps, self.snapshots = [], []
        self.live = self.new = None     # roots, once they are known
        self.pae = None

    def log(self):
        return machines.read_log(self.machine.log())

    def run(self):
        try:
            with Guest(self.machine, self.log) as self.guest:
                self._observe()
                told = self.log()
                after = self._afterwards()
        except (AssertionError, OSError, RuntimeError, ValueError, IndexError) as why:
            where = f"after step {len(self.steps) - 1}" if self.steps else "before the first step"
            raise NotRecorded(f"QEMU did not answer as it should, {where}: "
                              f"{(str(why) or type(why).__name__).splitlines()[0]}") from None
        return self._data(told, after)

    def _observe(self):
        self._until_loaded()
        self._until_prepared()
        if self.request.naive:
            self._naive()
        self._until_called()
        self._trampoline()

    # ---- up to the trampoline

    def _until_loaded(self):
        guest = self.guest
        guest.to(self.elf.entry, "Baton's first instruction")
        information = guest.state()["EBX"]
        self.map = guest.memory_map(information)
        self.files = guest.module_files(information)
        guest.to(self.elf.symbols[LOAD], "the load of the payload")
        state = guest.state()
        self.pae = bool(state["CR4"] & 1 << 5)
        self.live = state["CR3"]
        guest.changed()
        self.say("load", f"the old kernel runs on its live tables, root {self.live:#010x}")
        self._step(phases.LOADED, state=state, following=self.callers.at(self.elf.symbols[LOAD]))

    def _until_prepared(self):
        guest = self.guest
        guest.to(self.elf.symbols[EXEC], "the hand-off")
        self._step(phases.PREPARED, following=self._caller())

    def _caller(self):
        """The line that has called the function that begins here."""
        stack = self.guest.state()["ESP"]
        return self.callers.at(int.from_bytes(self.guest.bytes_at(stack, 4), "little") - 1)

    def _naive(self):
        guest = self.guest
        guest.to(self.elf.symbols[NAIVE], "the naive way")
        stack = guest.state()["ESP"]
        back = int.from_bytes(guest.bytes_at(stack, 4), "little")
        line = self._caller()
        guest.to(back, "the end of the naive way")
        self._step("naive", lines=[line] if line else [], following=self.callers.at(back))

    def _until_called(self):
        guest = self.guest
        guest.to(self.elf.symbols[ENTRY], "the trampoline")
        state = guest.state()
        self.new, self.control = state["EAX"], state["EDX"]
        self.entry = entry_of(guest, self.control)
        self._check_exit()
        self.words = indirection.read(guest, self.control)
        prepared = self.steps[1]["writes"]
        live = [self.snapshots[self.steps[i]["live"]] for i in (0, -1)]
        self.roles = roles.read(self, prepared, *map(entries.pages, live))
        # The new tables are complete since the load; nothing has used them yet.
        shot = self._snapshot(self.new)
        for step in self.steps[1:]:
            step["new"] = shot
        self.say("hand-off", f"{len(self.words)} words of the list; the payload's entry is "
                 f"{self.entry:#010x}")
        self._step("1", state=state, following=self.lines.at(0))

    def _check_exit(self):
        """The lines of the exit are known for one kind of entry."""
        data = self.elf_bytes(sourcelines.EXIT, len(exit_bytes(self.guest, self.control)))
        if exit_bytes(self.guest, self.control) != data:
            raise NotRecorded("record shows entries in 32-bit mode, paging off; this payload is "
                              "entered in another way: in long mode, in real mode, or by a call")

    def elf_bytes(self, symbol, size):
        at = self.elf.symbols[symbol]
        segment = next(s for s in self.elf.segments if s.vaddr <= at < s.vaddr + s.filesz)
        start = segment.offset + at - segment.vaddr
        return self.elf.data[start:start + size]

    # ---- the trampoline

    def _trampoline(self):
        stepper = Stepper(self.guest, self.lines, self.template, self.control, self.entry)
        groups = iter(indirection.groups(self.words))
        while not stepper.arrived():
            phase = phases.phase_of(stepper.place(self.guest.eip()) or (None, 0))
            before = stepper.instructions
            if phase == "7" and stepper.at_word():
                first, count = next(groups)
                self._check_word(stepper.word(), first)
                behind = first + count
                lines = stepper.words(self.words[behind].at if behind < len(self.words) else None)
                self._step(phase, lines, list=[first, count], **self._moved(first, count),
                           following=stepper.place(self.guest.eip()),
                           instructions=stepper.instructions - before)
            else:
                lines = stepper.line()
                self._step(phases.ENTERED if stepper.arrived() else phase, lines,
                           following=stepper.place(self.guest.eip()),
                           instructions=stepper.instructions - before)
        self.say("steps", f"{len(self.steps)}, {stepper.instructions} instructions by single steps")

    def _check_word(self, at, number):
        if at != self.words[number].at:
            raise NotRecorded(f"the trampoline reads the list at {at:#x}, not word {number}, at "
                              f"{self.words[number].at:#x}")

    def _moved(self, first, count):
        """Is what is there now what was to be copied?"""
        word = self.words[first]
        if count != 1 or not word.to:
            return {}
        wanted = bytes(PAGE) if word.kind == "ZERO" else \
            bytes(self.guest.before[word.page:word.page + PAGE])
        now = self.guest.page(word.to)
        return {"same": now == wanted, "crc": zlib.crc32(now)}

    def _afterwards(self):
        """What the payload says, if it ends in time."""
        self.guest.machine = replace(self.guest.machine, timeout=AFTERWARDS)
        result = self.guest.end()
        return {"status": result.status, "log": result.log}

    # ---- data

    def _step(self, phase, lines=(), state=None, following=None, **more):
        guest = self.guest
        state = state or guest.state()
        written = guest.changed()
        live = self._snapshot(self.live, written)
        new = self._snapshot(self.new, written) if self.new is not None else None
        if state["CR0"] & CR0_PG:
            space = "new" if state["CR3"] == self.new else "live"
        else:
            space = "physical"
        self.steps.append({"phase": phase, "lines": list(lines), "next": following, "space": space,
                           "regs": state, "writes": written, "live": live, "new": new, **more})

    def _snapshot(self, root, written=None):
        """Its number in self.snapshots. Tables are read again only if their pages have changed."""
        last = next((i for i in reversed(range(len(self.snapshots)))
                     if self.snapshots[i]["root"] == root), None)
        if last is not None and written is not None and \
                not set(written) & set(entries.pages(self.snapshots[last])):
            return last
        shot = entries.snapshot(self.guest.ram, root, self.pae)
        if shot not in self.snapshots:
            self.snapshots.append(shot)
        return self.snapshots.index(shot)

    def _data(self, told, after):
        request = self.request
        places = [place for step in self.steps for place in (*step["lines"], step["next"]) if place]
        return {
            "version": VERSION,
            "format": "pae" if self.pae else "legacy",
            "naive": request.naive,
            "payload": os.path.basename(request.file),
            "machine": {"memory": len(self.guest.ram), "cpu": request.cpu,
                        "machine": request.machine},
            "words": request.words,
            "template": self.template, "control": self.control, "entry": self.entry,
            "roots": {"live": self.live, "new": self.new},
            "roles": self.roles.ranges(), "names": roles.NAMES,
            "list": [word.data() for word in self.words],
            "phases": phases.phases(request.naive),
            "sources": {file: sourcelines.whole(file) for file, _ in places},
            "snapshots": self.snapshots,
            "steps": self.steps,
            "console": {"before": told, "after": after["log"][len(told):],
                        "status": after["status"]},
        }
