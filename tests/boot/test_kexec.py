"""Linux is Baton's boot loader: kexec-tools loads Baton as a multiboot kernel, with its payload and
an initrd as modules, and the system call kexec starts it. Baton hands over to a judge, or to Linux
again: a chain of three kernels.
"""
import os

import cpio
import images
import payloads
import pytest
from joblist import cases
from machine import BUILD, Machine, run

# Programs and libraries as they are packaged: i386, in the root of the initrd.
TOOLS = os.path.join(BUILD, "payloads")
LIBRARIES = "/usr/i686-linux-gnu/lib"
# The shell of the first Linux. The loader of dynamic libraries is a program here, because the kernel
# looks for it in a folder, and this archive has none.
INIT = """\
#!/busybox sh
/busybox mkdir /proc /sys
/busybox mount -t proc none /proc
/busybox mount -t sysfs none /sys
kexec="/ld-linux.so.2 --library-path / /kexec"
echo "first Linux $(/busybox uname -r)"
$kexec -t multiboot-x86 --load /baton.elf --command-line="{options}" \\
    --module="/payload {words}" --module=/initrd && $kexec -e
echo "first Linux: kexec has failed"
/busybox poweroff -f
"""


def read(path):
    with open(path, "rb") as f:
        return f.read()


class Chain:
    def __init__(self, payload, initrd, linux, options=""):
        self.name, self.linux, self.payload = f"kexec-{payload}", linux, payload
        self.initrd = payloads.initrd(initrd)
        self.words = payloads.LINUX_WORDS if payload.startswith("linux-") else "after Linux"
        self.options = f"{options} exitport=0xf4".strip()

    def run(self):
        files = {name: read(os.path.join(TOOLS, name)) for name in ("busybox", "kexec")}
        files |= {name: read(os.path.join(LIBRARIES, name)) for name in ("ld-linux.so.2", "libc.so.6")}
        files["init"] = INIT.format(options=self.options, words=self.words).encode()
        programs = tuple(files)
        files |= {"baton.elf": read(payloads.BATON), "initrd": read(self.initrd),
                  "payload": read(payloads.path(self.payload))}
        return run(Machine(self.name, cpu="max", memory="256M", kernel=payloads.linux(self.linux),
                           append=f"console=ttyS0 quiet {payloads.IN_QEMU}", timeout=400,
                           modules=(images.bytes_file(cpio.archive(files, programs), "kexec"),)))


@pytest.mark.parametrize("job", cases("kexec-", Chain("judge-shuffle", "300K", "686", "place=all"),
                                      Chain("linux-686-pae", "demo", "686-pae")))
def test_linux_starts_baton(job, outcome):
    assert len(outcome.lines("^first Linux ")) == 1, outcome.story()
    assert len(outcome.lines("^Baton .* loaded by kexec ")) == 1, outcome.story()
    if job.payload.startswith("linux-"):
        payloads.assert_linux_well(outcome, job.words)
        assert len(outcome.lines("^test record loader kexec ")) == 1, outcome.story()
    else:
        payloads.assert_judged_well(outcome, job.words, job.initrd)
