"""iso/save-dump: it copies a complete dump unchanged from a disk image, and refuses anything else.

If a 64-bit kernel has saved Baton's memory, the core gets i386 headers: vmcore.py reads them here;
it shares no code with save-dump. The test makes disks as iso/initrd/capture/dump-label describes
them, and cores like Linux's /proc/vmcore; no machine is booted.
"""
import gzip
import os
import re
import resource
import signal
import struct
import subprocess
import time
import zlib

import cores
import images
import pytest
import vmcore
from machine import ROOT

SAVE_DUMP = os.path.join(ROOT, "iso", "save-dump")
LABEL = 4096

with open(images.blob(1_500_000), "rb") as blob:
    CORE = b"\x7fELF" + blob.read() + bytes(2 << 20) + b"its end"


def label(state="whole", form="raw", size=len(CORE), crc=zlib.crc32(CORE)):
    text = f"baton-dump {state}\nform {form}\nbytes {size}\ncrc32 {crc:08x}\n"
    return text.encode().ljust(LABEL, b"\0")


def disk(content, label_bytes, room=5 << 20):
    return content.ljust(room, b"\xa5") + label_bytes


def save(folder, image, **settings):
    """Runs save-dump on a disk of these bytes: its process, and the core or None."""
    (folder / "disk").write_bytes(image)
    done = subprocess.run([SAVE_DUMP, folder / "disk", folder / "core"], capture_output=True,
                          text=True, timeout=60, **settings)
    left = set(os.listdir(folder)) - {"disk"}
    assert left == ({"core"} if done.returncode == 0 else set()), "files were left behind"
    return done, (folder / "core").read_bytes() if left else None


@pytest.mark.quick
@pytest.mark.parametrize("form", ["raw", "gzip"])
def test_a_whole_dump_comes_out_as_it_was(form, tmp_path):
    content = CORE if form == "raw" else gzip.compress(CORE)
    done, core = save(tmp_path, disk(content, label(form=form)))
    assert done.returncode == 0, done.stderr
    assert core == CORE
    assert "3.4 MiB, as it was in memory" in done.stdout


def damaged(content):
    return content[:1000] + bytes([content[1000] ^ 1]) + content[1001:]


@pytest.mark.quick
@pytest.mark.parametrize("image, reason", [
    pytest.param(b"", "there is no dump", id="empty"),
    pytest.param(b"\x7fELF" + bytes(100), "there is no dump", id="shorter than a label"),
    pytest.param(disk(CORE, bytes(LABEL)), "there is no dump", id="a core without a label"),
    pytest.param(disk(CORE, b"\xff" * LABEL), "there is no dump", id="a label of no text"),
    pytest.param(disk(CORE, label("unfinished")), "is unfinished", id="unfinished"),
    pytest.param(disk(CORE, label(form="xz")), "is invalid", id="an unknown form"),
    pytest.param(disk(CORE, label(size="many")), "is invalid", id="a size without digits"),
    pytest.param(disk(CORE, b"baton-dump whole\n".ljust(LABEL, b"\0")), "is invalid",
                 id="a label that ends early"),
    pytest.param(disk(damaged(CORE), label()), "is damaged", id="one bit"),
    pytest.param(disk(CORE, label(size=6 << 20)), "is damaged", id="more than the disk has"),
    pytest.param(disk(CORE, label(size=len(CORE) - 1)), "is damaged", id="a byte short"),
    pytest.param(disk(gzip.compress(CORE)[:-9], label(form="gzip")), "is damaged",
                 id="gzip that ends early"),
    pytest.param(disk(damaged(gzip.compress(CORE)), label(form="gzip")), "is damaged",
                 id="one bit in gzip"),
])
def test_anything_else_is_refused(image, reason, tmp_path):
    done, core = save(tmp_path, image)
    assert (done.returncode, core) == (1, None)
    assert done.stderr.startswith("baton: ") and done.stderr.count("\n") == 1
    assert reason in done.stderr


# ---- cores of a 64-bit capture kernel

PAGE = 4096
LOW, HIGH = 0x100000, 1 << 32
REGISTERS = {name: 0x1000 + i for i, name in enumerate(vmcore.REGISTERS)}
STATUS = cores.note(b"CORE", 1, bytes(72) + struct.pack("<17I", *REGISTERS.values()) + bytes(4))
INFO = b"OSRELEASE=baton\nBATON(live_root)=0x1000\n"
MEMORY = [bytes([seed]) * 3 * PAGE for seed in (1, 2)]


def vmcore_file(starts, machine=vmcore.EM_X86_64, info=INFO, vas=None):
    """ELF64 as Linux writes it: headers, notes and memory each start at a new page.
    starts: the physical addresses of MEMORY's pieces."""
    notes = cores.note(b"VMCOREINFO", 0, info) + STATUS
    parts = [(cores.PT_NOTE, 0, 0, notes)] + [
        (cores.PT_LOAD, start, va, data)
        for start, va, data in zip(starts, vas or [s + 0xc0000000 for s in starts], MEMORY)]
    head = b"\x7fELF\2\1\1".ljust(16, b"\0") + struct.pack(
        "<HHIQQQIHHHHHH", vmcore.ET_CORE, machine, 1, 0, 64, 0, 0, 64, 56, len(parts), 0, 0, 0)
    offset, tail = PAGE, b""
    for kind, start, va, data in parts:
        head += struct.pack("<IIQQQQQQ", kind, 7, offset, va, start, len(data), len(data), 4)
        tail += data + bytes(-len(data) % PAGE)
        offset = PAGE + len(tail)
    return head.ljust(PAGE, b"\0") + tail


BELOW = vmcore_file((LOW, 0x2000000))
ABOVE = vmcore_file((LOW, HIGH), vas=(0xc0100000, (1 << 64) - 1))
# Memory above 4 GiB has no virtual address; memory below without one does not need ELF64.
NO_VA = vmcore_file((LOW, 0x30000000), vas=(0xc0100000, (1 << 64) - 1))


def labelled(core, form="raw"):
    return disk(gzip.compress(core) if form == "gzip" else core,
                label(form=form, size=len(core), crc=zlib.crc32(core)))


@pytest.mark.quick
@pytest.mark.parametrize("image", [labelled(BELOW), labelled(BELOW, "gzip"), BELOW,
                                   BELOW + bytes(99 * PAGE)],
                         ids=["raw", "gzip", "copied by hand", "copied to a larger disk"])
def test_a_64_bit_kernels_core_becomes_an_i386_one(image, tmp_path):
    done, core = save(tmp_path, image)
    assert done.returncode == 0, done.stderr
    assert "to i386, for gdb" in done.stdout
    assert ("not checked" in done.stdout) == (b"baton-dump" not in image)
    assert core[PAGE:] == BELOW[PAGE:], "a byte after the headers has changed"
    read = vmcore.of_file(tmp_path / "core")
    assert not read.wide and read.registers == REGISTERS
    assert read.info["BATON(live_root)"] == "0x1000"
    assert [(load.pa, load.va) for load in read.loads] == [
        (LOW, 0xc0100000), (0x2000000, 0xc2000000)]
    assert [read.read(load.pa, load.size) for load in read.loads] == MEMORY


@pytest.mark.quick
@pytest.mark.parametrize("image, wide, va", [
    pytest.param(ABOVE, True, (1 << 64) - 1, id="above 4 GiB"),
    pytest.param(NO_VA, False, (1 << 32) - 1, id="without an address")])
def test_it_is_elf64_where_32_bits_do_not_reach(image, wide, va, tmp_path):
    done, core = save(tmp_path, labelled(image))
    assert done.returncode == 0, done.stderr
    assert core[PAGE:] == image[PAGE:]
    read = vmcore.of_file(tmp_path / "core")
    assert (read.wide, read.loads[1].va) == (wide, va)
    assert [read.read(load.pa, load.size) for load in read.loads] == MEMORY


LINUX = vmcore_file((LOW, 0x2000000), info=b"OSRELEASE=6.1.0\nSYMBOL(init_uts_ns)=ff\n")
I386 = vmcore_file((LOW, HIGH), machine=vmcore.EM_386)


@pytest.mark.quick
@pytest.mark.parametrize("image, saved", [
    pytest.param(labelled(LINUX), LINUX, id="of a 64-bit Linux"),
    pytest.param(labelled(I386), I386, id="of an i386 kernel"),
    pytest.param(I386, I386, id="of an i386 kernel, copied by hand")])
def test_headers_that_are_right_stay(image, saved, tmp_path):
    done, core = save(tmp_path, image)
    assert done.returncode == 0, done.stderr
    assert core == saved and "i386" not in done.stdout


@pytest.mark.quick
@pytest.mark.parametrize("image, reason", [
    pytest.param(disk(damaged(BELOW), label(size=len(BELOW), crc=zlib.crc32(BELOW))), "is damaged",
                 id="one bit"),
    pytest.param(LINUX, "there is no dump", id="not Baton's, and no label"),
    pytest.param(BELOW[:-1], "is damaged: it ends after", id="copied, a byte short"),
    pytest.param(BELOW[:100], "there is no dump", id="copied, headers cut"),
    pytest.param(BELOW[:18] + b"\x28" + BELOW[19:], "there is no dump", id="another machine"),
    pytest.param(BELOW[:56] + b"\xff\xff" + BELOW[58:], "there is no dump", id="endless headers"),
])
def test_no_core_is_made_of_anything_else(image, reason, tmp_path):
    done, core = save(tmp_path, image)
    assert (done.returncode, core) == (1, None)
    assert done.stderr.startswith("baton: ") and done.stderr.count("\n") == 1
    assert reason in done.stderr


# ---- where it runs

@pytest.mark.quick
def test_names_may_have_any_bytes(tmp_path):
    folder = tmp_path / "ein Ärger"
    folder.mkdir()
    for locale in ({"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}):
        done, core = save(folder, labelled(BELOW), env={**os.environ, **locale})
        assert done.returncode == 0, done.stderr
        assert core
        (folder / "core").unlink()
        done, core = save(folder, b"", env={**os.environ, **locale})
        assert done.returncode == 1 and "there is no dump on" in done.stderr, done.stderr


@pytest.mark.quick
def test_a_full_disk_is_reported_in_bytes(tmp_path):
    """Uses a limit on the size of files, because that needs no root."""
    done, core = save(tmp_path, labelled(BELOW), preexec_fn=lambda: limit_files(3 * PAGE))
    assert (done.returncode, core) == (1, None)
    assert re.search(rf"the core has {len(BELOW)} bytes, but only \d+ are free there$", done.stderr)


def limit_files(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.quick
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_nothing_behind(number, tmp_path):
    size = 1 << 36                  # a sparse file that takes long to read
    with open(tmp_path / "disk", "wb") as image:
        image.seek(size)
        image.write(label(size=size))
    with subprocess.Popen([SAVE_DUMP, tmp_path / "disk", tmp_path / "core"], text=True,
                          stderr=subprocess.PIPE) as process:
        end = time.monotonic() + 30
        while len(os.listdir(tmp_path)) < 2:
            assert time.monotonic() < end, "it never began"
            time.sleep(0.01)
        process.send_signal(number)
        assert process.wait(30) == 128 + number
        assert not process.stderr.read()
    assert os.listdir(tmp_path) == ["disk"]
