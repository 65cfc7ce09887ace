"""A Linux that starts something else by kexec-tools: its initrd, with busybox, kexec, and a script.
The same for one that only says what it was told.
"""
import os

import cpio
import images
import payloads
from machine import BUILD, Machine

# Programs and libraries as they are packaged: i386, in the root of the initrd.
TOOLS = os.path.join(BUILD, "payloads")
LIBRARIES = "/usr/i686-linux-gnu/lib"
# The setup_data that Baton gives its payload: the record, and the time stamps.
NODES = ("0x4e544142", "0x54544142")
# What a Linux says of its command line, its firmware's memory map, and who started it.
REPORT = """\
#!/busybox sh
/busybox mkdir /proc /sys
/busybox mount -t proc none /proc
/busybox mount -t sysfs none /sys
echo "{which} Linux $(/busybox uname -r)"
echo "{which} line $(/busybox cat /proc/cmdline)"
for entry in /sys/firmware/memmap/*; do
    echo "{which} map $(/busybox cat $entry/start $entry/end $entry/type | /busybox xargs)"
done
echo "{which} boot_params $(/busybox md5sum < /sys/kernel/boot_params/data)"
for node in /sys/kernel/boot_params/setup_data/*; do
    [ -e $node ] && echo "{which} node $(/busybox cat $node/type) $(/busybox md5sum < $node/data)"
done
"""
# The loader of dynamic libraries is a program here, because the kernel looks for it in a folder, and
# this archive has none.
KEXEC = "/ld-linux.so.2 --library-path / /kexec"
FIRST = REPORT.format(which="first") + f"""\
kexec="{KEXEC}"
""" + """\
$kexec {load} && $kexec -e
echo "first Linux: kexec has failed"
/busybox poweroff -f
"""
SECOND = REPORT.format(which="second") + """\
echo "second file $(/busybox md5sum /file)"
/busybox poweroff -f
"""


def read(path):
    with open(path, "rb") as f:
        return f.read()


def tools():
    """{name: bytes} of busybox, kexec, and what it needs."""
    paths = [os.path.join(TOOLS, name) for name in ("busybox", "kexec")]
    paths += [os.path.join(LIBRARIES, name) for name in ("ld-linux.so.2", "libc.so.6")]
    return {os.path.basename(path): read(path) for path in paths}


def initrd(load, files):
    """load: kexec's arguments; files: {name: path}, in the root. Returns its path."""
    inside = tools()
    inside["init"] = FIRST.format(load=load).encode()
    programs = tuple(inside)
    inside |= {name: read(path) for name, path in files.items()}
    return images.bytes_file(cpio.archive(inside, programs), "kexec")


def last_initrd(file):
    """Of the Linux at the end: it says what is in the file."""
    inside = {"busybox": read(os.path.join(TOOLS, "busybox")), "init": SECOND.encode()}
    return images.bytes_file(cpio.archive({**inside, "file": read(file)}, inside), "last")


def machine(name, linux, load, files, **settings):
    """Linux is QEMU's kernel, and starts the next one."""
    return Machine(name, kernel=payloads.linux(linux),
                   append=f"console=ttyS0 quiet {payloads.IN_QEMU}",
                   modules=(initrd(load, files),),
                   **{"cpu": "max", "memory": "256M", "timeout": 400, **settings})


def assert_started(outcome):
    assert len(outcome.lines("^first Linux ")) == 1, outcome.story()
