"""The capture kernel's initrd: Debian's Linux writes /proc/vmcore to a disk, byte for byte.

Here there is no Baton and no crash: QEMU puts the headers of a core and its memory above mem=, and
elfcorehdr= makes a real /proc/vmcore from them. iso/save-dump reads the disk. If the distribution
has no i386 kernel, amd64 runs the same initrd.
"""
import gzip
import os
import re
import subprocess

import cores
import cpio
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

# The disk's sector at 4 MiB cannot be written.
BAD_SECTOR = b'[inject-error]\nevent = "write_aio"\nsector = "8192"\nerrno = "5"\n'


class Capture:
    """One machine. disks: [(device, content of the disk)]; after run(), .disks are their paths.
    bad: the number of the disk with a bad sector. told: elfcorehdr= is given; said: the expected
    failure."""

    def __init__(self, name, linux="686-pae", words="", disks=(), wide=True, bad=None,
                 told=True, said="", **settings):
        self.name, self.linux, self.contents = f"capture-{name}", linux, disks
        self.words, self.wide, self.bad = words, wide, bad
        self.told, self.said, self.settings = told, said, settings
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
        words = f"{WORDS} {SEEN.get(self.linux, USUALLY_SEEN)}"
        if self.told:
            words += f" elfcorehdr={HEADERS_AT:#x}"
        words += f" {self.words}"
        machine = Machine(self.name, memory=MEMORY, kernel=payloads.linux(self.linux),
                          append=words, timeout=600,
                          modules=(self.initrd(),),
                          extra=tuple(extra) + self.drives(), **self.settings)
        return run(machine)

    def initrd(self):
        return os.path.join(BUILD, f"capture-{self.linux}.gz")

    def drives(self):
        folder = Machine(self.name).folder()
        arguments = []
        for i, (device, content) in enumerate(self.contents):
            path = os.path.join(folder, f"disk{i}")
            with open(path, "wb") as disk:
                disk.write(content)
            self.disks.append(path)
            through = f"blkdebug:{images.bytes_file(BAD_SECTOR, 'blkdebug')}:" if i == self.bad else ""
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


def assert_whole(core):
    wanted = [(cores.PT_NOTE, 0, NOTES)]
    wanted += [(cores.PT_LOAD, p.start, read(p.file, p.bytes)) for p in PIECES]
    assert cores.segments(core) == wanted


@pytest.mark.parametrize("job", params(
    Capture("virtio", disks=[(VIRTIO, EXT4), (VIRTIO, BLANK)]),
    Capture("ide", "686", disks=[(IDE, EARLIER)], wide=False),
    Capture("gzip-ahci", disks=[(AHCI, bytes(13 * MIB))], words="baton.dump=gzip", machine="q35")))
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
    assert_whole(core)
    for path, (_, content) in list(zip(job.disks, job.contents))[:-1]:
        assert read(path) == content, "another disk was written to"


@pytest.mark.parametrize("job", params(Capture("none", "686", words="baton.dump=none")))
def test_dump_none_reads_all_of_it_and_prints_a_verdict(job, outcome):
    assert outcome.status == POWERED_OFF, outcome.story()
    assert outcome.lines(r"^checked +\d+ bytes, CRC-32 [0-9a-f]{8}; nothing"), outcome.story()
    assert outcome.lines("^BATON-VERDICT") == ["BATON-VERDICT pass"], outcome.story()


NO_DISK = r"no disk to write the dump to: this machine has none"
NOT_TOLD = r"there is no /proc/vmcore: this kernel has no elfcorehdr="


@pytest.mark.parametrize("job", params(Capture("no-disk", said=NO_DISK),
                                       Capture("not-told", told=False, said=NOT_TOLD)))
def test_a_failure_is_reported_and_has_its_own_status(job, outcome):
    assert outcome.status == FAILED, outcome.story()
    assert_failed(outcome, outcome.log, job.said)


def assert_failed(outcome, text, said):
    failures = [line for line in text.splitlines() if line.startswith("failed ")]
    assert len(failures) == 1 and re.search(said, failures[0]), outcome.story()
    assert not re.search("^saved", text, re.M), outcome.story()


# ---- several attempts in one machine, none of whose disks is blank

FULL = [(VIRTIO, EXT4), (VIRTIO, at(1080, b"\x53\xef", len(SMALL))),
        (VIRTIO, at(1080, b"\x53\xef", len(SMALL))), (VIRTIO, EXT4), (VIRTIO, EXT4)]
THERE = "vda vdb vdc vdd vde"
# The disk to write to, or none; further words of the command line; the expected failure, or none.
ATTEMPTS = {
    "not-blank": (None, "", rf"no disk .*: there is {THERE}, but not blank; "
                            r"baton\.disk=vda overwrites"),
    "not-there": (None, "baton.disk=sda", rf"no disk .*: there is no writable /dev/sda; there is "
                                          rf"{THERE}$"),
    "unknown": (None, "baton.dump=zip", "baton.dump=zip is neither gzip nor none"),
    "too-small": (1, "baton.disk=vdb", r"/dev/vdb is too small: it has room for 11\.0 MiB, the dump "
                                       r"is 11\.9 MiB"),
    "packed-too-small": (2, "baton.disk=vdc baton.dump=gzip",
                         r"/dev/vdc is too small: the dump does not fit into 11\.0 MiB when "),
    "bad-disk": (3, "baton.disk=vdd",
                 r"/proc/vmcore could not be written to /dev/vdd, 4 of 12 MiB on: "),
    "named": (4, "baton.disk=/dev/vde", None),
}
BEGUN = {"packed-too-small", "bad-disk"}        # they fail after they have begun to write
# The initrd's init runs once for each attempt. It must not mount /proc again, over the attempt's
# command line, and at its end the machine goes on. To save time, the initrd's files are not compared
# again, but for one, and a disk is looked for twice.
SCRIPT = """\
. /etc/start
grep etc/say.sh /sha256sums >/tmp/sums
sed -i 's/seq 20/seq 2/' /bin/find-disk
cat >/tmp/end-machine <<'END'
#!/bin/busybox sh
echo "ended ${1-well}"
kill -9 $PPID
END
chmod 755 /tmp/end-machine
: >/tmp/start
words=$(cat /proc/cmdline)
mount --bind /tmp/sums /sha256sums
mount --bind /tmp/end-machine /bin/end-machine
mount --bind /tmp/start /etc/start
attempt() {
    echo "== $1"
    echo "$words $2" >/tmp/words
    mount --bind /tmp/words /proc/cmdline
    sh /init
    umount /proc/cmdline
    : >/modules/order       # the drivers are loaded
}
"""


class Attempts(Capture):
    def initrd(self):
        script = SCRIPT + "".join(f'attempt {name} "{words}"\n'
                                  for name, (_, words, _) in ATTEMPTS.items()) + "poweroff -f\n"
        packed = gzip.compress(cpio.archive({"attempts": script.encode()}), mtime=0)
        with open(super().initrd(), "rb") as f:
            return images.bytes_file(f.read() + packed, "attempts")

    def run(self):
        result = super().run()
        parts = re.split("^== (.*)$", result.log, flags=re.M)[1:]
        result.data = dict(zip(parts[::2], parts[1::2]))
        return result


ATTEMPTED = Attempts("attempts", disks=FULL, bad=3, words="rdinit=/bin/sh -- /attempts")


@pytest.mark.parametrize("job, attempt", [pytest.param(ATTEMPTED, name, id=name)
                                          for name in ATTEMPTS])
def test_each_attempt_is_reported_and_writes_to_no_other_disk(job, attempt, outcome):
    disk, _, said = ATTEMPTS[attempt]
    assert outcome.status == POWERED_OFF and attempt in outcome.data, outcome.story()
    text = outcome.data[attempt]
    assert f"\nended {'failed' if said else 'well'}\n" in text, outcome.story()
    if said:
        assert_failed(outcome, text, said)
    else:
        assert re.search("^saved ", text, re.M), outcome.story()
    if disk is None:
        return
    done, core = save_dump(job.disks[disk])
    if not said:
        assert_whole(core)
    else:
        assert done.returncode == 1 and core is None
        if attempt in BEGUN:
            assert "is unfinished" in done.stderr
        else:
            assert read(job.disks[disk]) == FULL[disk][1], "the disk was written to"


@pytest.mark.parametrize("job", params(ATTEMPTED))
def test_the_first_disk_is_left_as_it_was(job, outcome):
    assert read(job.disks[0]) == FULL[0][1], outcome.story()
