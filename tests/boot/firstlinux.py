"""A Linux that starts something else by kexec-tools: its initrd, with busybox, kexec, and a script."""
import os

import cpio
import images
import payloads
from machine import BUILD, Machine

# Programs and libraries as they are packaged: i386, in the root of the initrd.
TOOLS = os.path.join(BUILD, "payloads")
LIBRARIES = "/usr/i686-linux-gnu/lib"
# The loader of dynamic libraries is a program here, because the kernel looks for it in a folder, and
# this archive has none.
INIT = """\
#!/busybox sh
/busybox mkdir /proc /sys
/busybox mount -t proc none /proc
/busybox mount -t sysfs none /sys
kexec="/ld-linux.so.2 --library-path / /kexec"
echo "first Linux $(/busybox uname -r)"
$kexec {load} && $kexec -e
echo "first Linux: kexec has failed"
/busybox poweroff -f
"""


def read(path):
    with open(path, "rb") as f:
        return f.read()


def initrd(load, files):
    """load: kexec's arguments; files: {name: path}, in the root. Returns its path."""
    inside = {name: read(os.path.join(TOOLS, name)) for name in ("busybox", "kexec")}
    inside |= {name: read(os.path.join(LIBRARIES, name)) for name in ("ld-linux.so.2", "libc.so.6")}
    inside["init"] = INIT.format(load=load).encode()
    programs = tuple(inside)
    inside |= {name: read(path) for name, path in files.items()}
    return images.bytes_file(cpio.archive(inside, programs), "kexec")


def machine(name, linux, load, files, **settings):
    """Linux is QEMU's kernel, and starts the next one."""
    return Machine(name, kernel=payloads.linux(linux),
                   append=f"console=ttyS0 quiet {payloads.IN_QEMU}",
                   modules=(initrd(load, files),),
                   **{"cpu": "max", "memory": "256M", "timeout": 400, **settings})


def assert_started(outcome):
    assert len(outcome.lines("^first Linux ")) == 1, outcome.story()
