"""./baton refuses wrong options with one sentence, before it installs, builds or writes."""
import os
import stat
from pathlib import Path

import pytest

pytestmark = pytest.mark.quick


def refused(checkout, *words, status=2, **settings):
    """The one line that it prints."""
    code, output = checkout.run("./baton", *words, **settings)
    assert code == status, output
    lines = output.splitlines()
    assert len(lines) == 1 and lines[0].startswith("baton: "), output
    return lines[0]


@pytest.mark.parametrize("words, said", [
    (["sing"], 'there is no verb "sing"'),
    (["run", "--sing", "x"], 'there is no option "--sing"'),
    (["run", "--memory"], "--memory needs a value"),
    (["run", "--memory", "much"], 'memory "much" is not a size'),
    (["run", "--memory="], "--memory has an empty value"),
    (["run", "--kernel", ""], "--kernel has an empty value"),
    (["run", "--initrd="], "--initrd has an empty value"),
    (["run", "--kernel", "/nowhere/kernel"], 'the kernel "/nowhere/kernel" does not exist'),
    (["run", "--kernel", "/"], 'the kernel "/" is not a file'),
    (["run", "--module", "/nowhere x"], 'the module "/nowhere" does not exist'),
    (["run", "--paging", "flat"], "paging is one of auto, pae, legacy"),
    (["run", "--type", "ELF 32"], 'type "ELF 32" is not the name of a format'),
    (["run", "--firmware", "efi"], "firmware is one of bios, uefi, uefi32"),
    (["run", "--firmware", "uefi", "--machine", "isapc"], "uefi needs the machine pc or q35"),
    (["run", "--firmware=uefi32", "--machine=pc"], "uefi32 needs the machine q35"),
    (["run", "--timeout", "0"], 'timeout "0" is not a number of seconds'),
    (["run", "-o", "x"], "-o belongs to the verbs iso, web and record"),
    (["record"], "record needs an output file"),
    (["record", "-o", "LICENSE"], "LICENSE\" exists; remove it, or name another file"),
    (["record", "-o", "/nowhere/x.html"], "is in a folder that does not exist"),
    (["record", "-o", "x.html", "--firmware", "uefi"], "record works with the firmware bios only"),
    (["run", "--naive"], "--naive belongs to the verb record"),
    (["iso"], "iso needs an output file"),
    (["web", "page"], 'there is no option "page"'),
    (["test", "quickly"], "test takes no options"),
    (["prove", "--cpu", "max"], "prove takes one option"),
])
def test_a_wrong_option(checkout, words, said):
    assert said in refused(checkout, *words)


@pytest.mark.parametrize("option", ["--kernel", "--initrd"])
def test_an_empty_file(checkout, tmp_path, option):
    (tmp_path / "empty").touch()
    assert "is empty, 0 bytes" in refused(checkout, "run", option, tmp_path / "empty")


def test_an_output_that_is_a_block_device(checkout, tmp_path):
    """As root the test makes a node for a device that does not exist: so nothing can be harmed."""
    node = tmp_path / "sdz"
    if os.getuid() == 0:
        os.mknod(node, stat.S_IFBLK | 0o600, os.makedev(8, 255 << 4))
    else:
        node = next(p for p in Path("/dev").iterdir() if p.is_block_device())
    line = refused(checkout, "iso", "-o", node)
    assert "is a device" in line and f"dd if=FILE of={node} bs=4M conv=fsync" in line
    assert stat.S_ISBLK(node.stat().st_mode)


@pytest.mark.parametrize("name, make, said", [
    ("link to a device", lambda p: p.symlink_to("/dev/null"), "character special file"),
    ("fifo", os.mkfifo, "is not a plain file but a fifo"),
    ("folder", os.mkdir, "is a folder"),
    ("no/such/folder", lambda p: None, "is in a folder that does not exist"),
])
def test_an_output_that_is_no_file(checkout, tmp_path, name, make, said):
    output = tmp_path / name
    make(output)
    kind = output.lstat().st_mode if "such" not in name else None
    assert said in refused(checkout, "iso", "-o", output)
    assert kind is None or output.lstat().st_mode == kind
    # The script that writes it checks it again.
    code, said_there = checkout.run("iso/make-iso", output)
    assert code == 2 and said in said_there
    assert kind is None or output.lstat().st_mode == kind


def test_a_build_folder_that_cannot_be_written(checkout, tmp_path):
    """A plain file is in its place: so not even root can write there."""
    build = checkout.top / "build"
    build.rename(tmp_path / "build")
    build.touch()
    try:
        line = refused(checkout, "run", status=1)
        assert f"the folder {build} cannot be made" in line and "is not a folder" in line
    finally:
        build.unlink()
        (tmp_path / "build").rename(build)


def test_a_wrong_tmpdir(checkout):
    line = refused(checkout, "run", status=1, env={**os.environ, "TMPDIR": "/no/where"})
    assert 'TMPDIR is "/no/where", which is not a folder' in line


def test_help_is_one_screen(checkout):
    code, output = checkout.run("./baton", "help")
    assert code == 0
    assert len(output.splitlines()) <= 40 and max(map(len, output.splitlines())) <= 80
