"""Debian's installer: a Linux whose initrd has 30 MiB and a user space of its own. It asks its first
question, by itself and after Baton, on a BIOS and on UEFI.
"""
import os

import firmware
import images
import joblist
import payloads
import pytest
from machine import Machine, run

FOLDER = payloads.other("installer")
KERNEL, INITRD = os.path.join(FOLDER, "linux"), os.path.join(FOLDER, "initrd.gz")
# The last three are for speed: no screen(1), one installer and not one more on tty1, no shells.
WORDS = (f"console=ttyS0 quiet {payloads.IN_QEMU} DEBIAN_FRONTEND=text "
         "TERM=dumb auto=false noshell")
QUESTION = "^Prompt: '[?]' for help"
# "max" has RDRAND, without which the installer first collects entropy. Its driver for the graphics
# card would take time, too.
SETTINGS = {"cpu": "max", "memory": "512M", "timeout": 200, "until": QUESTION}
NO_SCREEN = ("-vga", "none")


class Installer:
    """by: Baton's kind of tables, or QEMU itself."""
    other = "installer"

    def __init__(self, by, on="bios"):
        self.by, self.on, self.name = by, on, f"installer-{by}-{on}"

    def machine(self):
        if self.by == "qemu":
            return Machine(self.name, kernel=KERNEL, append=WORDS, modules=(INITRD,),
                           extra=NO_SCREEN, **SETTINGS)
        baton = f"exitport=0xf4 paging={self.by}"
        if self.on == "uefi":
            iso = images.baton_iso2(payloads.BATON, baton, [(KERNEL, WORDS), (INITRD, "")])
            return firmware.machine(self.name, self.on, iso, NO_SCREEN, **SETTINGS)
        return Machine(self.name, kernel=payloads.BATON, append=baton,
                       modules=(f"{KERNEL} {WORDS}", INITRD), extra=NO_SCREEN, **SETTINGS)

    def run(self):
        return run(self.machine())


@pytest.mark.parametrize("job", joblist.cases(
    "installer-", Installer("qemu"), Installer("pae"), Installer("legacy"),
    Installer("pae", "uefi")))
def test_it_asks_for_the_language(job, outcome):
    assert outcome.status == "until", outcome.story()
    assert outcome.lines("^Choose the language to be used for the installation"), outcome.story()
    if job.by != "qemu":
        assert outcome.lines("^payload +Linux 6.*, bzImage, boot protocol 2.15, "), outcome.story()
        tables = {"pae": "PAE", "legacy": "legacy"}[job.by]
        assert outcome.lines(f"^tables +live: {tables}, "), outcome.story()
        assert outcome.lines("^hand-off "), outcome.story()
