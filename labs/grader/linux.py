"""Starts Debian's Linux with the student's Baton. Its first process, of the demo's initrd, compares the
memory, the initrd and the command line with what it should have got (iso/initrd/demo/judge).
"""
import os
import re
import struct
import subprocess
from dataclasses import replace

import boots
import payloads
from boots import machines
from catalogue import TOP, Finding

KERNEL, OTHER = "686-pae", "amd64"  # the other one where the distribution has no i386 kernel
LIMIT = 60                          # seconds of the CPU's time; Linux takes about seven
PREF_ADDRESS = 0x258                # a field of the setup header [LBP]
SCRIPTS = (["iso/fetch-payloads", KERNEL], ["iso/make-initrd"])


def missing():
    """Why there is no kernel or no initrd; "" if both are there. They are fetched at the first time."""
    for script in SCRIPTS if not all(map(os.path.exists, files())) else ():
        done = subprocess.run(script, cwd=TOP, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            return (done.stderr.strip().splitlines() or [f"{script[0]} failed"])[-1]
    return ""


def kernel():
    return OTHER if payloads.missing_everywhere(KERNEL) else KERNEL


def files():
    return payloads.linux(kernel()), payloads.initrd("demo")


def hand_over(lab, elf, kind, case):
    """None: Linux came up and found what it should have got. Otherwise the Finding."""
    why = missing()
    if why:
        return Finding(case, "the kernel and its initrd are there", why)
    path, initrd = files()
    with open(path, "rb") as file:
        entry, = struct.unpack_from("<Q", file.read(PREF_ADDRESS + 8), PREF_ADDRESS)
    machine = replace(boots.machine(lab, elf, kind, "", "place=prefer", name="linux"),
                      memory="128M", cpu="max", emulator="x86_64" if kernel() == OTHER else "i386",
                      modules=(f"{path} {payloads.LINUX_WORDS}", initrd))
    boot, _ = boots.hand_over(machine, entry, limit=LIMIT)
    if not boot.entered:
        return Finding(case, f"the kernel is entered at 0x{entry:08x}", boot.found)
    return told(boot, case)


def told(boot, case):
    """What is wrong by Linux's own words."""
    said = "\n".join(boot.verdict)
    verdict = re.findall("^BATON-VERDICT (.*)$", said, re.M)
    if not verdict:
        last = next((line for line in reversed(boot.verdict) if line.strip()), "nothing")
        return Finding(case, "the first process finds no error", f"it never spoke; the last line: {last[:80]}")
    if verdict != ["pass"] or boot.status != machines.POWERED_OFF:
        return Finding(case, "the first process finds no error",
                       f"{verdict[0][:80]}, and QEMU's status {boot.status}")
    if f"test cmdline {payloads.LINUX_WORDS}" not in said:
        line = re.search("^test cmdline (.*)$", said, re.M)
        return Finding(f"{case}, /proc/cmdline", f'"{payloads.LINUX_WORDS}"', f'"{line[1] if line else ""}"')
    return None
