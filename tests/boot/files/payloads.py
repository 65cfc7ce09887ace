"""The payloads by the names in the tables, and the output of each on success.

judge-NAME   a judge (tests/payloads/payloads.mk): verdict and every check on COM1
judge64      the judge in long mode, an ELF64
linux-NAME   Debian's kernels by their names in iso/fetch-payloads, with the demo's initrd in its
             test mode: it judges and powers off
"""
import os
import re
import struct
import zlib

import images
from bzimage import FIELDS
from machine import BUILD, PASSED, POWERED_OFF, SOFT_OFF

BATON = os.path.join(BUILD, "baton.elf")
JUDGE64 = os.path.join(BUILD, "tests", "payloads", "judge64")
LIAR = os.path.join(BUILD, "tests", "payloads", "liar.elf")
# On a busy host QEMU's timer may be so late that Linux reports it as broken: no_timer_check. Linux's
# tests of its own cryptography take a third of its start-up in an emulator (cryptomgr.notests), and
# the search for ISA cards waits 0.35 s (noisapnp).
IN_QEMU = "no_timer_check cryptomgr.notests noisapnp"
LINUX_WORDS = f"console=ttyS0 quiet {IN_QEMU} baton.test"
LINUX_EXIT = 49                     # isa-debug-exit of 0x18: a machine that cannot switch off
# mov $0x20, %al; mov $0xf4, %dx; out %al, (%dx); jmp .
PASS_CODE = bytes.fromhex("b020 66baf400 ee ebfe")
# the same on COM1, 0x3f8, with a character
CAPTURED = "@"
STAY_CODE = bytes.fromhex(f"b0{ord(CAPTURED):02x} 66baf803 ee ebfe")
SIZES = {"K": 1 << 10, "M": 1 << 20}


def judge(name):
    return os.path.join(BUILD, "tests", "payloads", f"judge-{name}")


def linux(name):
    return os.path.join(BUILD, "payloads", f"vmlinuz-{name}")


def other(name):
    """A kernel other than Linux, by its name in iso/fetch-payloads."""
    return os.path.join(BUILD, "payloads", name)


def missing_everywhere(name):
    """Has iso/fetch-payloads recorded that this distribution has no such kernel? A name of a Linux, or
    of other()."""
    try:
        with open(os.path.join(BUILD, "payloads", "versions")) as f:
            lines = f.read().splitlines()
            return f"vmlinuz-{name} none" in lines or f"{name} none" in lines
    except FileNotFoundError:
        return False


def path(name):
    if name == "judge64":
        return JUDGE64
    kind, rest = name.split("-", 1)
    return judge(rest) if kind == "judge" else linux(rest)


def initrd(name):
    """The file for a word in a table: "-" none, "demo", or a size such as 300K, 3M or 12345."""
    if name == "-":
        return None
    if name == "demo":
        return os.path.join(BUILD, "initrd.gz")
    scale = SIZES.get(name[-1])
    return images.blob(int(name[:-1]) * scale if scale else int(name))


def crc(file):
    with open(file, "rb") as f:
        return zlib.crc32(f.read())


def assert_judged_well(result, words="", initrd_file=None):
    """A judge ran, found no error, and got the right command line and initrd."""
    assert result.status in (PASSED, SOFT_OFF), result.story()
    assert result.lines("^BATON-VERDICT") == ["BATON-VERDICT pass"], result.story()
    assert not result.lines(r"^judge \S+ FAIL"), result.story()
    assert len(result.lines(r"^judge \S+ ok$")) > 50, result.story()
    if words is not None:
        lines = result.lines("^note command-line ")
        assert lines == [f'note command-line "{words}"'], result.story()
    if initrd_file is None:
        assert result.lines("^note initrd ") == ["note initrd none"], result.story()
    else:
        size = os.path.getsize(initrd_file)
        wanted = rf"^note initrd at 0x\w+ size {size} crc 0x{crc(initrd_file):08x}$"
        assert len(result.lines(wanted)) == 1, result.story()


def assert_linux_well(result, words):
    assert result.status in (POWERED_OFF, LINUX_EXIT), result.story()
    assert result.lines("^BATON-VERDICT") == ["BATON-VERDICT pass"], result.story()
    assert f"test cmdline {words}" in result.log, result.story()
    assert result.lines(r"^test initrd \d+ files whole"), result.story()


def assert_refused(result, pattern):
    """Baton refused: its status, exactly one line with the reason, no verdict, no fault."""
    from machine import REFUSED
    refusals = result.lines("^refused")
    assert result.status in (REFUSED, "until"), result.story()
    assert len(refusals) == 1, result.story()
    assert re.search(pattern, refusals[0]), result.story()
    assert not result.lines("^(BATON-VERDICT|hand-off|panic|fault)"), result.story()


def capture_kernel(stays=False, **fields):
    """A bzImage that runs at any address and reports that by its exit status; or it prints
    CAPTURED and keeps running. fields: of its header, by their names in bzimage.FIELDS."""
    code = STAY_CODE if stays else PASS_CODE
    with open(judge("linux"), "rb") as f:
        image = bytearray(f.read())
    entry = (image[0x1f1] + 1) * 512    # after setup_sects [LBP 1.1]
    for name, value in {"relocatable_kernel": 1, **fields}.items():
        offset, form = FIELDS[name]
        struct.pack_into(form, image, offset, value)
    image[entry:entry + len(code)] = code
    return images.bytes_file(bytes(image), "capture.bz")
