"""The same Debian Linux, once through Baton and once through GRUB's own `linux`, on each firmware,
with the same command line: it must find the same machine. Its two logs are compared, line by line.
Both could lack the same, so what it needs is checked, too: ACPI's root pointer where Baton says that
it is, all CPUs, the framebuffer that Baton got from GRUB.

What may differ is in dmesg.txt, with the reason. A row that must match and does not fails the test.
The order of lines is not compared: some drivers start in parallel.
"""
import collections
import re

import cpio
import firmware
import images
import payloads
import pytest
import table
from joblist import cases
from machine import POWERED_OFF, run
from test_multiboot2 import assert_protocol, found

CPUS = 2
BEGIN, END = "== log ==", "== end =="
# The first word is what GRUB's `linux` adds. Linux's init is sh, and what follows -- its arguments.
WORDS = (f"BOOT_IMAGE=/vmlinuz console=tty0 console=ttyS0 quiet {payloads.IN_QEMU} panic=1 "
         "rdinit=/bin/sh -- /log")
SCRIPT = f"""\
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
echo "{BEGIN}"
dmesg | sed 's/^\\[[^]]*\\] //'
for path in efi efi/esrt dmi/tables/DMI acpi/tables/APIC; do
    [ ! -e /sys/firmware/$path ] || echo "sys: has $path"
done
[ ! -d /sys/firmware/efi ] || echo "sys: efi of $(cat /sys/firmware/efi/fw_platform_size) bits"
echo "sys: cpus $(cat /sys/devices/system/cpu/online)"
echo "sys: screen $(cat /proc/fb)"
awk '{{ print "sys: iomem " $0 }}' /proc/iomem
echo "{END}"
poweroff -f
"""


def initrd():
    """The demo's, and the script behind it."""
    with open(payloads.initrd("demo"), "rb") as f:
        demo = f.read()
    demo += bytes(-len(demo) % 4)
    return images.bytes_file(demo + cpio.archive({"log": SCRIPT.encode()}), "initrd-log")


class Pair:
    """Two boots of one kernel on one firmware."""

    def __init__(self, where, kernel):
        self.name, self.where, self.linux = f"dmesg-{where}-{kernel}", where, kernel

    def boot(self, through, iso):
        return run(firmware.machine(f"{self.name}-{through}", self.where, iso,
                                    ("-smp", str(CPUS)), memory="512M"))

    def run(self):
        kernel = payloads.linux(self.linux)
        baton = self.boot("baton", images.baton_iso2(payloads.BATON, "verbose",
                                                        [(kernel, WORDS), (initrd(), "")]))
        # Of GRUB's drivers for a BIOS, only vbe tells Linux that the framebuffer is not UEFI's.
        video = "vbe" if self.where == "bios" else "all_video"
        grub = self.boot("grub", images.linux_iso2(kernel, WORDS.split(" ", 1)[1], initrd(), video))
        baton.data["grub"] = grub
        return baton


def log_of(result):
    assert result.status == POWERED_OFF, result.story()
    assert BEGIN in result.log and END in result.log, result.story()
    return result.log.split(BEGIN, 1)[1].split(END, 1)[0].strip().splitlines()


def differences(ours, its):
    """The lines that one of the two logs has, or has more often."""
    ours, its = collections.Counter(ours), collections.Counter(its)
    return {**{f"Baton: {line}": n for line, n in (ours - its).items()},
            **{f"GRUB:  {line}": n for line, n in (its - ours).items()}}


def rows(job):
    places = {"all", job.where, job.linux, f"{job.where}-{job.linux}"}
    return [row for row in table.read("hardware/dmesg.txt") if places & set(row["where"].split(","))]


PAIRS = [Pair(where, kernel) for where in firmware.FIRMWARES for kernel in ("686-pae", "amd64")]


@pytest.mark.parametrize("job", cases("dmesg-", *PAIRS))
def test_linux_finds_the_same_machine(job, outcome):
    ours, its = log_of(outcome), log_of(outcome.data["grub"])
    for row in rows(job):
        pattern = re.compile(row["pattern"])
        if row["always"] == "yes":
            assert any(map(pattern.fullmatch, ours + its)), f"not needed: {row}"
        ours, its = ([line for line in lines if not pattern.fullmatch(line)]
                     for lines in (ours, its))
    found = differences(ours, its)
    assert not found, "\n".join([*found, outcome.story()])


@pytest.mark.parametrize("job", cases("dmesg-", *PAIRS))
def test_it_has_acpi_and_all_cpus(job, outcome):
    log = log_of(outcome)
    assert_protocol(outcome, job.where)
    for line in ("sys: has acpi/tables/APIC", "sys: has dmi/tables/DMI",
                 "ACPI: Using ACPI (MADT) for SMP configuration information",
                 f"smp: Brought up 1 node, {CPUS} CPUs", f"sys: cpus 0-{CPUS - 1}"):
        assert line in log, outcome.story()
    ours = found(outcome, r"^  ACPI +root pointer at (0x\w+)$")
    its = found(outcome, r"^ACPI: RSDP (0x\w+)")
    assert int(ours, 16) == int(its, 16), outcome.story()


@pytest.mark.parametrize("job", cases("dmesg-", *PAIRS))
def test_it_has_what_uefi_offers(job, outcome):
    log = log_of(outcome)
    bits = {"bios": None, "uefi": "64", "uefi32": "32"}[job.where]
    assert (f"sys: efi of {bits} bits" in log) == bool(bits), outcome.story()
    # A 32-bit Linux cannot call 64-bit firmware; it reads its tables all the same.
    callable_ = bits == "32" or (bits == "64" and job.linux == "amd64")
    assert ("Registered efivars operations" in log) == callable_, outcome.story()


@pytest.mark.parametrize("job", cases("dmesg-", *PAIRS))
def test_it_has_the_framebuffer_that_baton_got(job, outcome):
    width, height, bits, pa = found(
        outcome, r"^  screen +(\d+) x (\d+) pixels of (\d+) bits at (0x\w+)$")
    assert int(width) >= 640 and int(height) >= 480 and bits in ("24", "32"), outcome.story()
    assert any(re.match(r"sys: screen 0 (EFI|VESA) VGA", line) for line in log_of(outcome)), \
        outcome.story()
    assert re.search(rf"\b{width}x{height}x{bits}\b", outcome.log), outcome.story()
