"""The folder that ./baton netboot makes boots machines from QEMU's own TFTP server: a BIOS, UEFI of
64 and of 32 bits through GRUB, and iPXE, the ROM of QEMU's network cards. A judge checks each
hand-off.
"""
import hashlib
import os
import shutil
import subprocess
import tempfile

import firmware
import images
import payloads
import pytest
from joblist import cases
from machine import run

WORDS = "over the network"
INITRD = images.blob(300 << 10)
# The firmware, the file that the DHCP server names, the network card, and the multiboot that is used.
# UEFI has a driver of its own for the second card; the first one's is iPXE.
WAYS = {
    "bios": ("bios", "boot/grub/i386-pc/core.0", "e1000", 1),
    "uefi": ("uefi", "boot/grub/x86_64-efi/core.efi", "virtio-net-pci,romfile=", 2),
    "uefi32": ("uefi32", "boot/grub/i386-efi/core.efi", "virtio-net-pci,romfile=", 2),
    "ipxe": ("bios", "baton.ipxe", "e1000", 1),
}


def netboot():
    """One folder for all of them, named by what is in it."""
    parts = b"".join(images.content(path) for path in (
        payloads.BATON, payloads.judge("linux"), INITRD, "iso/make-netboot", "iso/menu.sh"))
    folder = os.path.join(images.FOLDER, f"{hashlib.sha256(parts).hexdigest()[:16]}-netboot")
    if not os.path.exists(folder):
        new = tempfile.mkdtemp(dir=images.FOLDER)
        subprocess.run(["iso/make-netboot", os.path.abspath(new)], check=True, capture_output=True,
                       env={**os.environ, "KERNEL": os.path.abspath(payloads.judge("linux")),
                            "INITRD": os.path.abspath(INITRD), "APPEND": WORDS,
                            "BATON": "verbose exitport=0xf4", "EXITPORT": "", "UNATTENDED": ""})
        try:
            os.rename(new, folder)
        except OSError:             # another machine's test was faster
            shutil.rmtree(new)
    return folder


class Boot:
    def __init__(self, way):
        self.name, (self.where, self.file, self.card, self.multiboot) = f"netboot-{way}", WAYS[way]

    def run(self):
        extra = ("-netdev", f"user,id=net,tftp={netboot()},bootfile={self.file}",
                 "-device", f"{self.card},netdev=net,bootindex=0")
        return run(firmware.machine(self.name, self.where, "", extra))


@pytest.mark.parametrize("job", cases("netboot-", *(Boot(way) for way in WAYS)))
def test_boots_over_the_network(job, outcome):
    payloads.assert_judged_well(outcome, WORDS, INITRD)
    protocol, = outcome.lines("^  protocol ")
    assert protocol.split()[1:] == ["multiboot", str(job.multiboot)]
    assert "iPXE" in outcome.lines("^Baton ")[0] or job.file != "baton.ipxe", outcome.story()
