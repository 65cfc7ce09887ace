"""Devices that may write to memory are stopped before the hand-off, unless quiesce=none.

A device with a DMA engine is told to write to memory when the payload runs already, as a device does
that nobody has stopped: with quiesce=none memory changes, without it, it does not. The command
registers of a disk controller, a network card and USB controllers of each kind are read from outside,
before and after.
"""
import os
import time

import firmware
import images
import payloads
import pytest
from joblist import cases
from machine import Machine, run
from qtest import BAR0, COMMAND, MASTER, MEMORY, Qtest
from typist import PATIENCE, Typist

# QEMU's device "edu": a buffer, and DMA between it and memory. [QEMU docs/specs/edu.txt]
EDU, BUFFER = 0x10, 0x40000
DMA_FROM, DMA_TO, DMA_COUNT, DMA_COMMAND = 0x80, 0x88, 0x90, 0x98
DMA_RUN, DMA_TO_MEMORY = 1, 2
TARGET, BEFORE = 0x02800000, bytes(range(256))      # free memory, and what is put there
BUFFERED = bytes(256)                               # what the device has

NETWORK, XHCI, EHCI, UHCI, OHCI, VIRTIO = range(0x11, 0x17)
SATA, DISPLAY = 0x1f, 0x01
DEVICES = ("-device", f"edu,addr={EDU:#x}", "-device", f"e1000,addr={NETWORK:#x}",
           "-device", f"qemu-xhci,addr={XHCI:#x}", "-device", f"usb-ehci,addr={EHCI:#x}",
           "-device", f"piix3-usb-uhci,addr={UHCI:#x}", "-device", f"pci-ohci,addr={OHCI:#x}",
           "-device", f"virtio-rng-pci,addr={VIRTIO:#x}")
BRIDGES = 0x06


class Watched(Typist):
    """A session with QEMU's qtest beside it."""

    def command(self):
        self.paths["qtest"] = os.path.join(self.folder, "qtest")
        return [*super().command(), "-qtest", f"unix:{self.paths['qtest']},server=on,wait=off",
                "-qtest-log", "none"]


def write_by_dma(q):
    """Has the device write its buffer to memory; returns what is there then."""
    registers = q.config(EDU, BAR0) & ~0xf
    q.write(TARGET, BEFORE)
    for register, value in ((DMA_FROM, BUFFER), (DMA_TO, TARGET), (DMA_COUNT, len(BEFORE)),
                            (DMA_COMMAND, DMA_RUN | DMA_TO_MEMORY)):
        q.poke(registers + register, value)
    end = time.monotonic() + PATIENCE
    while q.peek(registers + DMA_COMMAND) & DMA_RUN:
        assert time.monotonic() < end, "the DMA does not end"
        time.sleep(0.05)
    return q.read(TARGET, len(BEFORE))


class Handed:
    """A hand-off to a payload that goes on running, and what the devices do then."""

    def __init__(self, name, words):
        self.name = f"devices-{name}"
        self.machine = Machine(self.name, machine="q35", kernel=payloads.BATON, memory="64M",
                               append=f"shell {words}".strip(), extra=DEVICES,
                               modules=(payloads.capture_kernel(stays=True),))

    def run(self):
        with Watched(self.machine) as t:
            t.prompt()
            q = Qtest(t.paths["qtest"], t.process)
            for device in (EDU, NETWORK, OHCI, VIRTIO, DISPLAY):    # as GRUB leaves a network card
                q.set_config(device, COMMAND, q.config(device, COMMAND) & 0xffff | MASTER | MEMORY)
            found = {"before": q.masters(), "listed": t.ask("pci"), "provoked": write_by_dma(q)}
            t.ask("load")
            t.send("exec\r")
            t.expect(r"hand-off +to 0x\w+")
            found["said"] = [line for line in t.talk.before.splitlines() if "devices " in line]
            t.expect(payloads.CAPTURED)
            return {**found, "after": q.masters(), "memory": write_by_dma(q)}


STOPPED, LEFT = Handed("stopped", ""), Handed("left", "quiesce=none")


@pytest.mark.quick
@pytest.mark.parametrize("job", cases("devices-", STOPPED, LEFT))
def test_memory_after_the_hand_off(job, outcome):
    assert outcome["provoked"] == BUFFERED, "the DMA does nothing, so this test shows nothing"
    assert outcome["memory"] == (BUFFERED if job is LEFT else BEFORE)


@pytest.mark.parametrize("job", cases("devices-", STOPPED, LEFT))
def test_bus_masters(job, outcome):
    """All but bridges and displays; they were masters before, each kind."""
    before, after = outcome["before"], outcome["after"]
    assert {device for device, _ in before} >= {EDU, NETWORK, XHCI, EHCI, UHCI, OHCI, VIRTIO, SATA,
                                                DISPLAY}
    if job is LEFT:
        assert after == before
    else:
        assert set(after) == {place for place, kind in before.items()
                              if kind >> 16 == BRIDGES or place == (DISPLAY, 0)}


@pytest.mark.parametrize("job", cases("devices-", STOPPED, LEFT))
def test_what_is_said(job, outcome):
    masters = [place for place, kind in outcome["before"].items()
               if kind >> 16 != BRIDGES and place != (DISPLAY, 0)]
    verb = "left running" if job is LEFT else "stopped"
    line, = outcome["said"]
    assert line.split(None, 1)[1].startswith(
        f"{len(masters)} bus masters {verb}: 00:10.0 old device, 00:11.0 network, 00:12.0 USB"), line
    listed = {line.split()[1]: line for line in outcome["listed"] if line.count(",") >= 2}
    assert all(f"00:{device:02x}.{function}" in listed for device, function in masters), listed
    for place, text in listed.items():
        device, function = (int(n, 16) for n in place[3:].split("."))
        assert text.endswith(", bus master") == ((device, function) in outcome["before"]), text


CLOCK_INDEX, CLOCK_DATA, CLOCK_B, ALARM = 0x70, 0x71, 0x0b, 0x20
HPET, HPET_CONFIGURATION, HPET_TIMER1 = 0xfed00000, 0x010, 0x120
HPET_RUN, HPET_TIMER_ON = 1, 4


class Timers:
    """The shell's `timers`, before and after an alarm of the clock and a timer of the HPET are on."""

    def __init__(self, board):
        self.name = f"devices-timers-{board}"
        self.board, self.machine = board, Machine(self.name, machine=board, kernel=payloads.BATON,
                                                  append="shell", memory="64M")

    def run(self):
        with Watched(self.machine) as t:
            t.prompt()
            q = Qtest(t.paths["qtest"], t.process)
            before = t.ask("timers")
            q.ask(f"outb {CLOCK_INDEX:#x} {CLOCK_B:#x}")
            value = int(q.ask(f"inb {CLOCK_DATA:#x}")[0], 16)
            q.ask(f"outb {CLOCK_DATA:#x} {value | ALARM:#x}")
            if self.board != "isapc":
                q.poke(HPET + HPET_TIMER1, HPET_TIMER_ON)
                q.poke(HPET + HPET_CONFIGURATION, HPET_RUN)
            return before, t.ask("timers")


@pytest.mark.parametrize("job", cases("devices-timers-", Timers("q35"), Timers("isapc"),
                                      quick=("q35",)))
def test_timers(job, outcome):
    for on, lines in enumerate(outcome):
        hpet = (["HPET        at 0xfed00000, counter runs, 3 timers, interrupts on: 1",
                 "            the first is timer 1"] if on else
                ["HPET        at 0xfed00000, counter stands, 3 timers, interrupts on: 0"])
        assert lines == ["PIT         channel 0 always counts; the PIC is masked before the hand-off",
                         f"RTC         interrupts: periodic off, alarm {'on' if on else 'off'}, "
                         "update off",
                         *(hpet if job.board == "q35" else ["HPET        none"])], lines


class Netboot:
    """GRUB has read all from the network: its driver leaves the card running. Debian's 32-bit firmware
    has no driver for it."""

    def __init__(self, where, words):
        self.name, self.where, self.words = f"devices-netboot-{where}-{words}", where, words
        self.initrd = payloads.initrd("3M")

    def run(self):
        folder = images.netboot(
            ["insmod all_video", f"multiboot2 (tftp)/baton.elf exitport=0xf4 quiesce={self.words}",
             "module2 --nounzip (tftp)/judge from the network",
             "module2 --nounzip (tftp)/initrd"],
            {"baton.elf": payloads.BATON, "judge": payloads.judge("linux"), "initrd": self.initrd})
        net = f"user,id=net,tftp={folder},bootfile={images.BOOTFILES[self.where]}"
        return run(firmware.machine(self.name, self.where, "", (
            "-boot", "n", "-netdev", net, "-device", "e1000,netdev=net")))


@pytest.mark.parametrize("job", cases("devices-netboot-", *(
    Netboot(where, words) for where, words in (
        ("bios", "pci"), ("bios", "none"), ("uefi", "pci")))))
def test_the_card_that_grub_has_used(job, outcome):
    payloads.assert_judged_well(outcome, "from the network", job.initrd)
    line, = outcome.lines("^devices ")
    verb = "stopped" if job.words == "pci" else "left running"
    assert f"{verb}: 00:0" in line and " network" in line, outcome.story()
