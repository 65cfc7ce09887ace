"""Several initrds: the payload gets them as one, in order, each at a multiple of 4 bytes, with
zeros between them.

A judge reads every byte of three with odd sizes. Linux unpacks a cpio archive, the demo's initrd
and a packed archive, and sees the files of each. Those of a capture kernel are checked where they
are staged.
"""
import gzip
import hashlib
import os
import re
from functools import partial

import cpio
import images
import joblist
import payloads
import pytest
from captured import Captured, assert_saved
from machine import Machine, run
from test_shell import begin
from typist import sessions, shell

SIZES = ("5001", "300K", "70003")
FIRST_OF_DEMO = "the-first-one"


def joined(files):
    """The bytes as they must be in memory."""
    data = b""
    for file in files:
        with open(file, "rb") as f:
            data += bytes(-len(data) % 4) + f.read()
    return data


def joined_file(files):
    return images.bytes_file(joined(files), "joined")


class Judged:
    """A judge with these initrds; `behind`: more modules after them."""

    def __init__(self, name, judge="low", words="", sizes=SIZES, grub=False, memory="24M", **more):
        self.name, self.judge, self.words, self.grub = f"initrds-{name}", judge, words, grub
        self.initrds, self.memory = [payloads.initrd(size) for size in sizes], memory
        self.cpu, self.behind = more.get("cpu", "qemu32"), more.get("behind", ())

    def run(self):
        words = f"{self.words} exitport=0xf4".strip()
        modules = [payloads.judge(self.judge), *self.initrds, *self.behind]
        if self.grub:
            iso = images.baton_iso(payloads.BATON, words, [(m, "") for m in modules])
            return run(Machine(self.name, memory=self.memory, cpu=self.cpu, iso=iso))
        return run(Machine(self.name, memory=self.memory, cpu=self.cpu, kernel=payloads.BATON,
                           append=words, modules=tuple(modules)))


cases = partial(joblist.cases, "initrds-")


@pytest.mark.quick
@pytest.mark.parametrize("job", cases(
    Judged("three"),
    Judged("three-all", "oddpieces", "place=all verify=on", cpu="486"),
    Judged("three-none", "shuffle", "place=none", cpu="pentium3"),
    Judged("linux", "linux", "verify=on"),
    Judged("grub", "linux", "place=all", grub=True, memory="64M"),
    Judged("pages", sizes=("8K", "4K", "12K", "1")),
    Judged("one-byte-each", sizes=("1", "1", "1", "1", "1")),
    Judged("many", "linux", "verify=on", sizes=tuple(str(n * n + 1) for n in range(31)))))
def test_the_payload_finds_them_as_one(job, outcome):
    payloads.assert_judged_well(outcome, "", joined_file(job.initrds))
    assert len(outcome.lines("^initrd ")) == len(job.initrds), outcome.story()
    assert not outcome.lines("^ignored"), outcome.story()


@pytest.mark.parametrize("job", cases(
    Judged("some-are-captures", words="crashkernel=16M crash=5,6", memory="64M",
           behind=(payloads.capture_kernel(), payloads.initrd("6001"), payloads.initrd("7001"))),
))
def test_what_crash_names_is_no_initrd_of_the_payloads(job, outcome):
    payloads.assert_judged_well(outcome, "", joined_file([*job.initrds, job.behind[2]]))
    assert not outcome.lines("^ignored"), outcome.story()


@pytest.mark.parametrize("job", cases(
    Judged("empty", behind=(images.bytes_file(b"", "empty"), payloads.initrd("300")))))
def test_an_empty_one_is_reported(job, outcome):
    payloads.assert_judged_well(outcome, "", joined_file([*job.initrds, job.behind[1]]))
    assert outcome.lines("^ignored") == [
        "ignored     module 5: it is empty, 0 bytes"], outcome.story()


# ---- Linux

class Linux:
    """The first one, the demo's, and a third; its list of checksums has a file from each."""

    def __init__(self, linux, **settings):
        self.name, self.linux, self.settings = f"initrds-linux-{linux}", linux, settings

    def run(self):
        first, last = b"of the first one\n", os.urandom(3000)
        with open("iso/initrd/demo/greet", "rb") as f:
            demo = f.read()
        sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in
                       ((FIRST_OF_DEMO, first), ("bin/greet", demo), ("the-last-one", last)))
        archives = (cpio.odd(cpio.archive({FIRST_OF_DEMO: first})),
                    gzip.compress(cpio.archive({"the-last-one": last, "sha256sums": sums.encode()})))
        initrds = (images.bytes_file(archives[0], "first"), payloads.initrd("demo"),
                   images.bytes_file(archives[1], "last"))
        return run(Machine(self.name, memory="128M", kernel=payloads.BATON, timeout=120,
                           append="verify=on exitport=0xf4", **self.settings,
                           modules=(f"{payloads.linux(self.linux)} {payloads.LINUX_WORDS}", *initrds)))


@pytest.mark.parametrize("job", cases(Linux("686"), Linux("686-pae"),
                                      Linux("amd64", emulator="x86_64", cpu="max")))
def test_linux_sees_the_files_of_each(job, outcome):
    payloads.assert_linux_well(outcome, payloads.LINUX_WORDS)
    assert outcome.lines(r"^test initrd 3 files whole$"), outcome.story()
    assert "WARNING" not in outcome.log and "unpacking failed" not in outcome.log, outcome.story()


# ---- a capture kernel

def staged(t, lines, files):
    """The bytes at the place that Baton prints for the initrds."""
    places = [int(place, 16) for place in re.findall(r"^initrd +.*, staged at (0x\w+)$",
                                                     "\n".join(lines), re.M)]
    assert len(places) == len(files), lines
    return t.qmp.memory(places[0], len(joined(files)))


INITRDS = tuple(payloads.initrd(size) for size in SIZES)


@sessions(shell("initrds", "crashkernel=16M", (payloads.capture_kernel(), *INITRDS), memory="64M"))
def test_load_takes_several(t):
    begin(t)
    for line, numbers in (("load -p", (0, 1, 2)), ("load -p 1 initrd=4,2", (2, 0)),
                          ("load -p 1 initrd=3", (1,)), ("load -p initrd=2,2,3", (0, 0, 1))):
        files = [INITRDS[n] for n in numbers]
        assert staged(t, t.ask(line), files) == joined(files), line
    for line, numbers in (("load", (0, 1, 2)), ("load 1 initrd=4,2", (2, 0)), ("load 1", ())):
        lines = [l for l in t.ask(line) if l.startswith("initrd ")]
        assert len(lines) == len(numbers), lines
        plan = [l for l in t.ask("plan") if re.search(r"^segment .* initrd( \d+)?,", l)]
        assert len(plan) == len(numbers), plan
    # several bounce pages are one line
    assert [l for l in t.ask("load") + t.ask("plan") if "down, made by Baton" in l]


@sessions(shell("initrds-shared", "crashkernel=16M crash=1,2", (payloads.capture_kernel(), *INITRDS),
                memory="64M"), quick=True)
def test_a_capture_kernel_that_is_the_payload_takes_no_initrds_from_it(t):
    begin(t)
    assert [len([l for l in t.ask(line) if l.startswith("initrd ")])
            for line in ("load", "load -p", "load 1")] == [3, 3, 0]


class CapturedByThree(Captured):
    """The capture kernel's own initrd is the second of three."""

    def loaded(self):
        settings = super().loaded()
        archives = [images.bytes_file(cpio.odd(cpio.archive({name: b"odd"})), name) for name in ("one", "three")]
        linux, initrd = settings["modules"]
        return {**settings, "modules": (linux, archives[0], initrd, archives[1]),
                "append": settings["append"].replace("crash=1,2", "crash=1,2,3,4")}


@pytest.mark.parametrize("job", [pytest.param(CapturedByThree("686-pae", "pae", "divide",
                                                              words="fault=divide", name="initrds"))])
def test_a_capture_kernel_takes_several(job, outcome):
    assert len(outcome.lines(r"^initrd +\S+ (bytes|[KM]iB), staged at 0x\w+$")) == 3, outcome.story()
    assert outcome.data["saved"].returncode == 0, outcome.data["saved"].stderr + outcome.story()
