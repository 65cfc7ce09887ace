"""Tests of the verdicts: a verb passes only if its log has the required lines. Each good log is
damaged in every way, and must fail."""
import importlib.util
import io
import re
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent


def module(name):
    """Imports by path: another folder of tests may have a file of the same name."""
    spec = importlib.util.spec_from_file_location(f"fresh_{name}", HERE / f"{name}.py")
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


@pytest.fixture(scope="module")
def fresh():
    sys.path.insert(0, str(HERE))
    yield
    sys.path.remove(str(HERE))


@pytest.fixture(scope="module")
def verdicts(fresh):
    return module("verdicts")


GOOD = {
    "run": "  Baton 0.1, loaded by GRUB 2.06, handed me this machine.\r\nexit 0  switched off\n",
    "uefi": "  protocol    multiboot 2\r\n  UEFI        64 bits, system table at 0xf9ee018, memory\n"
            "  Baton 0.1, loaded by GRUB 2.12, handed me this machine.\r\n",
    "prove": "claim ...\n\nproved      with PAE and legacy tables\n            fail on the other\n",
    "record": "steps       165, 672 of them\npage        hand-off.html: 165 steps, 178 KiB; x\n",
    "crash": "#0  page_read () at kernel/x.c:86\n#4  kernel_main (magic=1) at kernel/main.c:255\n"
             "checksum    0x356c1825, as it was at the start\n",
    "iso": "build\nEl Torito boot img :   1  BIOS  y   none  0x0000  0x00      4  1234\n",
    "netboot": "build\nnet/boot/grub/i386-pc/core.0\nnet/boot/grub/x86_64-efi/core.efi\n",
    "web": "web         page, 12 MiB\npage/seabios.bin\npage/v86.wasm\n",
    "lab": " 15 of 15   legacy tables\n  7 of  7   the same with PAE tables\n"
           "total       100 of 100 points, in 9 s\n",
    "shell": "baton> more off\r\nbaton> status\r\npages       62,811 free\r\n"
             "baton> walk 0xc0100000\r\nresult      0xc0100000 is at 0x00100000, in a page\r\n"
             "baton> load\r\n"
             "trampoline  0xc0119000 and 0x03fd9000 both lead to 0x03fd9000\r\nbaton> exec\r\n"
             "Baton handed me this machine.\r\n  This is a shell.\r\n# uname -s\r\nLinux\r\n"
             "# poweroff\r\nexit 0      the machine was switched off\r\n",
    "debug": "  at 0xc0119000, in the old kernel's live tables, root 0x1000\n(gdb) to-switch\n"
             "(gdb) facts\n  at 0xc0119001, in the new tables, root 0x2000\n(gdb) quit\n",
    "check": "boot tests\n300 passed in 12 s\n400 passed, 0 failed\n",
    "test": "400 passed, 0 failed\n",
    "ci": "400 passed, 0 failed\n",
}
LEAST = 400


def test_every_verb_has_a_good_log(fresh):
    assert set(module("machines").verbs()) == set(GOOD)


@pytest.mark.parametrize("verb", GOOD)
def test_a_good_log_passes(verdicts, verb):
    verdict = verdicts.judge(verb, 0, GOOD[verb], LEAST)
    assert verdict.passed and not verdict.why


@pytest.mark.parametrize("status", [1, 2, 10, 13, 124, 127, 130, -9, None])
@pytest.mark.parametrize("verb", GOOD)
def test_another_exit_status_fails(verdicts, verb, status):
    verdict = verdicts.judge(verb, status, GOOD[verb], LEAST)
    assert not verdict.passed and verdict.why
    assert verdict.cell == ("timeout" if status is None else f"exit {status}")


@pytest.mark.parametrize("verb", GOOD)
def test_silence_fails(verdicts, verb):
    for text in ("", "\n\n", "exit 0      the machine was switched off\n"):
        verdict = verdicts.judge(verb, 0, text, LEAST)
        assert not verdict.passed and verdict.why


DIALOG = ("free", "result ", "trampoline", "handed me", "This is a shell", "Linux", "switched off")


@pytest.mark.parametrize("verb,needed", [
    ("run", "handed me this machine"), ("prove", "proved"), ("record", "165 steps"),
    ("uefi", "system table"), ("uefi", "protocol"), ("uefi", "handed me"),
    ("crash", "kernel_main"), ("crash", "as it was"), ("iso", "El Torito"), ("netboot", "core.0"), ("netboot", "core.efi"),
    ("web", "v86.wasm"), ("web", "seabios.bin"),
     ("lab", "100 of 100"), ("debug", "live tables"), ("debug", "new tables"),
    *[("shell", needed) for needed in DIALOG],
])
def test_each_line_is_needed(verdicts, verb, needed):
    assert needed in GOOD[verb]
    text = "".join(line for line in GOOD[verb].splitlines(True) if needed not in line)
    assert not verdicts.judge(verb, 0, text, LEAST).passed


@pytest.mark.parametrize("verb,old,new", [
    ("crash", ", as it was at", ", BUT it was 0x1234 at"),
    ("crash", "#4  kernel_main", "#4  0xc0118008 in ?? ("),
    ("prove", "proved ", "            proved "),
    ("record", "page  ", "no page  "),
    ("uefi", "multiboot 2", "multiboot 1"),
    ("iso", "BIOS  y", "BIOS  n"),
    ("lab", "100 of 100", "90 of 100"),
    ("shell", "is at 0x00100000", "is at 0x00200000"),
    ("debug", "new tables", "old kernel's live tables"),
])
def test_an_almost_right_log_fails(verdicts, verb, old, new):
    assert old in GOOD[verb]
    assert not verdicts.judge(verb, 0, GOOD[verb].replace(old, new), LEAST).passed


@pytest.mark.parametrize("verb", ["shell", "debug"])
def test_a_dialog_in_another_order_fails(verdicts, verb):
    text = "".join(reversed(GOOD[verb].splitlines(True)))
    assert not verdicts.judge(verb, 0, text).passed


@pytest.mark.parametrize("verb", ["check", "test", "ci"])
@pytest.mark.parametrize("last", ["399 passed, 0 failed", "400 passed, 1 failed", "400 passed",
                                  "0 passed, 0 failed", "400 passed, 0 failed\nand then"])
def test_fewer_tests_or_a_failed_one(verdicts, verb, last):
    text = GOOD[verb].replace("400 passed, 0 failed", last)
    assert not verdicts.judge(verb, 0, text, LEAST).passed


def test_the_number_is_shown(verdicts):
    assert verdicts.judge("check", 0, "412 passed, 0 failed\n", LEAST).cell == "412 ok"


def test_counted_verbs_have_a_least_number(fresh, verdicts):
    for name, verb in module("machines").verbs().items():
        assert (verb.least > 100) == (name in verdicts.COUNTED)


def test_the_last_message_is_the_cause(verdicts):
    text = "CC x.c\ncc1: error: no such option\nmake[1]: *** [x.o] Error 1\n" \
           "baton: failed with status 2; the whole log is in build/build.log\n\n"
    assert verdicts.judge("run", 1, text).why == "cc1: error: no such option"


def test_versions_are_upstream_versions(fresh):
    cell = module("cell")
    assert [cell.upstream(v) for v in ("1:7.2+dfsg-7+deb12u18", "4:12.2.0-3", "3.14.10-1",
                                       "2.06-13+deb12u2")] == ["7.2", "12.2.0", "3.14.10", "2.06"]
    lines = ["vmlinuz-686 linux-image-6.1.0-50-686 6.1.170-1 i386\n",
             "vmlinuz-686-pae none for i386\n", "busybox busybox-static 1:1.35 i386\n"]
    assert cell.kernels(lines) == ["6.1.170 686"]


def test_machines_are_whole(fresh):
    machines = module("machines").machines()
    assert {"debian12", "debian13", "sid", "ubuntu24.04"} <= set(machines)
    for machine in machines.values():
        assert machine.distribution in ("Debian", "Ubuntu") and machine.components


def test_every_verb_has_its_users(fresh):
    known = set(module("base").USERS)
    for verb in module("machines").verbs().values():
        assert {"root", "user"} <= set(verb.users) <= known


def have(steps, script, seconds=20):
    """A dialog with a shell script: its exit status, and the text on the terminal."""
    log = io.BytesIO()
    shell = ["/bin/sh", "-c", script]
    status = module("dialogs").have(steps, shell, {"TERM": "xterm"}, log, seconds)
    return status, log.getvalue().decode()


def test_an_early_end_is_no_pass(fresh, verdicts):
    """A program that prints half of the dialog and ends with status 0."""
    status, text = have(module("dialogs").DIALOGS["shell"], "echo 'baton> '")
    assert "baton> " in text
    assert not verdicts.judge("shell", status, text).passed


def test_a_timeout_is_no_pass(fresh, verdicts):
    assert have([("never", None)], "sleep 60", seconds=1) == (None, "")


def test_a_dialog_has_no_colours(fresh):
    assert have([(r"\[dumb\]", None)], 'echo "[$TERM]"; exit 3')[0] == 3


def test_the_missing_step_of_a_dialog_is_reported(verdicts):
    text = GOOD["shell"].split("handed")[0]
    assert "handed me this machine" in verdicts.judge("shell", None, text).why


def test_a_complete_dialog_passes(fresh):
    """The program ends after its terminal is closed."""
    script = 'printf "baton> "; read -r line; echo "got $line"; exec >/dev/null 2>&1 </dev/null; ' \
             'sleep 1; exit 3'
    assert have([("baton> ", "exec"), ("got exec", None)], script)[0] == 3


def test_a_failure_is_reported_with_its_log_and_an_older_commit_is_named(fresh, tmp_path):
    report = module("report")
    results = report.Results(str(tmp_path / "results.json"))
    common = {"seconds": 5, "versions": {"GCC": "14.2.0"}, "packages": 3, "download": 5 << 20,
              "disk": 0, "log": "build/a.log"}
    results.put("sid", "root", "run", {**common, "passed": False, "cell": "exit 2",
                                       "why": "no model", "commit": "new"})
    results.put("sid", "root", "iso", {**common, "passed": True, "cell": "ok", "why": "",
                                       "commit": "old"})
    text = "\n".join(report.render(report.Results(results.path), ["debian12", "sid"],
                                   ["root", "user"], ["run", "iso"], "new"))
    assert re.search(r"\| sid +\| root \| \*\*exit 2\*\* \| ok, 5 s \(old\) \|", text)
    assert "- sid, root, run: no model (log build/a.log)" in text
    assert "14.2.0" in text and "debian12" not in text
