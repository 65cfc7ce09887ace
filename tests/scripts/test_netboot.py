"""./baton netboot: the folder that it fills, and those that it refuses.

tests/boot/hardware/test_netboot.py boots machines from such a folder.
"""
import os
import shutil

import payloads
import pytest

JUDGE = os.path.abspath(payloads.judge("low"))
GRUBS = {"i386-pc/core.0", "x86_64-efi/core.efi", "i386-efi/core.efi"}


def names(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.mark.quick
def test_a_new_folder_is_filled_and_filled_again(checkout, tmp_path):
    folder = tmp_path / "a folder"
    code, output = checkout.run("./baton", "netboot", folder, "--kernel", JUDGE, "--append", "first")
    assert code == 0, output
    line, = (line for line in output.splitlines() if line.startswith("netboot "))
    assert line.endswith(f"{folder}: GRUB for BIOS, UEFI, UEFI-32; iPXE; baton.elf, judge-low")
    found = names(folder)
    assert {f"boot/grub/{grub}" for grub in GRUBS} | {"baton.ipxe", "boot/grub/grub.cfg"} <= found
    assert (folder / "boot/payload").read_bytes() == open(JUDGE, "rb").read()
    (folder / "other").write_text("the user's own")
    code, output = checkout.run("./baton", "netboot", folder, "--kernel", JUDGE, "--append", "second")
    assert code == 0, output
    assert names(folder) == found | {"other"}           # nothing else is left in it
    script = (folder / "baton.ipxe").read_text().splitlines()
    assert script[0] == "#!ipxe" and "module boot/payload second" in script
    assert "'second'" in (folder / "boot/grub/grub.cfg").read_text()


@pytest.mark.quick
def test_a_folder_of_others_is_refused(checkout, tmp_path):
    full = tmp_path / "full"
    full.mkdir()
    (full / "theirs").write_text("x")
    for name, sentence in (("full", "is not empty"), ("full/theirs", "is not a folder"),
                           ("none/it", "in a folder that does not exist")):
        code, output = checkout.run("./baton", "netboot", tmp_path / name, "--kernel", JUDGE)
        assert code == 2 and sentence in output.splitlines()[-1], output
    assert names(tmp_path) == {"full", "full/theirs"}


@pytest.mark.quick
def test_a_folder_must_be_named(checkout):
    for words in ((), ("--kernel", JUDGE)):
        code, output = checkout.run("./baton", "netboot", *words)
        assert code == 2 and "netboot needs a folder" in output, output


@pytest.mark.quick
def test_a_failure_leaves_nothing(checkout, tmp_path):
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "grub-mknetdir").write_text("#!/bin/sh\necho it is broken >&2\nexit 1\n")
    (tools / "grub-mknetdir").chmod(0o755)
    env = {**os.environ, "KERNEL": JUDGE, "PATH": f"{tools}:{os.environ['PATH']}"}
    code, output = checkout.run("iso/make-netboot", tmp_path / "new", env=env)
    assert code == 1 and "it is broken" in output, output
    assert not (tmp_path / "new").exists()
    # A folder that was there keeps what it had.
    checkout.run("./baton", "netboot", tmp_path / "old", "--kernel", JUDGE)
    before = names(tmp_path / "old")
    assert checkout.run("iso/make-netboot", tmp_path / "old", env=env)[0] == 1
    assert names(tmp_path / "old") == before
    shutil.rmtree(tools)
