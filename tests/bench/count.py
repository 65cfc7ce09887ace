"""Instructions between two addresses, counted by tests/boot/plugin/storewatch.c under QEMU's -icount.

Each round of a REP counts as one instruction. Two runs of one image give the same number.
"""
import os
import re
from dataclasses import replace

from elf32 import Elf32
from machine import BUILD, COUNTING, run
import payloads

RESET = 0xfffffff0                      # the first instruction of a machine [SDM3 9.1.4]
PLUGIN = os.path.join(BUILD, "tests", "boot", "storewatch.so")


class NotCounted(Exception):
    """The machine did not come from one address to the other."""


def between(machine, start, stop):
    """The number of instructions, and what the machine printed."""
    out = os.path.join(machine.folder(), "count")
    result = run(replace(machine, extra=(*machine.extra, *COUNTING, "-plugin",
                                         f"{PLUGIN},start={start:#x},stop={stop:#x},out={out},quit=on,stores=off")))
    try:
        with open(out) as f:
            seen = dict(line.split()[:2] for line in f)
    except FileNotFoundError:
        seen = {"end": "no file"}
    if seen["end"] != "stop":
        raise NotCounted(f"{machine.name}: {seen['end']}\n{result.story()}")
    return int(seen["instructions"]), result.log


def symbol(name, elf=payloads.BATON):
    return Elf32(elf).symbols[name]


def number(pattern, log):
    return int(re.search(pattern, log, re.M)[1].replace(",", ""))
