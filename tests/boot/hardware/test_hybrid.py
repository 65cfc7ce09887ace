"""The ISO that ./baton iso writes for the user starts Baton on a BIOS, and on UEFI of 64 and 32 bits:
from a CD, from a USB stick and from a virtio disk. A judge checks each hand-off.
"""
import os
import subprocess

import firmware
import images
import payloads
import pytest
from joblist import cases
from machine import run

WORDS = "from the user's ISO"
INITRD = images.blob(300 << 10)
MEDIA = {
    "cd": ("-drive", "if=none,id=medium,media=cdrom,file={iso}",
           "-device", "ide-cd,drive=medium,bus=ide.0"),
    "usb": ("-drive", "if=none,id=medium,format=raw,snapshot=on,file={iso}",
            "-device", "qemu-xhci", "-device", "usb-storage,drive=medium"),
    "virtio": ("-drive", "if=none,id=medium,format=raw,snapshot=on,file={iso}",
               "-device", "virtio-blk-pci,drive=medium"),
}


def users_iso():
    """Its name is a hash of Baton, so all boots use the same one, and a later run, too."""
    def make(path):
        subprocess.run(["iso/make-iso", os.path.abspath(path)], check=True, capture_output=True,
                       env={**os.environ, "KERNEL": os.path.abspath(payloads.judge("linux")),
                            "INITRD": os.path.abspath(INITRD), "APPEND": WORDS,
                            "BATON": "verbose exitport=0xf4", "EXITPORT": "", "UNATTENDED": ""})
    parts = b"".join(images.content(path) for path in (
        payloads.BATON, payloads.judge("linux"), INITRD, "iso/make-iso"))
    return images.kept(parts, "users.iso", make)


class Boot:
    def __init__(self, where, medium):
        self.name, self.where, self.medium = f"hybrid-{where}-{medium}", where, medium

    def run(self):
        more = {"machine": "q35"} if self.where == "bios" else {}      # its CD is on SATA, too
        iso = users_iso()
        extra = [word.format(iso=iso) for word in MEDIA[self.medium]]
        return run(firmware.machine(self.name, self.where, "", extra, **more))


@pytest.mark.parametrize("job", cases("hybrid-", *(
    Boot(where, medium) for where in firmware.FIRMWARES for medium in MEDIA)))
def test_starts(job, outcome):
    payloads.assert_judged_well(outcome, WORDS, INITRD)
    protocol, = outcome.lines("^  protocol ")
    assert protocol.split()[1:] == ["multiboot", "1" if job.where == "bios" else "2"]
