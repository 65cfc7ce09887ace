"""The payload in real mode (tests/payloads/real): its files, and what its lines say.

One binary is a boot sector with the sectors behind it, and Linux's setup code without a header. Here
it becomes a disk, a boot sector, or a file of the Linux boot protocol.
"""
import os
import random
import re
import struct

import images
from bzimage import FIELDS
from machine import BUILD

CODE = os.path.join(BUILD, "tests", "payloads", "real.bin")
SECTOR = 512
SETUP_SECTS = 5                     # real.h: SECTORS, less the boot sector
HEADER_END = 0x23c                  # of protocol 2.06
DISK = 64 * SECTOR                  # SeaBIOS wants no more
FLOPPY = 2880 * SECTOR
# eflags without those that any instruction changes
DEFINED_FLAGS = 0x7702              # IF, DF, TF, IOPL, NT, and the bit that is always 1
MASK = 0xffffffff


def code():
    with open(CODE, "rb") as f:
        return f.read()


def disk(size=DISK):
    """A disk that boots by its first sector."""
    data = code()
    return images.bytes_file(data + bytes(size - len(data)), "real.img")


def sector():
    """The first sector of that disk alone."""
    return images.bytes_file(code()[:SECTOR], "real.sector")


def kernel_bytes(size):
    return random.Random(size).randbytes(size)


def setup(size=40000, name="real.lkrn", **changes):
    """A file with a real-mode entry only: its code32_start is 0. size: of what goes to 1 MiB."""
    data = bytearray(code()[:(SETUP_SECTS + 1) * SECTOR])
    values = {"setup_sects": SETUP_SECTS, "syssize": (size + 15) // 16, "boot_flag": 0xaa55,
              "magic": b"HdrS", "version": 0x0206, "loadflags": 1, "code32_start": 0,
              "initrd_addr_max": MASK, "cmdline_size": 2047}
    for field, value in {**values, **changes}.items():
        offset, form = FIELDS[field]
        struct.pack_into(form, data, offset, value)
    return images.bytes_file(bytes(data) + kernel_bytes(size), name)


def ends(data):
    """What the payload says of a file in high memory: two dwords of its first sector."""
    data = data[:SECTOR].ljust(SECTOR, b"\0")
    return [struct.unpack_from("<I", data, at)[0] for at in (0, SECTOR - 4)]


def heard(result):
    """{name: [numbers]} of its lines, each of which comes once; e820: a list of those. The command
    line is text."""
    found = {}
    for line in result.lines("^real "):
        name, rest = re.match(r"real (\w+) ?(.*)", line).groups()
        value = rest if name == "line" else [int(word, 16) for word in rest.split()]
        if name == "e820":
            found.setdefault(name, []).append(value)
        else:
            assert name not in found, result.story()
            found[name] = value
    assert "end" in found, result.story()
    return found


def rotated_sum(data):
    """As the payload sums up memory."""
    total = 0
    for byte in data:
        total = (total << 1 | total >> 31) & MASK
        total = total & ~0xff | (total + byte) & 0xff
    return total
