"""The whole way, from an ISO to a Linux's first program, through Baton and by GRUB's own loader."""
import os
import re
import statistics
import time

import cpio
import images
import payloads
from count import NotCounted
from firstlinux import read
from machine import BUILD, COUNTING, Machine, run
from peers import INIT, LINUX, QUIET

BOOTED = os.path.join(BUILD, "baton.boot")      # what iso/make-iso takes
ARRIVED = r"^arrived (0x[0-9a-f]{16})\r?\n"    # init.c
ROUNDS = 3                              # of the wall time
FILLER = 4 << 20                        # bytes of the initrd that nothing reads


def initrd():
    """An archive whose first program only says that it has been reached."""
    files = {"init": read(INIT), "filler": bytes(FILLER)}
    return images.bytes_file(cpio.archive(files, programs=("init",)), "bench-whole")


def machines():
    kernel = payloads.path(LINUX)
    return {"GRUB": images.linux_iso(kernel, QUIET, initrd()),
            "Baton": images.baton_iso(BOOTED, "", [(kernel, QUIET), (initrd(), "")])}


def machine(name, iso, extra=()):
    return Machine(f"bench-whole-{name}", cpu="max", memory="256M", iso=iso, timeout=900,
                   extra=extra, until=ARRIVED)


def arrival(of):
    """The time-stamp counter in the first program: under -icount shift=0 a tick is an instruction, or
    one's time where the machine waits."""
    result = run(of)
    found = re.search(ARRIVED, result.log, re.M)
    if not found:
        raise NotCounted(result.story())
    return int(found[1], 16)


def whole():
    isos, cost = machines(), {}
    for name, iso in isos.items():
        cost[name] = arrival(machine(name, iso, COUNTING))
        yield f"{name}, ISO to user space", cost[name]
    yield "ISO to user space, Baton / GRUB", round(cost["Baton"] / cost["GRUB"], 5)


def seconds():
    """The same without a counter; the machines take turns."""
    ways = {name: machine(name, iso) for name, iso in machines().items()}
    took = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, of in ways.items():
            start = time.monotonic()
            arrival(of)
            took[name].append(time.monotonic() - start)
    for name, values in took.items():
        yield f"{name}, seconds to user space", round(statistics.median(values), 2)
        yield f"{name}, seconds, most less least", round(max(values) - min(values), 2)
    yield "seconds, Baton / GRUB", round(statistics.median(took["Baton"]) /
                                         statistics.median(took["GRUB"]), 3)


EVERY = (whole, seconds)
