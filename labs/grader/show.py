"""Boots the student's Baton for the student to watch: as ./baton run does, or in gdb."""
import os
import shlex
import shutil

import boots
from catalogue import TOP, Refused


def run(lab, elf, words):
    """Becomes ./baton run, or another verb that shows the lab, with this build of Baton."""
    os.chdir(os.environ.get("LAB_START", TOP))
    os.execve(TOP / "baton", ["./baton", lab.verb, *words],
              {**os.environ, "BATON_ELF": os.path.relpath(elf, TOP)})


def debug(lab, elf, words):
    """Becomes gdb, with the machine of the checks behind a pipe: setpriv ends it with gdb."""
    kind = "pae"
    if words:
        if len(words) != 2 or words[0] != "--paging" or words[1] not in ("pae", "legacy"):
            raise Refused("lab debug takes one option, --paging pae or legacy")
        kind = words[1]
    if not shutil.which("gdb"):
        raise Refused("gdb is not installed: package gdb", 1)
    machine = lab.debugged(elf, kind) if lab.debugged else \
        boots.machine(f"{lab.name}-debug", elf, kind, boots.judge("tiny")[0])
    command = ["setpriv", "--pdeathsig", "TERM", *machine.command(), "-S", "-gdb", "stdio"]
    os.environ["BATON_CONSOLE"] = machine.log()
    os.execvp("gdb", ["gdb", "-q", machine.kernel, "-ex", "set architecture i386",
                      "-ex", f"target remote | exec {shlex.join(command)}",
                      "-x", str(TOP / "labs" / "debug.gdb"),
                      "-ex", f"hbreak {lab.stop}", "-ex", "continue"])
