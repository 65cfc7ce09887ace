"""The imitation of an old Linux (tests/payloads/old) as a bzImage file, and its output.

The two bytes after its first jump say how much it maps, and which fault it raises before it has its
own IDT.
"""
import os
import re

import images
from bzimage import bzimage
from machine import BUILD

CODE = os.path.join(BUILD, "tests", "payloads", "old.bin")
WHAT = 4                            # old.S: `what`
TABLE = 4                           # MiB that a page table maps
SIZE = 0x20000                      # of its code and of the memory that it claims to unpack into
FAULTS = {"none": 0, "page": 1, "opcode": 2, "protection": 3, "stack": 4, "nmi": 5}
LINES = (r"^old entry boot_params 0x(\w+)$", "^old paged$", "^old stack segment$",
         "^old header 0x53726448$", r"^old command line at 0x(\w+)$", '^old command line "(.*)"$')


def kernel(mapped=4, fault="none", protocol=0x0203, size=SIZE):
    """The file. mapped: MiB; fault: a name of FAULTS."""
    with open(CODE, "rb") as f:
        code = bytearray(f.read())
    code[WHAT:WHAT + 2] = [mapped // TABLE, FAULTS[fault]]
    code += bytes(size - len(code))
    return images.bytes_file(bzimage(bytes(code), protocol=protocol), "old.bz")


def heard(result):
    """(boot_params, command line's address, command line): each line once, in order."""
    found = [re.search(pattern, line) for pattern, line in
             zip(LINES, result.lines("^old "), strict=True)]
    assert all(found), result.story()
    return int(found[0][1], 16), int(found[4][1], 16), found[5][1]
