"""Boots the menu entry of docs/crash.md unchanged: GRUB loads Baton, a kernel that is never
reached, and the capture kernel, which saves the dump.
"""
import os
import re

import images
import payloads
import pytest
import vmcore
from captured import Captured, assert_backtrace, assert_saved
from machine import BUILD, ROOT
from unchanged import assert_tables_unchanged, assert_unchanged

FILES = {"baton.elf": payloads.BATON, "vmlinuz": payloads.linux("686-pae"),
         "initrd.img": os.path.join(BUILD, "initrd.gz"),
         "vmlinuz-686-pae": payloads.linux("686-pae"),
         "capture-686-pae.gz": os.path.join(BUILD, "capture-686-pae.gz")}
# What the test must add: a crash of Baton, and a serial console.
ADDED = {"baton.elf": "fault=divide exitport=0xf4",
         "vmlinuz-686-pae": f"console=ttyS0 quiet {payloads.IN_QEMU} baton.exitport=0xf4"}


def menu_entry():
    """The commands of the menu entry in docs/crash.md, with the words added."""
    with open(os.path.join(ROOT, "docs", "crash.md")) as f:
        entry = re.search(r'^    menuentry ".*" \{\n(.*?)^    \}', f.read(), re.M | re.S)[1]
    for line in entry.splitlines():
        name = re.search(r" /boot/(\S+)", line)[1]
        yield f"{line.strip()} {ADDED.get(name, '')}".strip()


class ByGrub(Captured):
    def loaded(self):
        return {"iso": images.grub_iso(list(menu_entry()), {
            f"boot/{name}": path for name, path in FILES.items()})}


JOB = ByGrub("686-pae", "pae", "divide", name="grub")


@pytest.mark.parametrize("job", [pytest.param(JOB, id="686-pae")])
def test_the_documented_menu_entry_saves_a_dump(job, outcome):
    assert_saved(outcome)
    assert outcome.lines(r"^Baton .* loaded by GRUB "), outcome.story()
    assert outcome.lines(r"^crash +Linux \S+-686-pae, bzImage, .* staged at "), outcome.story()
    core, fault = vmcore.of_file(outcome.data["core"]), outcome.data["fault"]
    assert_unchanged(core, fault)
    assert_tables_unchanged(core, fault, outcome.data["cr3"], pae=True)
    assert_backtrace(outcome.data["core"], ["divide", "fault_raise", "hand_over", "kernel_main"])
