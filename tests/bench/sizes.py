"""Bytes, and how long a build takes."""
import os
import re
import subprocess
import tempfile
import time

import images
import payloads
from elf32 import Elf32
from firstlinux import read
from machine import BUILD, ROOT
from peers import LINUX
from whole import BOOTED


def code_size():
    """Of the trampoline's page: what is behind CONTROL_BACK is no code."""
    header = read(os.path.join(ROOT, "include", "baton", "control.h")).decode()
    return int(re.search(r"^#define CONTROL_BACK (0x\w+)", header, re.M)[1], 16)


def text_of(*arguments):
    """Bytes of code and constants, as `size` counts them in the last line."""
    out = subprocess.run(["size", *arguments], capture_output=True, text=True, check=True).stdout
    return int(out.splitlines()[-1].split()[0])


def sizes():
    elf = Elf32(payloads.BATON)
    yield "baton.elf, file", len(elf.data)
    yield "baton.elf, loaded", sum(segment.filesz for segment in elf.segments)
    yield "baton.elf, code and constants", text_of(payloads.BATON)
    yield "libbaton.a, code and constants", text_of("-t", os.path.join(BUILD, "libbaton.a"))
    yield "trampoline, code", len(
        read(os.path.join(BUILD, "trampoline.bin"))[:code_size()].rstrip(b"\0"))
    yield "ISO with a Debian kernel", os.path.getsize(
        images.baton_iso(BOOTED, "", [(payloads.path(LINUX), "")]))


def build():
    """A clean build on one core."""
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        start = time.monotonic()
        subprocess.run(["make", "-j1", f"BUILD={folder}", f"{folder}/baton.elf"], check=True,
                       capture_output=True)
        yield "seconds, a clean build", round(time.monotonic() - start, 1)


EVERY = (sizes, build)
