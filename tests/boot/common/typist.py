"""A user of Baton's shell: types on COM1 or on the PS/2 keyboard, reads COM1 or the screen.

with Typist(machine) as t: the machine runs, from the loader on. Leaving the block ends it; errors
are reported with the whole output on COM1.
"""
import os
import re
import subprocess
import threading
import time
from dataclasses import replace

import machine as machines
import pexpect.fdpexpect
import pytest
from qmp import Qmp, connect, socket_folder

PROMPT = "baton> "
SCREEN, COLUMNS, ROWS = 0xb8000, 80, 25
PATIENCE = 30               # seconds for each answer; generous: the host may be busy


class Failed(AssertionError):
    """A failed session, with its output."""


class Typist:
    def __init__(self, machine):
        self.folder = socket_folder()
        self.paths = {name: os.path.join(self.folder, name) for name in ("com1", "qmp")}
        self.machine = machine
        self.com1 = self.talk = None

    def command(self):
        command = self.machine.command()
        command[command.index("-serial") + 1] = f"unix:{self.paths['com1']},server=on,wait=on"
        return command + ["-qmp", f"unix:{self.paths['qmp']},server=on,wait=off"]

    def __enter__(self):
        self.log = open(self.machine.log(), "wb")
        with open(os.path.join(self.machine.folder(), "emulator"), "w") as output:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL,
                                            stdout=output, stderr=subprocess.STDOUT)
        try:
            self.com1 = connect(self.paths["com1"], self.process, PATIENCE)
            self.com1.settimeout(None)
            ours, self.pumped = os.pipe()
            self.talk = pexpect.fdpexpect.fdspawn(ours, timeout=PATIENCE, encoding="latin-1")
            threading.Thread(target=self._pump, daemon=True).start()
            self.qmp = Qmp(self.paths["qmp"], self.process, PATIENCE)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind, error, _):
        self._end()
        if kind and issubclass(kind, Exception):
            said = "\n".join(machines.read_log(self.machine.log()).splitlines()[-60:])
            what = str(error) if kind is AssertionError else f"{kind.__name__}: {error}"
            raise Failed(f"{what}\n\n$ {' '.join(self.command())}\n{said}") from error

    def _pump(self):
        """Reads COM1 all the time: QEMU's socket holds only a few hundred bytes; if it is full,
        the shell must wait for every character."""
        try:
            while data := self.com1.recv(65536):
                self.log.write(data)
                self.log.flush()
                os.write(self.pumped, data)
        except (OSError, ValueError):   # the machine or the test has ended
            pass
        os.close(self.pumped)

    def _end(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for opened in filter(None, (self.com1, self.talk, self.log)):
            opened.close()
        for path in self.paths.values():
            if os.path.exists(path):
                os.remove(path)
        os.rmdir(self.folder)

    # ---- COM1

    def expect(self, pattern, timeout=PATIENCE):
        """Reads up to the pattern; returns the match."""
        self.talk.expect(pattern, timeout=timeout)
        return self.talk.match

    def send(self, text):
        self.com1.sendall(text.encode("latin-1"))

    def prompt(self):
        """Reads up to the next prompt; returns the lines before it."""
        self.expect(r"(?:^|[\r\n])" + PROMPT)
        return self.talk.before.replace("\r", "").split("\n")

    def ask(self, line):
        """Types a line; returns the lines of the answer, without the echo."""
        self.send(line + "\r")
        return self.prompt()[1:]

    def end(self, timeout=60):
        """The rest of COM1, and the exit status."""
        self.talk.expect(pexpect.EOF, timeout=timeout)
        return self.talk.before.replace("\r", ""), self.process.wait(timeout)

    # ---- the screen

    def screen(self):
        """25 rows as text, without blanks at their ends."""
        cells = self.qmp.memory(SCREEN, 2 * COLUMNS * ROWS)[::2].decode("latin-1")
        return [cells[at:at + COLUMNS].rstrip(" \0") for at in range(0, len(cells), COLUMNS)]

    def attributes(self, row):
        return self.qmp.memory(SCREEN + 2 * COLUMNS * row, 2 * COLUMNS)[1::2]

    def cursor(self):
        """(row, column), from the VGA's own registers."""
        at = 0
        for register in (0x0e, 0x0f):
            self.qmp.monitor(f"o /b 0x3d4 {register}")
            value, = re.findall(r"= 0x([0-9a-f]+)", self.qmp.monitor("i /b 0x3d5"))
            at = at << 8 | int(value, 16)
        return divmod(at, COLUMNS)

    def until(self, what, seconds=PATIENCE):
        """Waits until what() is true; returns its result."""
        end = time.monotonic() + seconds
        while not (found := what()):
            if time.monotonic() > end:
                raise AssertionError("the screen never showed it:\n" + "\n".join(self.screen()))
            time.sleep(0.02)
        return found


def shell(name, words="", modules=(), **more):
    """A machine whose Baton stops in its shell."""
    return machines.Machine(f"shell-{name}", kernel=os.path.join(machines.BUILD, "baton.elf"),
                            append=f"shell exitport=0xf4 {words}".strip(), modules=modules,
                            **{"memory": "32M", "cpu": "qemu32", **more})


class Session:
    """A job of the fleet: runs act(typist) with a machine."""

    def __init__(self, act, machine):
        self.name, self.act, self.machine = machine.name, act, machine

    def run(self):
        with Typist(self.machine) as t:
            return self.act(t)


def sessions(*machines_of, quick=False):
    """Makes a test from a function of a typist: it runs once with each of these machines (made by
    `shell`). The machines run ahead of the tests, in the fleet."""
    def make(act):
        @pytest.mark.parametrize("job", [
            pytest.param(Session(act, machine), id=machine.name.removeprefix("shell-"))
            for machine in (replace(m, name=f"{m.name}-{act.__name__}") for m in machines_of)])
        def test(job, outcome):
            assert outcome is None
        test.__name__, test.__doc__, test.__module__ = act.__name__, act.__doc__, act.__module__
        return pytest.mark.quick(test) if quick else test
    return make
