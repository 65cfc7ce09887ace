"""The dump that the lab asks about: of a Baton that is wrong on purpose, as kexec was before 2006.

It crashes on a machine that is made from the student's name, so each student has a dump of their own,
and the grader can make it again. What the answer must be is found here by a walker that is not Baton's.
"""
import hashlib
import os
import re
import struct
from dataclasses import dataclass, replace

import boots
import build
import livetables as lt
import payloads
from catalogue import Refused
from debugger import Debugger

MIB = 1 << 20
KERNEL_BASE = 0xc0000000
REGION = 8                          # MiB for the capture kernel
HEADERS = 4 * lt.PAGE               # BATON_CRASH_HEADERS, baton/crash.h
SPOILED = build.BUILD / "spoil" / "baton.elf"


@dataclass(frozen=True)
class Dump:
    pae: bool
    root: int                       # of the live tables
    before: bytes                   # all memory, at the fault
    after: bytes                    # and at the capture kernel's first instruction
    core: bytes                     # the file

    @property
    def size(self):
        """Of an entry, in bytes."""
        return 8 if self.pae else 4

    def entry(self, memory, table, index):
        return struct.unpack_from("<Q" if self.pae else "<I", memory, table + index * self.size)[0]

    def tables(self, memory):
        return lt.pages(memory, self.root, self.pae)

    def written(self):
        """The mapping that the way to the capture kernel has added: (table, index, entry, va)."""
        leaf, = set(lt.leaves(self.after, self.root, self.pae)) - \
            set(lt.leaves(self.before, self.root, self.pae))
        return leaf[:4]


def machine_of(name):
    """(format of the tables, MiB of memory, KiB where the region begins), from a name."""
    digest = hashlib.sha256(" ".join(name.lower().split()).encode()).digest()
    memory = 32 + digest[1] % 33
    pages = (memory - REGION - 12) * MIB // lt.PAGE
    return ("pae" if digest[0] & 1 else "legacy", memory,
            (8 * MIB + int.from_bytes(digest[2:6], "little") % pages * lt.PAGE) >> 10)


def machine(folder, elf, kind, memory, words, **more):
    """A Baton with a capture kernel, that crashes."""
    return replace(
        boots.machine(folder, elf, kind, f"{payloads.capture_kernel()} captured",
                      f"crash=1 fault=divide {words}"), memory=f"{memory}M", **more)


def told(log, pattern):
    """A number in a line that Baton has printed; 0: it has not."""
    found = re.search(pattern, log, re.M)
    return int(found[1], 16) if found else 0


def staged(log):
    """The capture kernel's first instruction."""
    return told(log, r"^crash .* staged at (0x\w+);")


def make(name):
    """Boots it, and crashes it."""
    kind, memory, region = machine_of(name)
    crashing = machine("crash-dump", SPOILED, kind, memory, f"crashkernel={REGION}M@{region}K")
    try:
        with Debugger(crashing) as d:
            boots.Guard(d, boots.LIMIT).start()
            d.go_to(boots.Elf32(crashing.kernel).symbols["divide"])
            before, root = d.memory(0, memory * MIB), d.registers()["CR3"] & -32
            log = boots.machines.read_log(crashing.log())
            d.go_to(staged(log))
            after = d.memory(0, memory * MIB)
    except (AssertionError, OSError):
        raise Refused(f"the dump cannot be made: {crashing.log()} shows how the machine ended", 1) from None
    headers = told(log, r"^dump +core headers at (0x\w+);")
    # file offsets are physical addresses, but for the headers'
    return Dump(kind == "pae", root, before, after, after[headers:headers + HEADERS] + after[HEADERS:])


def write(name, path):
    """Makes the student's dump; returns what to say of it."""
    dump = make(name)
    path.write_bytes(dump.core)
    return f"{len(dump.core) >> 20} MiB, from a machine with {'PAE' if dump.pae else 'legacy'} tables; " \
           f"the kernel that crashed is {os.path.relpath(SPOILED, boots.TOP)}"
