"""Payloads that are entered in real mode, and go on with the BIOS.

The payload of tests/payloads/real reports how it was entered, what the BIOS left, and what it
answers. The same file, started by the BIOS itself and by GRUB's own commands, is what it is
compared with; then there are iPXE, memdisk and GRUB's boot sector.
"""
import os
import re
import subprocess
from functools import partial

import firmware
import images
import joblist
import payloads
import pytest
import real16
from machine import PASSED, REFUSED, Machine, run
from test_shell import begin
from typist import Typist

IPXE, MEMDISK = "/boot/ipxe.lkrn", "/usr/lib/syslinux/memdisk"
LINE = "console=ttyS0 a=b"
INITRD = 300000
KERNEL = 40000
CPU = {"pae": "qemu32", "legacy": "pentium"}
FACTS = ("idtr", "vectors", "ebda", "masks", "a20", "memory", "e820", "ticks")
# what Baton itself does not decide of the data area: equipment, EBDA, memory, hard disks
DATA = (0, 1, 3)


def drive(path):
    return ("-drive", f"file={path},format=raw,if=ide,snapshot=on")


class Real:
    """What is started, and by whom: Baton by QEMU's -kernel or by GRUB; GRUB alone; the BIOS."""
    def __init__(self, name, what="setup", tables="pae", by="baton", words="", line=None, until="",
                 modules=None, disk=True, machine="pc"):
        self.name, self.what, self.tables, self.by = f"real-{name}", what, tables, by
        self.words, self.line, self.until, self.disk = words, line, until, disk
        self.modules, self.machine = modules, machine

    def files(self):
        if self.modules:
            return self.modules()
        if self.what == "sector":
            return [(real16.sector(), self.line or "")]
        return [(real16.setup(KERNEL), LINE if self.line is None else self.line),
                (images.blob(INITRD), "")]

    def settings(self):
        # iPXE does not come up on a Pentium, with or without Baton
        cpu = "pentium2" if self.what == "ipxe" else CPU[self.tables]
        return {"cpu": cpu, "machine": self.machine, "timeout": 60,
                "until": self.until, "extra": 2 * drive(real16.disk()) if self.disk else ()}

    def run(self):
        words = f"exitport=0xf4 paging={self.tables} {self.words}".strip()
        if self.by == "bios":
            return run(Machine(self.name, **self.settings()))
        files = self.files()
        if self.by == "baton":
            modules = tuple(f"{path} {line}".strip() for path, line in files)
            return run(Machine(self.name, kernel=payloads.BATON, append=words, modules=modules,
                               **self.settings()))
        if self.by == "grub-baton":
            iso = images.baton_iso(payloads.BATON, words, files)
        elif self.by == "grub-baton2":          # a framebuffer
            iso = images.baton_iso2(payloads.BATON, words, files)
        elif self.what == "sector":             # GRUB alone
            iso = images.grub_iso(["set root=hd0", "chainloader (hd0)+1"], {})
        else:
            names = ["real", "image"][:len(files)]
            commands = [f"linux16 /real {files[0][1]}", "initrd16 /image"][:len(files)]
            iso = images.grub_iso(commands, dict(zip(names, (path for path, _ in files))))
        settings = self.settings()
        return run(Machine(self.name, iso=iso, **{
            **settings, "extra": (*settings["extra"], "-boot", "d")}))


cases = partial(joblist.cases, "real-")


def assert_bios(heard, wanted, story):
    """The BIOS, and what belongs to it, is as it was for the payload that it started itself."""
    for name in FACTS:
        assert heard[name] == wanted[name], f"{name}\n{story}"
    assert [heard["data"][i] for i in DATA] == [wanted["data"][i] for i in DATA], story
    assert heard["video"] == [3, ord("R")], story
    assert heard["ticks"] == [1], story


@pytest.fixture(scope="module")
def reference():
    """The disk's boot sector, started by the BIOS."""
    result = Real("bios", "sector", by="bios").run()
    assert result.status == PASSED, result.story()
    return real16.heard(result)


def assert_entered(job, outcome, reference):
    assert outcome.status == PASSED, outcome.story()
    heard, story = real16.heard(outcome), outcome.story()
    assert_bios(heard, reference, story)
    assert heard["flags"] == [2], story
    assert heard["cr0"] == [0x10], story
    if job.what == "sector":
        number = int(job.line.removeprefix("drive="), 0) if job.line else 0x80
        assert heard["segments"] == [0, 0, 0, 0, 0, 0], story
        assert heard["general"] == [0, 0, 0, number, 0, 0, 0], story
        assert heard["esp"] == [0x7c00], story
        return
    cs, *others = heard["segments"]
    assert set(others) == {cs - 0x20}, story
    assert heard["general"][1:] == [0] * 6, story
    assert heard["esp"] == [0xe000], story
    assert heard["header"] == [0xff, 0x81, 0xde00, (cs - 0x20) * 16 + 0xe000], story
    assert heard["line"] == LINE, story
    at, size, *ends = heard["initrd"]
    assert at >= 0x100000 and size == INITRD, story
    with open(images.blob(INITRD), "rb") as f:
        assert ends == real16.ends(f.read()), story
    assert heard["kernel"] == real16.ends(real16.kernel_bytes(KERNEL)), story


@pytest.mark.parametrize("job", cases(
    *[Real(f"{what}-{tables}", what, tables) for what in ("setup", "sector") for tables in CPU],
    Real("setup-verified", words="verify=on place=all trace=1"),
    Real("sector-drive", "sector", line="drive=0x81"),
    quick=("setup-pae", "sector-legacy")))
def test_the_documented_state(job, outcome, reference):
    assert_entered(job, outcome, reference)


@pytest.mark.parametrize("job", cases(
    Real("setup-grub", by="grub-baton"), Real("sector-grub", "sector", by="grub-baton"),
    Real("setup-framebuffer", by="grub-baton2"),
    Real("sector-framebuffer", "sector", "legacy", by="grub-baton2")))
def test_grub_loads_baton(job, outcome):
    """A framebuffer has become text mode again; eax is then what INT 10h was called with."""
    assert outcome.status == PASSED, outcome.story()
    heard = real16.heard(outcome)
    assert heard["video"] == [3, ord("R")], outcome.story()
    assert heard["ticks"] == [1] and heard["a20"] == [1], outcome.story()
    assert heard["flags"] == [2] and heard["cr0"] == [0x10], outcome.story()
    graphics = job.by == "grub-baton2"
    assert heard["general"][0] == (3 if graphics else 0), outcome.story()


@pytest.mark.parametrize("job", cases(
    Real("oracle-setup", by="grub"), Real("oracle-sector", "sector", by="grub")))
def test_grub_enters_it_alike(job, outcome):
    """GRUB's linux16 and chainloader, where the protocol leaves no choice: the segments, the stack's
    segment, where the parts lie, dl, and that the BIOS is whole."""
    baton = Real(f"beside-{job.what}", job.what, by="grub-baton").run()
    theirs, ours = real16.heard(outcome), real16.heard(baton)
    story = outcome.story() + baton.story()
    for name in ("idtr", "vectors", "masks", "memory", "e820", "ticks", "cr0", "flags"):
        assert ours[name] == theirs[name] or name == "flags", f"{name}\n{story}"
        assert ours["flags"][0] & real16.DEFINED_FLAGS == \
            theirs["flags"][0] & real16.DEFINED_FLAGS, story
    if job.what == "sector":        # chainloader switches A20 off
        assert ours["general"][3] & 0xff == theirs["general"][3] & 0xff, story
        assert ours["segments"][0] == theirs["segments"][0] == 0, story
        return
    for heard in (ours, theirs):
        cs, *others = heard["segments"]
        assert set(others) == {cs - 0x20}, story
    assert ours["line"].split() == theirs["line"].split()[-2:], story    # GRUB adds BOOT_IMAGE=
    assert ours["kernel"] == theirs["kernel"], story
    assert ours["initrd"][1:] == theirs["initrd"][1:], story


class OnBochs:
    """Bochs keeps to the manual with segments and descriptors where QEMU does not look."""
    def __init__(self, tables):
        self.name, self.tables = f"real-bochs-{tables}", tables

    def run(self):
        iso = images.baton_iso(payloads.BATON, f"paging={self.tables}",
                               [(real16.setup(KERNEL), LINE), (images.blob(INITRD), "")])
        return run(Machine(self.name, emulator="bochs", machine="-", cpu="p2_klamath", iso=iso,
                           until="^real end", timeout=120))


@pytest.mark.parametrize("job", cases(OnBochs("pae")))
def test_it_is_entered_in_bochs(job, outcome):
    assert outcome.status == "until", outcome.story()
    heard = real16.heard(outcome)
    cs, *others = heard["segments"]
    assert set(others) == {cs - 0x20}, outcome.story()
    assert heard["general"] == [0] * 7 and heard["esp"] == [0xe000], outcome.story()
    assert heard["flags"] == [2] and heard["cr0"] == [0x10], outcome.story()
    assert heard["idtr"] == [0x3ff, 0] and heard["ticks"] == [1], outcome.story()
    assert heard["line"] == LINE, outcome.story()
    assert heard["kernel"] == real16.ends(real16.kernel_bytes(KERNEL)), outcome.story()


# ---- payloads of others


def floppy():
    return [(MEMDISK, ""), (real16.disk(real16.FLOPPY), "")]


@pytest.mark.parametrize("job", cases(
    Real("memdisk-grub", "memdisk", by="grub", modules=floppy, disk=False),
    *[Real(f"memdisk-{tables}", "memdisk", tables, modules=floppy, disk=False) for tables in CPU],
    quick=("memdisk-pae",)))
def test_memdisk_boots_a_floppy_image(job, outcome):
    """The image's boot sector loads the rest by INT 13h, which memdisk answers: drive 0."""
    assert outcome.status == PASSED, outcome.story()
    heard = real16.heard(outcome)
    assert job.by == "grub" or outcome.lines("^payload +MEMDISK "), outcome.story()
    assert heard["general"][3] & 0xff == 0, outcome.story()
    assert heard["drive"] == [0, 0xaa550000], outcome.story()
    assert heard["ticks"] == [1], outcome.story()


# SeaBIOS shows what INT 10h prints on the serial port if the machine has no screen.
NO_SCREEN = "pc,graphics=off"


@pytest.mark.parametrize("job", cases(
    *[Real(f"ipxe-{name}", "ipxe", by=by, tables=tables, modules=lambda: [(IPXE, "")],
           machine=NO_SCREEN, until="Features:.*HTTP", disk=False)
      for name, by, tables in (("grub", "grub", "pae"), ("pae", "baton", "pae"),
                               ("legacy", "baton", "legacy"))]))
def test_ipxe_comes_up(job, outcome):
    assert outcome.status == "until", outcome.story()
    assert outcome.lines("iPXE initialising devices...ok"), outcome.story()


def grub_disk():
    """GRUB's boot.img in the first sector, and its core, which boot.img finds in the second."""
    config = images.bytes_file(b"serial --unit=0 --speed=115200\nterminal_output serial\n"
                               b"echo GRUB has come up from $root\nhalt\n", "core.cfg")

    def make(path):
        core = f"{path}.core"
        subprocess.run(["grub-mkimage", "-O", "i386-pc", "-d", images.GRUB_PC, "-o", core, "-c",
                        config, "-p", "(hd0)/grub", "biosdisk", "serial", "terminal", "echo",
                        "halt"], check=True, capture_output=True)
        with open(f"{images.GRUB_PC}/boot.img", "rb") as boot, open(core, "rb") as rest:
            data = boot.read() + rest.read()
        os.remove(core)
        with open(path, "wb") as f:
            f.write(data.ljust(1 << 20, b"\0"))
    return images.kept(b"grub disk", "grub.img", make)


class GrubDisk(Real):
    def settings(self):
        return {**super().settings(), "extra": drive(grub_disk())}

    def files(self):
        return [(f"{images.GRUB_PC}/boot.img", self.line)]


@pytest.mark.parametrize("job", cases(
    *[GrubDisk(f"boot-img-{name}", "disk", by=by, tables=tables, line="drive=0x80",
               until="has come up from")
      for name, by, tables in (("bios", "bios", "pae"), ("pae", "baton", "pae"),
                               ("legacy", "baton", "legacy"))]))
def test_grubs_boot_sector_loads_grub(job, outcome):
    assert outcome.status in ("until", 0), outcome.story()
    assert outcome.lines("GRUB has come up from hd0"), outcome.story()


# ---- a kernel that has a 32-bit entry, too


class Linux:
    """type=linux16: the kernel's own setup code asks the BIOS, and nothing of Baton's is told."""
    def __init__(self, name, tables, emulator="i386", memory="64M"):
        self.name, self.linux, self.tables = f"real-linux-{name}-{tables}", name, tables
        self.emulator, self.memory = emulator, memory

    def run(self):
        line = f"console=ttyS0 {payloads.IN_QEMU} asked.for=real"
        return run(Machine(self.name, emulator=self.emulator, kernel=payloads.BATON, timeout=120,
                           cpu="max" if self.emulator == "x86_64" else "pentium2",
                           memory=self.memory, until="Run /init as init process",
                           append=f"paging={self.tables} type=linux16 exitport=0xf4",
                           modules=(f"{payloads.linux(self.linux)} {line}",
                                    payloads.initrd("demo"))))


@pytest.mark.parametrize("job", cases(
    Linux("686", "legacy"), Linux("amd64", "pae", "x86_64", "256M"), quick=("linux-686-legacy",)))
def test_a_linux_by_its_setup_code(job, outcome):
    story = outcome.story()
    assert outcome.status == "until", story
    assert outcome.lines("^payload +Linux 6.*, linux16, boot protocol 2.15, "), story
    assert outcome.lines("[Cc]ommand line: .*asked.for=real$"), story
    size = os.path.getsize(payloads.initrd("demo"))
    (start, end), = [(int(a, 16), int(b, 16)) for a, b in re.findall(
        r"RAMDISK: \[mem (0x\w+)-(0x\w+)\]", outcome.log)]
    assert -(-size // 4096) * 4096 == end + 1 - start, story
    assert not outcome.lines("setup_data"), story


# ---- refused


REFUSALS = {
    "disk-without-drive": r"a disk image: .* Give memdisk first",
    "memdisk-alone": r"memdisk's disk image, the module after it is empty",
    "sector-and-module": r"a boot sector, which takes no modules",
    "capture": r"real-mode code, .* runs at 0x00100000 only; a capture kernel must be relocatable",
}


@pytest.mark.parametrize("job", cases(
    Real("disk-without-drive", modules=lambda: [(real16.disk(), "")]),
    Real("memdisk-alone", modules=lambda: [(MEMDISK, "")]),
    Real("sector-and-module", modules=lambda: [(real16.sector(), ""), (images.blob(512), "")]),
    Real("capture", words="crashkernel=16M crash=1")))
def test_refused(job, outcome):
    payloads.assert_refused(outcome, REFUSALS[job.name.removeprefix("real-")])


@pytest.mark.parametrize("address", ("0x40", "0x4ff"))
def test_refused_when_the_bios_is_damaged(address):
    """A vector, or the last byte of its data: refused at exec, and mended it is entered."""
    machine = Machine(f"real-damaged-{address}", kernel=payloads.BATON, append="exitport=0xf4 shell",
                      modules=(real16.sector(),), extra=2 * drive(real16.disk()))
    with Typist(machine) as t:
        begin(t, "load")
        before = int(t.ask(f"peek {address} 1 physical")[0].split()[1], 16)
        t.ask(f"poke {address} {before ^ 1} physical")
        answer = t.ask("exec")
        assert answer[0].startswith("refused     the BIOS's vectors or its data"), answer
        t.ask(f"poke {address} {before} physical")
        t.send("exec\r")
        t.expect("real end")


class OnUefi:
    name = "real-uefi"

    def run(self):
        iso = images.baton_iso2(payloads.BATON, "exitport=0xf4", [(real16.setup(KERNEL), LINE)])
        return run(firmware.machine(self.name, "uefi", iso))


@pytest.mark.parametrize("job", cases(OnUefi()))
def test_refused_on_uefi(job, outcome):
    assert outcome.status == REFUSED, outcome.story()
    payloads.assert_refused(outcome, r"entered in real mode \(its code32_start is 0\), where it "
                                     r"calls the BIOS, and this machine has none")
