"""The capture kernel's initrd: Debian's Linux writes /proc/vmcore to a disk, byte for byte.

Here there is no Baton and no crash: QEMU puts the headers of a core and its memory above mem=, and
elfcorehdr= makes a real /proc/vmcore from them. iso/save-dump reads the disk. If the distribution
has no i386 kernel, amd64 runs the same initrd.
"""
import os
import re
import subprocess

import cores
import images
import payloads
import pytest
from captured import WORDS
from machine import BUILD, FAILED, POWERED_OFF, ROOT, Machine, run

MEMORY = "200M"
SEEN = {"amd64": "mem=128M"}        # about as much as a capture kernel has
USUALLY_SEEN = "mem=88M"
HEADERS_AT, NOTES_AT = 0x8800000, 0x8801000
# One of whole pages, one that does not start or end at a page boundary.
PIECES = [cores.Piece(0x8c00000, images.blob(9 << 20), 9 << 20),
          cores.Piece(0xa000404, images.blob(3_000_001), 3_000_001)]
NOTES = cores.note(b"CORE", 1, bytes(range(144))) + cores.note(b"BATON", 7, b"odd")
MIB = 1 << 20
# QEMU's options for a disk, by Linux's name of the disk.
VIRTIO, IDE, AHCI = "virtio-blk-pci", "ide-hd,bus=ide.0", "ide-hd,bus=ide.2"


class Capture:
    """One machine. disks: [(device, content of the disk)]; after run(), .disks are their paths.
    told: elfcorehdr= is given; said: the expected failure; begins: it fails after it began to
    write."""

    def __init__(self, name, linux="686-pae", words="", disks=(), wide=True, blkdebug=b"",
                 told=True, said="", begins=False, **settings):
        self.name, self.linux, self.contents = f"capture-{name}", linux, disks
        self.words, self.wide, self.blkdebug = words, wide, blkdebug
        self.told, self.said, self.begins, self.settings = told, said, begins, settings
        self.elf_machine = cores.EM_386
        if payloads.missing_everywhere(linux):
            self.linux, self.wide, self.elf_machine = "amd64", True, cores.EM_X86_64
            self.settings = {"emulator": "x86_64", "cpu": "max", **settings}

    def run(self):
        extra, self.disks = [], []
        blob = cores.headers(PIECES, NOTES, NOTES_AT, self.wide, self.elf_machine)
        blob = blob.ljust(NOTES_AT - HEADERS_AT, b"\0") + NOTES
        laid = [(images.bytes_file(blob, "headers"), HEADERS_AT)]
        for file, at in laid + [(piece.file, piece.start) for piece in PIECES]:
            extra += ["-device", f"loader,file={file},addr={at:#x},force-raw=on"]
        words = f"{WORDS} {SEEN.get(self.linux, USUALLY_SEEN)} {self.words}"
        if self.told:
            words += f" elfcorehdr={HEADERS_AT:#x}"
        machine = Machine(self.name, memory=MEMORY, kernel=payloads.linux(self.linux),
                          append=words, timeout=240,
                          modules=(os.path.join(BUILD, f"capture-{self.linux}.gz"),),
                          extra=tuple(extra) + self.drives(), **self.settings)
        return run(machine)

    def drives(self):
        folder = Machine(self.name).folder()
        arguments = []
        through = ""
        if self.blkdebug:
            through = f"blkdebug:{images.bytes_file(self.blkdebug, 'blkdebug')}:"
        for i, (device, content) in enumerate(self.contents):
            path = os.path.join(folder, f"disk{i}")
            with open(path, "wb") as disk:
                disk.write(content)
            self.disks.append(path)
            arguments += ["-drive", f"file={through}{path},format=raw,if=none,id=d{i}",
                          "-device", f"{device},drive=d{i}"]
        return tuple(arguments)


def at(offset, data, size=20 * MIB):
    """A disk with these bytes at this place, zeros elsewhere."""
    return (bytes(offset) + data).ljust(size, b"\0")


BLANK = bytes(20 * MIB)
SMALL = bytes(11 * MIB)
EXT4 = at(1080, b"\x53\xef")         # its first sectors are zeros
EARLIER = b"\x7fELF" + at(20 * MIB - 4100, b"baton-dump unfinished\n", 20 * MIB - 4)


def params(*jobs):
    return [pytest.param(job, id=job.name.removeprefix("capture-")) for job in jobs]


def save_dump(disk):
    core = f"{disk}.core"
    done = subprocess.run([os.path.join(ROOT, "iso", "save-dump"), disk, core],
                          capture_output=True, text=True, timeout=60)
    if done.returncode:
        return done, None
    with open(core, "rb") as file:
        return done, file.read()


def read(path, size=-1):
    with open(path, "rb") as file:
        return file.read(size)


@pytest.mark.parametrize("job", params(
    Capture("virtio", disks=[(VIRTIO, EXT4), (VIRTIO, BLANK)]),
    Capture("ide", "686", disks=[(IDE, EARLIER)], wide=False),
    Capture("gzip-ahci", disks=[(AHCI, bytes(13 * MIB))], words="baton.dump=gzip", machine="q35"),
    Capture("named", disks=[(VIRTIO, BLANK), (VIRTIO, EXT4)],
            words="baton.disk=/dev/vdb")))
def test_the_dump_is_on_the_disk(job, outcome):
    assert outcome.status == POWERED_OFF, outcome.story()
    saved = outcome.lines(r"^saved +\d+ bytes, CRC-32 [0-9a-f]{8};")
    assert len(saved) == 1, outcome.story()
    assert outcome.lines(r"(copying|packing) +100 %, 11 of 11 MiB"), outcome.story()
    for piece in PIECES:
        assert f" 0x{piece.start:08x}-0x{piece.start + piece.bytes:08x}, " in outcome.log
    done, core = save_dump(job.disks[-1])
    assert core, f"{done.stderr}\n{outcome.story()}"
    assert f" {len(core)} bytes, CRC-32 " in saved[0]
    wanted = [(cores.PT_NOTE, 0, NOTES)]
    wanted += [(cores.PT_LOAD, p.start, read(p.file, p.bytes)) for p in PIECES]
    assert cores.segments(core) == wanted
    for path, (_, content) in list(zip(job.disks, job.contents))[:-1]:
        assert read(path) == content, "another disk was written to"


@pytest.mark.parametrize("job", params(Capture("none", "686", words="baton.dump=none")))
def test_dump_none_reads_all_of_it_and_prints_a_verdict(job, outcome):
    assert outcome.status == POWERED_OFF, outcome.story()
    assert outcome.lines(r"^checked +\d+ bytes, CRC-32 [0-9a-f]{8}; nothing"), outcome.story()
    assert outcome.lines("^BATON-VERDICT") == ["BATON-VERDICT pass"], outcome.story()


# The disk's sector at 4 MiB cannot be written.
BAD_SECTOR = b'[inject-error]\nevent = "write_aio"\nsector = "8192"\nerrno = "5"\n'

FAILURES = {
    "too-small": (dict(disks=[(VIRTIO, SMALL)]),
                  r"/dev/vda is too small: it has room for 11\.0 MiB, the dump is 11\.9 MiB"),
    "packed-too-small": (dict(disks=[(VIRTIO, SMALL)], words="baton.dump=gzip", begins=True),
                         r"/dev/vda is too small: the dump does not fit into 11\.0 MiB when "),
    "no-disk": ({}, r"no disk to write the dump to: this machine has none"),
    "not-blank": (dict(disks=[(VIRTIO, EXT4)]),
                  r"no disk .*: there is vda, but not blank; baton\.disk=vda overwrites"),
    "not-there": (dict(disks=[(IDE, BLANK)], words="baton.disk=vda"),
                  r"no disk .*: there is no writable /dev/vda; there is sda$"),
    "bad-disk": (dict(disks=[(VIRTIO, BLANK)], blkdebug=BAD_SECTOR, begins=True),
                 r"/proc/vmcore could not be written to /dev/vda, 4 of 12 MiB on: "),
    "not-told": (dict(told=False), r"there is no /proc/vmcore: this kernel has no elfcorehdr="),
}


@pytest.mark.parametrize("job", params(
    *(Capture(name, said=said, **settings) for name, (settings, said) in FAILURES.items())))
def test_a_failure_is_reported_and_has_its_own_status(job, outcome):
    assert outcome.status == FAILED, outcome.story()
    failures = outcome.lines("^failed ")
    assert len(failures) == 1 and re.search(job.said, failures[0]), outcome.story()
    assert not outcome.lines("^saved"), outcome.story()
    for path, (_, content) in zip(job.disks, job.contents):
        done, core = save_dump(path)
        assert done.returncode == 1 and core is None
        if job.begins:
            assert "is unfinished" in done.stderr
        else:
            assert read(path) == content, "the disk was written to"
