"""Boots the student's Baton in Bochs. Bochs keeps to the manual where QEMU does not look: reserved bits
of page tables, features that a CPU has not.

What Baton prints is believed here, so this comes behind a boot in QEMU that has passed (boots.py).
"""
import os
import re
import shutil
import time

import boots
import images
from boots import machines
from catalogue import Finding

CPU = "p2_klamath"                  # has PAE
LIMIT = 60                          # seconds of the CPU's time; firmware, GRUB and Baton take eleven
# Bochs may end before the line end of the verdict is in the file.
END = re.compile(r"^(?:(BATON-VERDICT) (?:pass|fail)|(?:refused|panic|exception|fault) .*\n)", re.M)
NEEDED = {"bochs": "bochs", "grub-mkrescue": "grub-common", "xorriso": "xorriso",
          "/usr/share/seabios/vgabios-isavga.bin": "seabios", "/usr/lib/grub/i386-pc/multiboot.mod": "grub-pc-bin"}


def missing():
    """The packages that are needed and are not there."""
    return [package for what, package in NEEDED.items()
            if not (os.path.exists(what) if what.startswith("/") else shutil.which(what))]


def hand_over(lab, elf, kind, payload, case):
    """None: the payload finds no error. Otherwise the Finding."""
    case = f"{case}, in Bochs"
    packages = missing()
    if packages:
        return Finding(case, "Bochs, a machine that checks more than QEMU",
                       f"it is not installed; install it: sudo apt-get install {' '.join(packages)}")
    iso = images.baton_iso(os.path.relpath(elf, machines.ROOT), f"paging={kind} trace=1", [(payload, "")])
    machine = machines.Machine(f"lab-{lab}-bochs-{kind}", emulator="bochs", machine="-", cpu=CPU,
                               memory="32M", iso=iso)
    log, how = watch(machine)
    told = END.search(log)
    if told and told[1]:
        failed = re.search(r"^judge (\S+) FAIL found (.*) expected (.*)", log, re.M)
        return Finding(f"{case}, the payload's check {failed[1]}", failed[3], failed[2]) if failed else None
    if told:
        how = boots.sentence(told[0].strip())
    return Finding(case, "the payload is entered, and finds no error", f"{how}, after {boots.phase(log)}")


def watch(machine):
    """(what was printed, how it ended): until it says how it ended, or its time is over."""
    process, begin, how = machines.start(machine), time.monotonic(), ""
    try:
        while not how:
            log = machines.read_log(machine.log())
            if END.search(log):
                break
            if process.poll() is not None:
                how = ended(machine)
            elif len(log) > boots.FLOOD:
                how = "output without an end"
            elif boots.used(process.pid) > LIMIT or time.monotonic() - begin > boots.LATEST:
                how = f"no end: stopped after {LIMIT} s of computing"
            time.sleep(0.1)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
    return machines.read_log(machine.log())[:boots.FLOOD], how


def ended(machine):
    """What Bochs has noted of the CPU's end."""
    with open(os.path.join(machine.folder(), "bochs.log"), errors="replace") as file:
        return "a triple fault" if "3rd" in file.read() else "the machine ended"
