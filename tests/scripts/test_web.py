"""./baton web: the folders and options that it refuses, what may be missing, and how it serves.

tests/browser/test_web.py opens the page.
"""
import os
import re
import shutil
import signal
import subprocess
import urllib.request

import payloads
import pytest
from checkout import TOP, Checkout

pytestmark = pytest.mark.quick

JUDGE = os.path.abspath(payloads.judge("low"))


def names(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def refusal(output):
    *_, line = output.splitlines()
    assert line.startswith("baton: "), output
    return line


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A checkout in which scripts may be replaced; fetch-payloads only says what it is asked for."""
    made = Checkout(tmp_path_factory.mktemp("own") / "baton")
    (made.top / "iso" / "fetch-payloads").write_text('#!/bin/sh\necho "asked for $*"\n')
    (made.top / "build" / "baton.boot").write_bytes(b"a kernel")
    v86 = made.top / "build" / "payloads" / "v86"
    shutil.rmtree(v86, ignore_errors=True)
    (v86 / "build").mkdir(parents=True)
    for name in ("LICENSE", "build/libv86.mjs", "build/v86.wasm"):
        (v86 / name).write_text(f"v86's {name}\n")
    return made


def make(own, folder, **variables):
    return own.run("iso/make-web", folder, env={**os.environ, **variables})


def test_a_folder_is_filled_and_filled_again(own, tmp_path):
    folder = tmp_path / "a folder"
    code, output = make(own, folder, KERNEL=JUDGE, BATON="verbose", MEMORY="64M")
    assert code == 0, output
    assert "asked for v86" in output and "686-pae" not in output
    found = names(folder)
    plan = (folder / "machine.json").read_text()
    assert f'"memory": {64 << 20},' in plan
    assert f'"baton.iso": {(folder / "baton.iso").stat().st_size}}}' in plan
    assert "v86's LICENSE" in (folder / "LICENCES.txt").read_text()
    assert "busybox" not in (folder / "LICENCES.txt").read_text()
    (folder / "other").write_text("the user's own")
    assert make(own, folder, KERNEL=JUDGE)[0] == 0
    assert names(folder) == found | {"other"}           # nothing else is left in it
    menu = subprocess.run(["xorriso", "-osirrox", "on", "-indev", folder / "baton.iso", "-extract",
                           "/boot/grub/grub.cfg", tmp_path / "grub.cfg"], capture_output=True)
    assert menu.returncode == 0
    words = (tmp_path / "grub.cfg").read_text()
    assert "set timeout=0" in words and "'place=prefer'" in words and "'shell'" in words


def test_a_folder_of_others_is_refused(checkout, tmp_path):
    full = tmp_path / "full"
    full.mkdir()
    (full / "theirs").write_text("x")
    for name, sentence in (("full", "is not empty, and web has not made it"),
                           ("full/theirs", "is not a folder"),
                           ("none/it", "in a folder that does not exist")):
        code, output = checkout.run("./baton", "web", "-o", tmp_path / name, "--kernel", JUDGE)
        assert code == 2 and sentence in refusal(output), output
    assert names(tmp_path) == {"full", "full/theirs"}


@pytest.mark.parametrize("words, said", [
    (["--memory", "100M"], 'memory "100M" is no size for the page\'s machine'),
    (["--firmware", "uefi"], "--firmware, --cpu, --machine, --display and --timeout are for QEMU"),
    (["--cpu", "pentium3"], "are for QEMU"),
])
def test_another_machine_is_refused(checkout, tmp_path, words, said):
    code, output = checkout.run("./baton", "web", "-o", tmp_path / "new", "--kernel", JUDGE, *words)
    assert code == 2 and said in refusal(output), output
    assert not (tmp_path / "new").exists()


def test_a_missing_bios_is_named(own, tmp_path):
    script = own.top / "iso" / "make-web"
    before = script.read_text()
    assert "seabios=/usr/share/seabios\n" in before
    script.write_text(before.replace("seabios=/usr/share/seabios\n", "seabios=/nowhere\n"))
    try:
        code, output = make(own, tmp_path / "new", KERNEL=JUDGE)
    finally:
        script.write_text(before)
    assert code == 1 and "there is no /nowhere/bios.bin; it is in the package seabios" in refusal(output)
    assert not (tmp_path / "new").exists()


def test_without_a_32_bit_kernel_it_asks_for_one(own, tmp_path):
    kernel = own.top / "build" / "payloads" / "vmlinuz-686-pae"
    kernel.unlink(missing_ok=True)
    code, output = make(own, tmp_path / "new")
    assert code == 1 and "this distribution has no i386 kernel" in refusal(output), output
    assert "give a 32-bit one: --kernel FILE" in output and not (tmp_path / "new").exists()


def serve(folder, tools):
    return subprocess.Popen([TOP / "iso" / "serve-web", folder], text=True, stdout=subprocess.PIPE,
                            env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"})


def test_it_is_served_and_opened(tmp_path):
    folder, tools = tmp_path / "a page", tmp_path / "tools"
    folder.mkdir()
    tools.mkdir()
    (folder / "index.html").write_text("the page")
    (folder / "v86.wasm").write_bytes(b"\0asm")
    opened = tmp_path / "opened"
    os.mkfifo(opened)
    (tools / "xdg-open").write_text(f"#!/bin/sh\necho \"$1\" >'{opened}'\n")
    (tools / "xdg-open").chmod(0o755)
    with serve(folder, tools) as server:
        try:
            url = re.fullmatch(r"serve {7}(http://localhost:80\d\d/); Ctrl-C ends it\n",
                               server.stdout.readline())[1]
            assert opened.read_text() == f"{url}\n"
            assert urllib.request.urlopen(url).read() == b"the page"
            with urllib.request.urlopen(f"{url}v86.wasm") as answer:
                assert answer.headers["Content-Type"] == "application/wasm"
            # The next one takes another port.
            (tools / "xdg-open").write_text("#!/bin/sh\n")
            with serve(folder, tools) as second:
                assert url not in second.stdout.readline()
                second.send_signal(signal.SIGTERM)
                assert second.wait(20) == 0
        finally:
            server.send_signal(signal.SIGINT)
        assert server.wait(20) == 0
