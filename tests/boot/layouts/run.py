"""Runs one layout from power-on to the payload's first instruction, and judges it.

The machine's only firmware is tests/boot/layouts/firmware.S. Its RAM is a file, so that the test can write
it before and read it afterwards. storewatch.c ends QEMU at the payload's first instruction.
"""
import os
import shutil
from dataclasses import dataclass

from elf32 import Elf32
from layouts import forms, ram, watch
from layouts.chance import IMAGE_END, random_layout
from layouts.features import features
from layouts.verdict import KERNEL_BASE, Seen, Verdict
from machine import BUILD, Machine, run

FIRMWARE = os.path.join(BUILD, "tests", "boot", "firmware.bin")
PLUGIN = os.path.join(BUILD, "tests", "boot", "storewatch.so")
START = "devices_quiet"             # the first function on the way from exec to the payload
MARK = "baton_trampoline"
KEPT = ("kernel", "initrd", "layout")


def contents(path):
    if not os.path.exists(path):
        return b""
    with open(path, "rb") as f:
        return f.read()


def machine_of(layout, baton, name):
    folder = Machine(name).folder()
    files = {what: os.path.join(folder, what) for what in ("ram", "before", "watch", *KEPT)}
    emulator = "x86_64" if layout.form == "elf64" else "i386"
    machine = Machine(name, cpu=layout.cpu, emulator=emulator, machine="pc,memory-backend=ram",
                      memory=f"{layout.memory >> 20}M", timeout=30, extra=(
                          "-nodefaults", "-vga", "none", "-bios", FIRMWARE,
                          "-object", f"memory-backend-file,id=ram,mem-path={files['ram']},"
                                     f"share=on,size={layout.memory}",
                          "-plugin", f"{PLUGIN},start={baton.symbols[START]:#x},"
                                     f"mark={baton.symbols[MARK]:#x},stop={layout.entry:#x},"
                                     f"out={files['watch']},ram={files['ram']},"
                                     f"before={files['before']},quit=on"))
    return machine, folder, files


@dataclass
class Played:
    """The result of a layout, without its bytes, which would need too much memory."""
    seed: int
    number: int
    complaints: list
    features: set
    folder: str

    def story(self):
        again = f"BATON_SEED={self.seed} BATON_LAYOUTS='#{self.number}' make layouts"
        return "\n".join([f"layout {self.number} of seed {self.seed}: {self.complaints[0]}",
                          *(f"    and {c}" for c in self.complaints[1:]),
                          f"    again: {again}", f"    files: {self.folder}"])


def play(seed, number, kernel, label):
    """Generates, runs and judges one layout. Keeps its folder if there are complaints."""
    baton = Elf32(kernel)
    assert baton.symbols["kernel_end"] - KERNEL_BASE <= IMAGE_END, "IMAGE_END is too low by now"
    layout = random_layout(seed, number)
    words = f"paging={layout.paging} place={layout.place} verbose exitport=0xf4" \
            + forms.words(layout)
    machine, folder, files = machine_of(layout, baton, f"{label}-{seed}-{number}")
    power_on = ram.fill(layout, baton, words)
    for what in ("watch", "before"):
        if os.path.exists(files[what]):
            os.remove(files[what])
    with open(files["ram"], "wb") as f:
        f.write(power_on)
    result = run(machine)
    verdict = Verdict(Seen(layout, baton, result.log, result.status, watch.read(files["watch"]),
                           power_on, contents(files["before"]), contents(files["ram"])))
    if verdict.complaints:
        for what, data in zip(KEPT, (layout.kernel, layout.initrd, layout.text().encode())):
            with open(files[what], "wb") as f:
                f.write(data)
    else:
        shutil.rmtree(folder)
    return Played(seed, number, verdict.complaints, features(layout, verdict), folder)
