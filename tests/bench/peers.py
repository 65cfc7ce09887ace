"""What others need for the same: Linux's kexec, without kexec-tools and its purgatory."""
import os

import cpio
import images
import payloads
from count import between
from elf32 import Elf32
from machine import BUILD, Machine

INIT = os.path.join(BUILD, "tests", "bench", "init")
PAYLOAD = 0x01000000                    # init.c
LINUX = "linux-686-pae"


def linux(size):
    """A Linux whose first program loads a payload of `size` MiB and starts it."""
    with open(INIT, "rb") as f:
        initrd = cpio.archive({"init": f.read(), "size": str(size).encode()}, programs=("init",))
    return Machine(f"bench-linux-{size}", cpu="max", memory="512M", kernel=payloads.path(LINUX),
                   append="quiet console=ttyS0 no_timer_check", timeout=600,
                   modules=(images.bytes_file(initrd, "bench-initrd"),))


def kexec():
    mark = Elf32(INIT).symbols
    cost = {}
    for size in (1, 6):
        of = linux(size)
        yield f"raw kexec_load, {size} MiB", between(of, mark["mark_load"], mark["mark_loaded"])[0]
        cost[size] = between(of, mark["mark_exec"], PAYLOAD)[0]
        yield f"raw kexec, {size} MiB", cost[size]
    yield "raw kexec, a page", (cost[6] - cost[1]) // (5 << 8)


EVERY = (kexec,)
