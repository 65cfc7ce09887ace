"""Every verb with only the commands of a minimal system and of iso/packages.

PATH is one folder of links: a command that the table does not name is not found. The checkout has a
difficult path: with blanks, with a letter that is not ASCII, and longer than the path of a socket
may be.
"""
import os

import firmware
import payloads
import pexpect
import pytest
from checkout import Checkout
from installed import folder_for

PASSED = 65                             # isa-debug-exit of the judge's 0x20
JUDGE = os.path.abspath(payloads.judge("low"))
# One test of each kind that these two verbs run, and what builds their parts.
PARTS = [("docs", ["check-docs"]), ("host", ["run-host-crc32"]), ("fuzz", ["build/tests/fuzz/replay_list"]),
         ("boot", ["check-boot", "ONLY=cpu-486"])]


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bare") / "my  code" / "ä" / ("deep" * 30)
    return Checkout(folder / "baton", ready=False)


@pytest.fixture
def tools(request, tmp_path):
    """PATH, and the rest of the environment that a program may rely on."""
    folder = folder_for(tmp_path / "tools", *request.getfixturevalue("verb").split())
    return {"PATH": str(folder), "HOME": os.environ.get("HOME", "/"), "TERM": "dumb",
            "LANG": "C.UTF-8"}


@pytest.mark.parametrize("verb, words, status, said", [
    ("run", [], 0, "handed me this machine"),
    ("run", ["--kernel", JUDGE], PASSED, "BATON-VERDICT pass"),
    ("iso", ["-o", "build/it.iso"], 0, "build/it.iso"),
    ("netboot", ["build/net boot"], 0, "build/net boot: GRUB for BIOS, UEFI, UEFI-32; iPXE"),
    ("web", ["-o", "build/web page"], 0, "build/web page, "),
    ("crash", [], 0, "as it was at the start"),
    ("prove", ["--paging", "legacy"], 0, "proved "),
    ("record", ["-o", "build/it.html"], 0, "build/it.html: 1"),
])
def test_a_verb_finds_its_tools(bare, tools, verb, words, status, said):
    code, output = bare.run("./baton", verb, *words, env=tools, timeout=400)
    assert code == status and said in output, output
    assert "not found" not in output, output


@pytest.mark.parametrize("verb", [verb for verb in ("run uefi", "run uefi32")
                                  if not firmware.missing_everywhere(verb)])
def test_another_firmware_finds_its_tools_and_files(bare, tools, verb):
    code, output = bare.run("./baton", "run", "--kernel", JUDGE, "--firmware", verb.split()[1],
                            "--baton", "verbose", env=tools, timeout=400)
    assert code == PASSED and "BATON-VERDICT pass" in output, output
    assert "  protocol  multiboot 2" in output and "not found" not in output, output


@pytest.mark.parametrize("verb", ["shell", "debug"])
def test_a_verb_that_needs_a_terminal_finds_its_tools(bare, tools, verb):
    prompt, bye = {"shell": ("baton> ", "poweroff\r"), "debug": (r"\(gdb\) ", "quit\r")}[verb]
    child = pexpect.spawn("./baton", [verb], cwd=str(bare.top), env=tools, encoding="utf-8",
                          codec_errors="replace", timeout=120)
    child.expect(prompt)
    child.send(bye)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0, child.before
    assert "not found" not in child.before


@pytest.mark.parametrize("verb", ["check", "test"])
@pytest.mark.parametrize("part, goals", PARTS, ids=[name for name, _ in PARTS])
def test_the_tests_find_their_tools(bare, tools, verb, part, goals):
    status, output = bare.run("make", "--no-print-directory", *goals, env=tools, timeout=400)
    assert status == 0 and "not found" not in output, output
