"""Linux's vmlinux, the linked kernel, as a payload: those of Debian's i386 bzImages, unpacked.

Each starts with its initrd, which checks the hand-off. As a capture kernel it is refused: it runs
only at one address.
"""
import lzma
import struct
from functools import partial

import images
import joblist
import payloads
import pytest
from machine import Machine, run

CPU = {"686": {"pae": "pentium3", "legacy": "pentium2,-pae"}, "686-pae": {"pae": "max"}}
MEMORY = "256M"
SECTOR = 512
SETUP_SECTS, PAYLOAD_OFFSET = 0x1f1, 0x248      # payload_length follows [LBP 2.08]


def vmlinux(name):
    """The file inside a bzImage, found as the kernel's own decompressor does it."""
    with open(payloads.linux(name), "rb") as f:
        data = f.read()
    offset, length = struct.unpack_from("<II", data, PAYLOAD_OFFSET)
    start = (data[SETUP_SECTS] + 1) * SECTOR + offset
    packed = data[start:start + length - 4]     # without the unpacked size at its end
    assert packed[:6] == lzma.compress(b"")[:6], f"{name} is packed by another program than xz"
    return images.bytes_file(lzma.decompress(packed), f"vmlinux-{name}")


class Job:
    def __init__(self, linux, tables="pae", words="", via="", name="", memory=MEMORY, cpu=None):
        self.linux, self.tables, self.words, self.via = linux, tables, words, via
        self.name = f"vmlinux-{name or f'{linux}-{tables}'}"
        self.settings = {"cpu": cpu or CPU[linux][tables], "memory": memory}

    def run(self):
        words = f"exitport=0xf4 paging={self.tables} {self.words}".strip()
        modules = [(vmlinux(self.linux), payloads.LINUX_WORDS), (payloads.initrd("demo"), "")]
        if self.via == "grub":
            iso = images.baton_iso(payloads.BATON, words, modules)
            return run(Machine(self.name, iso=iso, **self.settings))
        return run(Machine(self.name, kernel=payloads.BATON, append=words,
                           modules=tuple(" ".join(m).strip() for m in modules), **self.settings))


cases = partial(joblist.cases, "vmlinux-")


@pytest.mark.parametrize("job", cases(
    Job("686"), Job("686", "legacy"), Job("686-pae"),
    Job("686-pae", "legacy", cpu="max", name="pae-kernel-legacy-tables"),
    Job("686-pae", via="grub", words="place=all verify=on", name="grub"),
    quick=("686-legacy",)))
def test_it_comes_up(job, outcome):
    payloads.assert_linux_well(outcome, payloads.LINUX_WORDS)
    assert outcome.lines(rf"^payload +Linux \S+-{job.linux}, vmlinux, ELF32, "), outcome.story()
    assert outcome.lines("^hand-off +to 0x01000000$"), outcome.story()


@pytest.mark.parametrize("job", cases(
    Job("686", words="crashkernel=64M crash=1", name="capture")))
def test_as_a_capture_kernel_it_is_refused(job, outcome):
    payloads.assert_refused(
        outcome, r"vmlinux, ELF32, runs at 0x01000000 only; a capture kernel must be relocatable")


@pytest.mark.parametrize("job", cases(
    Job("686", memory="24M", name="no-memory")))
def test_missing_memory_is_reported(job, outcome):
    payloads.assert_refused(outcome, r"segment PT_LOAD 0 .*usable RAM")
