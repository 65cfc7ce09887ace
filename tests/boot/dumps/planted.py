"""Memory above 4 GiB with known bytes in it, for machines that crash.

QEMU writes them there before the machine starts: at the beginning, across pages, at the end. Most
of the machine's address space is empty.
"""
import images
from captured import MEMORY, MIB, USUAL_MEMORY
from unchanged import HIGH

UPPER = 64                          # MiB
SIZE = 70_001
PLACES = [HIGH, HIGH + 33 * MIB + 0x123, HIGH + UPPER * MIB - SIZE]


def settings(linux):
    """Of a Captured with that capture kernel."""
    lower = MEMORY.get(linux, USUAL_MEMORY)
    extra = []
    for at in PLACES:
        extra += ["-device", f"loader,file={images.blob(SIZE)},addr={at:#x},force-raw=on"]
    return {"high": UPPER, "machine": f"pc,max-ram-below-4g={lower}M", "extra": tuple(extra)}


def content():
    """The bytes at each of PLACES."""
    with open(images.blob(SIZE), "rb") as f:
        return f.read()
