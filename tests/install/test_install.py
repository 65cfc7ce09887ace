"""The package baton on a PC with Debian: installed, its entry started, and purged again.

The PC does all of it by itself (guest/stage), and says on the serial port what it finds. It starts
three times: Debian's ordinary entry, Debian through Baton, and the ordinary entry again.
"""
import glob
import os
import re
import subprocess
import tarfile
from dataclasses import replace

import firmware
import pytest
from joblist import cases
from machine import BUILD, POWERED_OFF, run

DISK = os.path.join(BUILD, "tests", "install", "disk")
# Linux's number for a loader, as it shows it: GRUB is 7, version 2 [boot.rst, type_of_loader].
GRUB = "114"
STARTS = 3


class Install:
    def __init__(self, where):
        self.name, self.where = f"install-{where}", where

    def run(self):
        """Its restarts are new processes of QEMU: firmware that unpacks itself over pages that QEMU
        has translated code of, from before the restart, takes hours for it."""
        folder = os.path.join(BUILD, "tests", "install")
        package, = glob.glob(os.path.join(BUILD, "deb", "baton_*_all.deb"))
        archive, disk = (os.path.join(folder, f"{self.name}.{kind}") for kind in ("tar", "disk"))
        with tarfile.open(archive, "w") as tar:
            tar.add(package, os.path.basename(package))
        subprocess.run(["cp", "--sparse=always", DISK, disk], check=True)
        extra = ("-drive", f"if=virtio,format=raw,file={disk}",
                 "-drive", f"if=virtio,format=raw,snapshot=on,file={archive}")
        results = []
        for start in range(STARTS):
            results.append(run(firmware.machine(f"{self.name}-{start}", self.where, "", extra,
                                                machine="q35", memory="1G", timeout=3600)))
            if results[-1].status != POWERED_OFF:
                break
        os.remove(disk)
        return replace(results[-1], log="".join(result.log for result in results))


def said(outcome, stage):
    """{key: value} of what the PC said in this stage."""
    found = re.findall(rf"^STAGE {stage} (\S+) (.*)$", outcome.log, re.M)
    assert found and len(found) == len(dict(found)), outcome.story()
    return dict(found)


@pytest.mark.parametrize("job", cases("install-", *(Install(w) for w in ("bios", "uefi"))))
def test_a_package_is_installed_used_and_purged(job, outcome):
    assert outcome.status == POWERED_OFF, outcome.story()
    first, through, last = (said(outcome, stage) for stage in (1, 2, 3))
    for each in (first, through, last):
        assert "failed" not in each, outcome.story()
        assert each["root"].split()[0] == "/dev/vda2" and each["units"] == "0 failed"
        assert each["acpi"] == "1"
    # The ordinary entries: GRUB's own loader, before and after, with the same words.
    assert first["loader"] == last["loader"] == GRUB
    assert "handed-over-by" not in first and "handed-over-by" not in last
    assert first["cmdline"] == last["cmdline"]
    assert first["firmware"] == last["firmware"] == ("UEFI" if job.where == "uefi" else "BIOS")
    # One submenu, and one entry in it for the one kernel.
    uuid = through["root"].split()[1]
    assert first["entries"].split() == [f"baton-{uuid}", f"baton-{first['kernel']}-{uuid}"]
    # Baton has handed over, and says so to Linux, with the ordinary entry's words.
    assert "GRUB" in through["handed-over-by"] and through["loader"] != GRUB
    assert through["kernel"] == first["kernel"]
    assert len(outcome.lines("^hand-off ")) == 1, outcome.story()
    ordinary = re.sub(r"^BOOT_IMAGE=\S+ ", "", first["cmdline"])
    assert through["cmdline"] == ordinary
    # Nothing is left: no file, no word of it in the settings, and the menu as it was.
    assert (through["left"], through["mentions"], through["menu"]) == ("", "", "unchanged")
    assert last["result"] == "passed"
