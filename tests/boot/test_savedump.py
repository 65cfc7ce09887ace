"""iso/save-dump: a whole dump comes out of a disk image as it was; anything else is refused.

The disks are made here, as iso/initrd/capture/dump-label describes them; no machine is booted.
"""
import gzip
import os
import subprocess
import zlib

import images
import pytest
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


def save(folder, image):
    """Runs save-dump on a disk of these bytes: its process, and the core or None."""
    (folder / "disk").write_bytes(image)
    done = subprocess.run([SAVE_DUMP, folder / "disk", folder / "core"], capture_output=True,
                          text=True, timeout=60)
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
    pytest.param(disk(CORE, label(form="xz")), "makes no sense", id="a form that is none"),
    pytest.param(disk(CORE, label(size="many")), "makes no sense", id="a size that is none"),
    pytest.param(disk(CORE, b"baton-dump whole\n".ljust(LABEL, b"\0")), "makes no sense",
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
