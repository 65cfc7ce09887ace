"""Lab bzimage: what a Linux kernel says of where it wants to be."""
import re
import zlib

import boots
import images
import linux
from catalogue import Check, Finding, Lab, Part, Trial
from hole import FIRST, Function, Lines

KERNEL = f"""
    /* {FIRST} (1). A segment for the kernel, with its wishes.
     * README.md, "The kernel". */
    (void)image;
    (void)payload;
    return refuse(why, BATON_E_FIELD, "lab bzimage (add_kernel is not written yet)", 0, 0);
"""
INITRDS = f"""
    /* {FIRST} (2). How high an initrd may lie; then segment_add_initrds.
     * README.md, "The initrds". */
    (void)image;
    (void)request;
    (void)payload;
    return refuse(why, BATON_E_FIELD, "lab bzimage (add_initrds is not written yet)", 0, 0);
"""
MEMORY = f"""
    /* {FIRST} (3). The memory map, and the memory from 1 MiB on for kernels that do
     * not look at the map. README.md, "The memory map". */
    (void)page;
    (void)map;
"""
PARAMS = f"""
    /* {FIRST} (4). The setup header, then the fields that a loader writes.
     * README.md, "boot_params". */
"""


WORDS = "quiet root=/dev/ram"
INITRD = 300 << 10


def told(boot, case):
    """What the payload has read of its command line and its initrd; a Finding if that is not right."""
    with open(images.blob(INITRD), "rb") as file:
        crc = zlib.crc32(file.read())
    for what, wanted in (("command-line", f'"{WORDS}"'),
                         ("initrd", rf"at 0x\w+ size {INITRD} crc 0x{crc:08x}")):
        found = [line.partition(f"note {what} ")[2] for line in boot.verdict
                 if line.startswith(f"note {what} ")]
        if len(found) != 1 or not re.fullmatch(wanted, found[0]):
            return Finding(f"{case}, {what}", wanted.replace(r"0x\w+", "its place"), (found or ["none"])[0][:80])
    return None


def start(name, payload, kind):
    """A judge that is started like a Linux: it looks at boot_params, map, initrd, command line."""
    def run(elf):
        path, entry = boots.judge(payload)
        case = f"the payload judge-{payload}, a bzImage"
        machine = boots.machine("bzimage", elf, kind, path)
        machine = boots.with_modules(machine, f"{path} {WORDS}", images.blob(INITRD))
        boot, finding = boots.hand_over(machine, entry)
        return {name: boots.judged(boot, finding, case) or told(boot, case)}
    return Trial((name,), run)


def debian(elf):
    return {"linux": linux.hand_over("bzimage", elf, "pae", "Debian's Linux")}


LAB = Lab(
    name="bzimage",
    title="read what a Linux kernel wants, and fill boot_params",
    parts=(
        Part("payload/bzimage.c", (Function("add_kernel", KERNEL), Function("add_initrds", INITRDS))),
        Part("payload/bootparams.c", (
            Function("write_memory", MEMORY),
            Lines("uint8_t *page = host->map(host->ctx, BATON_WINDOW_PAGE, params->dest);",
                  "put(page, BP_ACPI_RSDP, 8, request->acpi_rsdp);", PARAMS)))),
    stop="bzimage_read",
    trials=(start("boot", "linux", "legacy"), start("boot-high", "linuxhigh", "pae"),
            Trial(("linux",), debian)),
    checks=(
        Check("source", 5, "which bytes are the kernel", 'README.md, "The kernel"'),
        Check("fixed", 10, "a kernel that is not relocatable",
              'README.md, "Where it goes"; boot protocol, relocatable_kernel and pref_address'),
        Check("window", 10, "the memory that it needs, from 2.10 on",
              'README.md, "How much memory"; boot protocol, init_size'),
        Check("guess", 5, "the memory that it needs, before 2.10", 'README.md, "How much memory"'),
        Check("movable", 10, "a relocatable kernel",
              'README.md, "Where it goes"; boot protocol, kernel_alignment'),
        Check("room", 10, "a 64-bit kernel, or one that may be", 'README.md, "64 bits"'),
        Check("initrds", 5, "how high an initrd may lie",
              'README.md, "The initrds"; boot protocol, initrd_addr_max'),
        Check("lies", 10, "headers that lie are refused", 'README.md, "Headers that lie"'),
        Check("header", 5, "boot_params: the setup header, and zeros",
              'README.md, "boot_params"; boot protocol, 32-bit boot protocol'),
        Check("fields", 10, "boot_params: the fields that a loader writes",
              'README.md, "boot_params"; boot protocol, details of header fields'),
        Check("initrd", 5, "boot_params: where the initrd is",
              'README.md, "boot_params"; boot protocol, ramdisk_image and ramdisk_size'),
        Check("memory", 10, "boot_params: the memory map",
              'README.md, "The memory map"; zero page, e820_table and alt_mem_k'),
        Check("boot", 2, "a kernel at 1 MiB starts, with its initrd", 'README.md, "In the machine"'),
        Check("boot-high", 1, "the same at 16 MiB, with PAE tables", 'README.md, "In the machine"'),
        Check("linux", 2, "Debian's Linux comes up, and finds no error", 'README.md, "In the machine"'),
    ))
