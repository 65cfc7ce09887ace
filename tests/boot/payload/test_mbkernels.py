"""Multiboot kernels as payloads: a small one that reports how it was entered, once through GRUB's own
commands and once through Baton, and real ones, which come up.
"""
import os
import re
import shutil
import time

import images
import joblist
import payloads
import pytest
from machine import BUILD, PASSED, Machine, Result, read_log, run, start
from qmp import Qmp, socket_folder

MODULES = ((payloads.initrd("300K"), "first module  'two words'"), (payloads.initrd("12345"), ""),
           (payloads.initrd("3M"), "x=1"))
LINE = "a line for the kernel"
SAME = r"^entered |^told (line|module|memory|sizes|section)"


def kernel(version):
    return os.path.join(BUILD, "tests", "payloads", f"mbkernel{version}")


def entry(version, files):
    """An ISO: the first file is the kernel, the others are its modules."""
    command, module = (("multiboot", "module"), ("multiboot2", "module2"))[version - 1]
    lines = [f"{command if i == 0 else module + ' --nounzip'} /file{i} {words}"
             for i, (_, words) in enumerate(files)]
    return images.grub_iso(["set gfxpayload=text", *lines],
                           {f"file{i}": path for i, (path, _) in enumerate(files)}, all_bios=True)


class Both:
    """The report through GRUB, and through Baton with both kinds of its own tables."""

    def __init__(self, version):
        self.version, self.name = version, f"mbkernel{version}"

    def run(self):
        files = [(kernel(self.version), LINE), *MODULES]
        direct = run(Machine(f"{self.name}-grub", iso=entry(self.version, files)))
        through = {}
        for tables in ("pae", "legacy"):
            baton = (payloads.BATON, f"exitport=0xf4 paging={tables}")
            through[tables] = run(Machine(f"{self.name}-{tables}",
                                          iso=entry(1, [baton, *files])))
        direct.data = through
        return direct


@pytest.mark.parametrize("job", joblist.cases("mbkernel-", Both(1), Both(2)))
def test_it_is_entered_as_by_grub(job, outcome):
    assert outcome.status == PASSED, outcome.story()
    wanted = outcome.lines(SAME)
    assert len([line for line in wanted if line.startswith("told module")]) == 3, outcome.story()
    assert len([line for line in wanted if line.startswith("told section ")]) > 1, outcome.story()
    for through in outcome.data.values():
        assert through.status == PASSED, through.story()
        assert through.lines(rf"^payload +a kernel, multiboot {job.version}, ELF32"), through.story()
        assert sorted(through.lines(SAME)) == sorted(wanted), through.story()   # tags have no order
        assert through.lines("^told loader") == [
            'told loader "Baton 0.1 (strings as GRUB 2 gives them)"'], through.story()
        if job.version == 1:    # memory, line, modules, sections, map, name, screen; nothing else
            assert through.lines("^told flags") == ["told flags 0x0000126d"], through.story()
        else:
            assert through.lines("^told root pointer") == outcome.lines("^told root pointer")
            assert len(through.lines("^told SMBIOS [0-9]+ structures, the last of type 127$")) == 1
            assert through.lines("^told end") == ["told end 1"], through.story()
        assert [re.sub(r"at 0x\w+ ", "", line) for line in through.lines("^told screen")] == [
            "told screen pitch 160, 80 by 25, bits 16, type 2"], through.story()


# kernel: emulator, memory, its words, further modules, a sign of life. Xen starts a Linux, which says
# so through it; QEMU's "max" breaks that Linux, also without Baton. Mach asks for its first program.
REAL = {
    "gnumach-i386": ("i386", "qemu32", "64M", "console=com0", (),
                     "panic .*No bootstrap code loaded with the kernel"),
    "gnumach-amd64": ("x86_64", "qemu64", "64M", "console=com0", (),
                      "panic .*No bootstrap code loaded with the kernel"),
    "xen": ("x86_64", "qemu64", "512M", "com1=115200 console=com1 dom0_mem=256M",
            ((payloads.linux("amd64"), "console=hvc0 earlyprintk=xen"),
             (payloads.initrd("demo"), "")), r"^\[ .*Linux version 6"),
}


class Real:
    """by: Baton's kind of tables, or GRUB's own command."""

    def __init__(self, kernel, by):
        self.other, self.by, self.name = kernel, by, f"mbkernel-{kernel}-{by}"
        emulator, cpu, memory, words, modules, sign = REAL[kernel]
        self.files = [(payloads.other(kernel), words), *modules]
        self.linux = "amd64" if modules else None
        self.version = 2 if kernel == "xen" else 1
        self.settings = {"emulator": emulator, "cpu": cpu, "memory": memory, "timeout": 150,
                         "until": sign}

    def run(self):
        if self.by == "grub":
            return run(Machine(self.name, iso=entry(self.version, self.files), **self.settings))
        return run(Machine(self.name, kernel=payloads.BATON,
                           append=f"exitport=0xf4 paging={self.by}",
                           modules=tuple(f"{path} {words}".strip() for path, words in self.files),
                           **self.settings))


@pytest.mark.parametrize("job", joblist.cases(
    "mbkernel-", *(Real(kernel, by) for kernel in REAL for by in ("grub", "pae", "legacy"))))
def test_a_real_kernel_comes_up(job, outcome):
    assert outcome.status == "until", outcome.story()
    if job.by == "grub":
        return
    width = 64 if job.other.endswith("amd64") else 32
    assert outcome.lines(rf"^payload +a kernel, multiboot {job.version}, ELF{width}, "), outcome.story()
    if job.other == "xen":
        assert outcome.lines(r"Bootloader: Baton 0.1 \(strings as GRUB 2 gives them\)"), outcome.story()
        assert outcome.lines(r"Command line: com1=115200 console=com1 dom0_mem=256M$"), outcome.story()


SCREEN, SCREEN_SIZE = 0xb8000, 80 * 25 * 2
INVADER = b"-*-"


class Game:
    """grub-invaders has no serial port: its invaders are looked for on the screen. by: Baton's kind of
    tables, or QEMU's own -kernel."""

    def __init__(self, by):
        self.other, self.by, self.name = "invaders", by, f"mbkernel-invaders-{by}"

    def started(self):
        file = payloads.other(self.other)
        if self.by == "qemu":
            return {"kernel": file}
        return {"kernel": payloads.BATON, "append": f"exitport=0xf4 paging={self.by}",
                "modules": (file,)}

    def run(self):
        folder = socket_folder()
        path = os.path.join(folder, "qmp")
        machine = Machine(self.name, extra=("-qmp", f"unix:{path},server=on,wait=off"),
                          **self.started())
        begin, process, seen = time.monotonic(), start(machine), 0
        try:
            qmp = Qmp(path, process, machine.timeout)
            while not seen and time.monotonic() < begin + machine.timeout:
                time.sleep(0.2)
                seen = qmp.memory(SCREEN, SCREEN_SIZE)[::2].count(INVADER)
        finally:
            process.kill()
            process.wait()
            shutil.rmtree(folder)
        return Result(machine, "seen" if seen > 10 else "timeout", read_log(machine.log()),
                      time.monotonic() - begin)


@pytest.mark.parametrize("job", joblist.cases("mbkernel-", Game("qemu"), Game("pae"), Game("legacy")))
def test_the_invaders_come(job, outcome):
    assert outcome.status == "seen", outcome.story()
    assert job.by == "qemu" or outcome.lines(
        "^payload +a kernel, multiboot 1, address fields, "), outcome.story()
