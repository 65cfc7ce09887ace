"""iso/make-iso and iso/run-qemu: file names, command lines, two runs at once, and early ends."""
import os
import re
import shutil
import signal
import time
import zlib

import payloads
import pytest
from ended import ended
from machine import Machine, run

PASSED = 65                             # isa-debug-exit of the judge's 0x20
JUDGE = os.path.abspath(payloads.judge("low"))


def boot(checkout, tmp_path, words, kernel=JUDGE):
    """Boots the first entry of ./baton iso's ISO in QEMU; returns the judge's output."""
    iso = tmp_path / "it.iso"
    code, output = checkout.run("iso/make-iso", iso,
                                env={**os.environ, "KERNEL": str(kernel), "APPEND": words,
                                     "EXITPORT": "0xf4"})
    assert code == 0, output
    return run(Machine(f"iso-{tmp_path.name}", memory="32M", iso=str(iso)))


@pytest.mark.quick
@pytest.mark.parametrize("words", [
    """a="b c" x="" root=/dev/sda1  two  blanks\ttab  'it''s' back\\slash \\" $HOME `id` {x}; #end""",
], ids=["all"])
def test_the_payload_gets_its_command_line_unchanged(checkout, tmp_path, words):
    result = boot(checkout, tmp_path, words)
    assert result.status == PASSED, result.story()
    # The judge prints unprintable characters, quotes and backslashes as \xNN.
    shown = re.sub(r"[\t\\]", lambda m: f"\\x{ord(m[0]):02x}", words)
    assert f'note command-line "{shown}"' in result.log, result.story()


@pytest.mark.quick
@pytest.mark.parametrize("name", ['qu"ote', "do$HOME`l'ar", "bl ank ä {x}; #", "-o", "a\tb"])
def test_a_file_name_with_special_characters_of_grub(checkout, tmp_path, name):
    shutil.copy(JUDGE, tmp_path / name)
    result = boot(checkout, tmp_path, "x", tmp_path / name)
    assert result.status == PASSED, result.story()


@pytest.mark.quick
def test_the_type_reaches_baton(checkout, tmp_path):
    iso = tmp_path / "it.iso"
    code, output = checkout.run("./baton", "iso", "-o", iso, "--kernel", JUDGE, "--type", "bzimage",
                                "--baton", "exitport=0xf4")
    assert code == 0, output
    result = run(Machine(f"iso-{tmp_path.name}", memory="32M", iso=str(iso)))
    payloads.assert_refused(result, "of the type elf32, and the type bzimage was asked for")


@pytest.mark.quick
def test_initrds_are_kept_in_their_order(checkout, tmp_path):
    """Three initrds of odd sizes, from a folder with a blank in its name; the judge gets one."""
    folder, whole = tmp_path / "a folder", b""
    folder.mkdir()
    for i, size in enumerate((5001, 3, 70001)):
        data = bytes([i + 1]) * size
        (folder / f"initrd {i}").write_bytes(data)
        whole += bytes(-len(whole) % 4) + data
    iso = tmp_path / "it.iso"
    code, output = checkout.run("./baton", "iso", "-o", iso, "--kernel", JUDGE, "--initrd", folder / "initrd 0",
                                f"--initrd={folder / 'initrd 1'}", "--initrd", folder / "initrd 2")
    assert code == 0, output
    assert "judge-low, initrd 0, initrd 1, initrd 2" in output
    # an ISO for the user shows a menu first
    result = run(Machine("iso-initrds", memory="32M", iso=str(iso), until="^BATON-VERDICT"))
    assert re.search(rf"^note initrd at 0x\w+ size {len(whole)} crc 0x{zlib.crc32(whole):08x}$",
                     result.log, re.M), result.story()


def env(**settings):
    return {**os.environ, "KERNEL": JUDGE, **settings}


@pytest.mark.quick
def test_two_runs_in_one_checkout(checkout):
    """Each boots its own ISO: the judges' command lines differ."""
    (checkout.top / "build" / "baton.elf").unlink(missing_ok=True)
    both = [checkout.start("./baton", "run", "--kernel", JUDGE, "--append", word)
            for word in ("first", "second")]
    for process, word in zip(both, ("first", "second")):
        output = process.communicate(timeout=120)[0]
        assert process.returncode == PASSED, output
        assert f'note command-line "{word}' in output
    assert checkout.left_over() == []


@pytest.mark.quick
def test_qemu_is_asked_for_its_machines(checkout):
    for wrong in ({"CPU": "max9"}, {"CPU": "max,frob=1"}):
        code, output = checkout.run("iso/run-qemu", env=env(**wrong))
        assert code == 2 and wrong["CPU"].split(",")[-1].split("=")[0] in output, output
        assert len(output.splitlines()) == 1 and "QEMU does not accept this machine" in output
    assert checkout.left_over() == []


@pytest.mark.quick
@pytest.mark.parametrize("script, number, status", [
    ("iso/make-iso", signal.SIGINT, 130), ("iso/make-iso", signal.SIGTERM, 143),
    ("iso/run-qemu", signal.SIGINT, 130), ("iso/run-qemu", signal.SIGTERM, 143),
    ("iso/run-qemu", signal.SIGHUP, 129)])
def test_a_signal_leaves_nothing_behind(checkout, tmp_path, script, number, status):
    """The signal comes after the script has started to make files; like Ctrl-C, it goes to all
    processes."""
    words = [tmp_path / "it.iso"] if script.endswith("make-iso") else []
    checkout.run("make", "all")
    process = checkout.start(script, *words, env=env(), start_new_session=True)
    end = time.monotonic() + 60
    while not checkout.left_over():
        assert time.monotonic() < end and process.poll() is None, "it never began"
        time.sleep(0.005)
    os.killpg(process.pid, number)
    process.communicate(timeout=60)
    assert process.returncode == status
    assert checkout.left_over() == [] and list(tmp_path.iterdir()) == []


@pytest.mark.quick
def test_a_signal_ends_a_qemu_that_does_not_answer(checkout, tmp_path):
    """It comes while QEMU is asked whether it supports the machine; this QEMU never answers."""
    tools, started = tmp_path / "bin", tmp_path / "started"
    tools.mkdir()
    (tools / "qemu-system-x86_64").write_text(f'#!/bin/sh\necho $$ > "{started}"\nexec sleep 300\n')
    (tools / "qemu-system-x86_64").chmod(0o755)
    checkout.run("make", "all")
    process = checkout.start("iso/run-qemu", env=env(PATH=f"{tools}:{os.environ['PATH']}"),
                             start_new_session=True)
    end = time.monotonic() + 60
    while not (started.exists() and started.read_text().endswith("\n")):
        assert time.monotonic() < end and process.poll() is None, "it never began"
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGHUP)
    process.communicate(timeout=30)
    assert process.returncode == 129
    assert ended(int(started.read_text()))
    assert checkout.left_over() == []


@pytest.mark.quick
def test_the_next_run_removes_the_files_of_a_killed_one(checkout, tmp_path):
    gone = checkout.start("true")
    gone.wait()
    for name in (f"run.{gone.pid}", f"iso.{gone.pid}"):
        (checkout.top / "build" / name).mkdir()
    (checkout.top / "build" / f"run.{os.getpid()}").mkdir()     # of one that is alive
    code, output = checkout.run("./baton", "run", "--kernel", JUDGE)
    assert code == PASSED, output
    assert checkout.left_over() == [f"run.{os.getpid()}"]
    (checkout.top / "build" / f"run.{os.getpid()}").rmdir()


@pytest.mark.quick
def test_an_iso_replaces_a_file_and_keeps_a_link(checkout, tmp_path):
    (tmp_path / "old").write_text("old")
    (tmp_path / "link").symlink_to("old")
    code, output = checkout.run("./baton", "iso", "-o", tmp_path / "link", "--kernel", JUDGE)
    assert code == 0, output
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "old").read_bytes()[0x8001:0x8006] == b"CD001"       # [ISO 9660 7.1]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link", "old"]
