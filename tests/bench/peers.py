"""What others need for the same: Linux's kexec, by its system call and by kexec-tools; QEMU's own
loader."""
import os

import cpio
import firstlinux
import images
import payloads
from count import RESET, between
from elf32 import Elf32, Piece, write
from firstlinux import read
from growth import HLT
from machine import BUILD, Machine

INIT = os.path.join(BUILD, "tests", "bench", "init")
PAYLOAD = 0x01000000                    # init.c
LINUX = "linux-686-pae"
SIZES = (1, 6, 36, 128)                 # MiB of a payload
QUIET = "quiet console=ttyS0 no_timer_check"
KERNEL = 0x00100000                     # where QEMU puts a bzImage, and enters it
# The first program where kexec-tools load the payload.
SCRIPT = """\
#!/busybox sh
/busybox mkdir /proc /sys
/busybox mount -t proc none /proc
/busybox mount -t sysfs none /sys
/mark load
{kexec} {words} -l /payload && /mark loaded && /mark exec
/busybox poweroff -f
"""


def linux(name, files, programs):
    initrd = cpio.archive(files, programs=programs)
    return Machine(f"bench-{name}", cpu="max", memory="512M", kernel=payloads.path(LINUX),
                   append=QUIET, timeout=900,
                   modules=(images.bytes_file(initrd, "bench-initrd"),))


def with_init(size):
    """A Linux whose first program loads a payload of `size` MiB and starts it."""
    return linux(f"linux-{size}", {"init": read(INIT), "size": str(size).encode()}, ("init",))


def kexec():
    mark = Elf32(INIT).symbols
    cost = {}
    for size in SIZES:
        of = with_init(size)
        yield f"raw kexec_load, {size} MiB", between(of, mark["mark_load"], mark["mark_loaded"])[0]
        cost[size] = between(of, mark["mark_exec"], PAYLOAD)[0]
        yield f"raw kexec, {size} MiB", cost[size]
    yield "raw kexec, a page", (cost[6] - cost[1]) // (5 << 8)


def elf(size):
    """A payload of `size` MiB for kexec-tools, which does nothing."""
    path = images.bytes_file(f"{size} MiB of HLT".encode(), "bench-elf")
    write(path, PAYLOAD, [Piece(PAYLOAD, HLT * (size << 20), size << 20)])
    return read(path)


def tools():
    """kexec-tools, with and without their digests."""
    mark = Elf32(INIT).symbols
    files = {**firstlinux.tools(), "mark": read(INIT)}
    programs = (*files, "init")
    cost = {}
    for name, words in (("kexec-tools", ""), ("kexec-tools --no-checks", "--no-checks")):
        files["init"] = SCRIPT.format(kexec=firstlinux.KEXEC, words=f"-t elf-x86 {words}").encode()
        files["payload"] = elf(6)
        of = linux(name, files, programs)
        yield f"{name}, load, 6 MiB", between(of, mark["mark_load"], mark["mark_loaded"])[0]
        cost[name] = between(of, mark["mark_exec"], PAYLOAD)[0]
        yield f"{name}, hand-off, 6 MiB", cost[name]
    more = cost["kexec-tools"] - cost["kexec-tools --no-checks"]
    yield "kexec-tools, a byte", round(more / (6 << 20), 1)


def qemu():
    """A loader with no program of its own to run but an option ROM."""
    of = Machine("bench-qemu", cpu="max", memory="256M", kernel=payloads.path(LINUX), append=QUIET,
                 timeout=300, modules=(images.sparse(1 << 20),))
    yield "qemu -kernel, reset to Linux", between(of, RESET, KERNEL)[0]


EVERY = (kexec, tools, qemu)
