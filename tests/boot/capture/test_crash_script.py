"""iso/crash without a machine: which kernel it selects, what it needs, what it leaves behind.

It runs in a small checkout whose name has a space and a letter that is not ASCII. All programs that
it calls are short fake scripts, except iso/save-dump: no machine is booted.
"""
import os
import shutil
import signal
import subprocess
import time

import pytest
from ended import ended
from machine import ROOT
from test_savedump import BELOW, damaged, labelled

OWN = ["crash", "save-dump", "say.sh", "options.sh", "crash.gdb"]
FAKES = {
    # 686-pae exists if a file says so; else amd64 is used, as in iso/fetch-payloads
    "iso/fetch-payloads": """
        for name; do
            kernel=${name#modules-}
            [ "$kernel" != busybox ] || continue
            case $kernel in 686*) [ -e "$kernel.exists" ] || kernel=amd64 ;; esac
            mkdir -p "build/payloads/modules-$kernel"
            echo kernel >"build/payloads/vmlinuz-$kernel"
        done""",
    "iso/make-initrd": 'echo initrd >"build/capture-$1.gz"',
    "iso/run-qemu": """
        env >"build/env.$$"
        [ -z "${HANGS-}" ] || exec sleep 60
        if [ -n "${TOGETHER-}" ]; then
            until [ "$(ls build/env.* | wc -l)" = 2 ]; do sleep 0.05; done
        fi
        cp disk "$DISK"
        exit "${STATUS:-0}" """,
    "bin/qemu-system-x86_64": "",
    "bin/gdb": """
        for word; do case $word in build/vmcore*) echo "$word" >>opened ;; esac; done
        case $* in
            *'python print'*) echo 42 ;;
            *) printf '%s\\n' '#0  first' '-- backtrace --' '#0  page_read ()' 'checksum 0x1' ;;
        esac""",
}


class Checkout:
    def __init__(self, folder):
        self.folder = folder / "ein Ärger"
        for name in ("iso", "bin", "build"):
            (self.folder / name).mkdir(parents=True)
        for name in OWN:
            shutil.copy(os.path.join(ROOT, "iso", name), self.folder / "iso")
        for name, text in FAKES.items():
            self.fake(name, text)
        (self.folder / "disk").write_bytes(labelled(BELOW))

    def fake(self, name, text):
        (self.folder / name).write_text(f"#!/bin/sh\n{text}\n")
        (self.folder / name).chmod(0o755)

    def start(self, **variables):
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        return subprocess.Popen([self.folder / "iso" / "crash"], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env={**os.environ, "PATH": path, **variables})

    def run(self, **variables):
        """Its status, its standard output, and its standard error."""
        with self.start(**variables) as process:
            said, wrong = process.communicate(timeout=60)
        assert not self.left(), wrong
        return process.returncode, said, wrong

    def left(self):
        """Files in build/ that should not be there."""
        return [name for name in os.listdir(self.folder / "build")
                if not name.startswith(("payloads", "capture-", "env.")) and name != "vmcore"]

    def booted(self):
        """The variables of each machine that was started."""
        return [dict(line.partition("=")[::2] for line in path.read_text().splitlines())
                for path in (self.folder / "build").glob("env.*")]


@pytest.fixture
def checkout(tmp_path):
    return Checkout(tmp_path)


@pytest.mark.quick
@pytest.mark.parametrize("exists, variables, kernel, region", [
    pytest.param("", {}, "amd64", "128M", id="no i386 kernel"),
    pytest.param("686-pae", {}, "686-pae", "64M", id="an i386 kernel"),
    pytest.param("686-pae", {"CAPTURE": "amd64"}, "amd64", "128M", id="amd64 is selected"),
    pytest.param("686", {"CPU": "max,-pae"}, "686", "64M", id="no PAE"),
    pytest.param("", {"BATON": "verbose crashkernel=96M"}, "amd64", "96M", id="a given region"),
    pytest.param("", {"MEMORY": "152M"}, "amd64", "128M", id="the minimum of memory"),
])
def test_it_selects_the_kernel_and_what_that_needs(exists, variables, kernel, region, checkout):
    (checkout.folder / f"{exists or 'none'}.exists").touch()
    status, said, wrong = checkout.run(**variables)
    assert status == 0, said + wrong
    machine, = checkout.booted()
    assert machine["KERNEL"] == f"build/payloads/vmlinuz-{kernel}"
    assert machine["INITRD"] == f"build/capture-{kernel}.gz"
    words = machine["BATON"].split()
    assert [word for word in words if word.startswith("crashkernel=")] == [f"crashkernel={region}"]
    assert f"capture     the {kernel} kernel" in said and variables.get("MEMORY", "256M") in said
    assert (checkout.folder / "build" / "vmcore").read_bytes()[4096:] == BELOW[4096:]


FEW = "echo Filesystem; echo 'x 1 1 1000 1% /'"


@pytest.mark.quick
@pytest.mark.parametrize("fakes, variables, status, sentence", [
    pytest.param({}, {"CAPTURE": "686-pae"}, 1, "this distribution has no 686-pae kernel; CAPTURE",
                 id="no such kernel"),
    pytest.param({}, {"CAPTURE": "arm64"}, 2, 'capture is one of 686-pae, 686, amd64; "arm64" is',
                 id="no kernel's name"),
    pytest.param({}, {"MEMORY": "151M"}, 2, 'memory "151M" is too small for a crash dump: with '
                 "the amd64 kernel 152 MiB are needed", id="too little memory"),
    pytest.param({"bin/df": FEW}, {}, 1, "build, but only 1024000 are free", id="a full disk"),
    pytest.param({"bin/gdb": "exit 1"}, {}, 1, "no gdb with Python", id="no gdb"),
    pytest.param({"iso/save-dump": "exit 127"}, {}, 1, "it needs python3", id="no python"),
])
def test_what_is_missing_is_reported_before_the_boot(fakes, variables, status, sentence, checkout):
    for name, text in fakes.items():
        checkout.fake(name, text)
    result, said, wrong = checkout.run(**variables)
    assert result == status and not checkout.booted(), said + wrong
    assert wrong.startswith("baton: ") and sentence in wrong and wrong.count("\n") == 1


@pytest.mark.quick
@pytest.mark.parametrize("disk, gdb, variables, status, vmcore", [
    pytest.param(labelled(BELOW), None, {"STATUS": "15"}, 15, b"earlier", id="no dump"),
    pytest.param(damaged(labelled(BELOW)), None, {}, 1, b"earlier", id="a damaged dump"),
    pytest.param(labelled(BELOW), "case $* in *'python print'*) echo 42 ;; esac", {}, 1, None,
                 id="a dump that gdb cannot read"),
])
def test_a_failure_is_its_status(disk, gdb, variables, status, vmcore, checkout):
    """An earlier dump stays, unless there is a new one."""
    (checkout.folder / "build" / "vmcore").write_bytes(b"earlier")
    (checkout.folder / "disk").write_bytes(disk)
    if gdb:
        checkout.fake("bin/gdb", gdb)
    assert checkout.run(**variables)[0] == status
    left = (checkout.folder / "build" / "vmcore").read_bytes()
    assert left == vmcore if vmcore else left[4096:] == BELOW[4096:]


@pytest.mark.quick
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_machine_and_leaves_nothing_behind(number, checkout):
    with checkout.start(HANGS="yes") as process:
        end = time.monotonic() + 30
        while not checkout.booted():
            assert time.monotonic() < end, "it never began"
            time.sleep(0.02)
        machine, = (int(path.suffix[1:]) for path in (checkout.folder / "build").glob("env.*"))
        process.send_signal(number)
        assert process.wait(30) == 128 + number
    assert not checkout.left()
    assert ended(machine)


@pytest.mark.quick
def test_two_at_once_do_not_disturb_each_other(checkout):
    with checkout.start(TOGETHER="yes") as one, checkout.start(TOGETHER="yes") as two:
        said = [process.communicate(timeout=60) for process in (one, two)]
    assert (one.returncode, two.returncode) == (0, 0), said
    assert len({machine["DISK"] for machine in checkout.booted()}) == 2
    assert len(set((checkout.folder / "opened").read_text().split())) == 2
    assert not checkout.left()
    assert (checkout.folder / "build" / "vmcore").read_bytes()[4096:] == BELOW[4096:]
