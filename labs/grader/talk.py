"""Types commands into the shell of the student's Baton, on its serial port."""
import os
import subprocess
import time

import boots
from qmp import Qmp, connect, socket_folder

PROMPT = b"\nbaton> "


class Talk:
    """with Talk(machine) as t: t.ask(line) is the answer's lines, or None if there was none; then
    t.trouble says why."""

    def __init__(self, machine):
        self.machine, self.trouble = machine, ""

    def __enter__(self):
        self.folder = socket_folder()
        com1, qmp = f"{self.folder}/com1", f"{self.folder}/qmp"
        command = self.machine.command()
        command[command.index("-serial") + 1] = f"unix:{com1},server=on,wait=on"
        self.process = subprocess.Popen([*command, "-qmp", f"unix:{qmp},server=on,wait=off"],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        self.log, self.begin = b"", time.monotonic()
        try:
            self.com1 = connect(com1, self.process, 0.2)
            self.qmp = Qmp(qmp, self.process, boots.LATEST)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for name in os.listdir(self.folder):
            os.remove(os.path.join(self.folder, name))
        os.rmdir(self.folder)

    def until_prompt(self):
        """What was said up to the prompt; None: there was none."""
        begin = len(self.log)
        while PROMPT not in (b"\n" + self.log[begin:]).replace(b"\r", b""):
            try:
                data = self.com1.recv(65536)
            except TimeoutError:
                data = None
            except OSError:
                data = b""
            self.log += data or b""
            if data == b"" or len(self.log) > boots.FLOOD or \
                    boots.idle(self.process.pid, self.begin) > boots.PATIENCE or \
                    boots.used(self.process.pid) > boots.LIMIT:
                last = f"after {boots.phase(self.text())}"
                self.trouble = f"the machine ended, {last}" if data == b"" else \
                    f"output without an end, {last}" if len(self.log) > boots.FLOOD else \
                    f"no answer: stopped after {boots.PATIENCE} s, {last}"
                told = [line for line in self.text().splitlines()
                        if line.startswith(("panic", "exception", "refused"))]
                self.trouble = told[0] if told and data == b"" else self.trouble
                return None
        return self.log[begin:].decode("latin-1").replace("\r", "").split("\n")

    def text(self):
        return self.log.decode("latin-1").replace("\r", "")

    def ask(self, line):
        self.com1.sendall(line.encode() + b"\r")
        said = self.until_prompt()
        return said[1:-1] if said else None
