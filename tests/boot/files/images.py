"""Makes the files that machines boot from: GRUB ISOs, and test data for initrds.

The name of a file is a hash of its inputs, so a later run, or another test, can use it again.
"""
import hashlib
import os
import random
import shutil
import subprocess
import tempfile

from machine import BUILD

FOLDER = os.path.join(BUILD, "tests", "boot", "images")
GRUB_MODULES = "multiboot normal iso9660 biosdisk linux linux16 chain"
GRUB_PC = "/usr/lib/grub/i386-pc"
# The loader, what it needs, and its module that starts multiboot kernels.
ISOLINUX = ("/usr/lib/ISOLINUX/isolinux.bin",
            *(f"/usr/lib/syslinux/modules/bios/{name}.c32"
              for name in ("ldlinux", "libcom32", "mboot")))
LEGACY_GRUB = "stage2_eltorito"     # in iso/fetch-payloads
GRUB_ANY_MODULES = "multiboot multiboot2 normal iso9660 all_video gfxterm linux"


def kept(key, name, make):
    """The path of the file for this key; make(path) creates it, completely or not at all."""
    os.makedirs(FOLDER, exist_ok=True)
    path = os.path.join(FOLDER, f"{hashlib.sha256(key).hexdigest()[:16]}-{name}")
    if not os.path.exists(path):
        handle, new = tempfile.mkstemp(dir=FOLDER)
        os.close(handle)
        make(new)
        os.replace(new, path)
    return path


def blob(size):
    """A file of `size` bytes without a recognisable format."""
    def make(path):
        with open(path, "wb") as f:
            f.write(random.Random(size).randbytes(size))
    return kept(f"blob {size}".encode(), f"blob-{size}", make)


def sparse(size):
    """A sparse file of `size` zeros."""
    def make(path):
        os.truncate(path, size)
    return kept(f"sparse {size}".encode(), f"sparse-{size}", make)


def bytes_file(data, name):
    """A file of these bytes."""
    def make(path):
        with open(path, "wb") as f:
            f.write(data)
    return kept(name.encode() + b"\0" + data, name, make)


def content(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).digest()


def grub_iso(commands, files, hybrid=False, all_bios=False, more=()):
    """An ISO whose GRUB runs `commands`; files: {name in the ISO's root: path}. hybrid: for BIOS,
    UEFI and 32-bit UEFI; else for BIOS alone; all_bios: with both multiboots; more: other modules of
    GRUB's, which take some of its memory."""
    modules = " ".join([GRUB_ANY_MODULES if hybrid or all_bios else GRUB_MODULES, *more])
    grub = [f"--install-modules={modules}", *(() if hybrid else ("-d", GRUB_PC))]
    config = "\n".join(["set timeout=0", *commands, "boot", ""])
    return iso_of(files, "boot/grub/grub.cfg", config,
                  "grub-mkrescue", "--fonts=", "--themes=", "--locales=", *grub)


def iso_of(files, name, config, *program):
    """The ISO that the program makes of a folder with these files, and with the configuration in the
    file `name`. files: {name in the ISO's root: path}."""
    def make(iso):
        folder = tempfile.mkdtemp(dir=FOLDER)
        try:
            for file, path in files.items():
                os.makedirs(os.path.dirname(os.path.join(folder, file)), exist_ok=True)
                shutil.copyfile(path, os.path.join(folder, file))
            os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
            with open(os.path.join(folder, name), "w") as f:
                f.write(config)
            subprocess.run([*program, "-o", iso, folder], check=True, capture_output=True)
        finally:
            shutil.rmtree(folder)
    key = "\0".join([*program, name, config]).encode() + b"".join(
        file.encode() + content(path) for file, path in sorted(files.items()))
    return kept(key, "boot.iso", make)


def baton_iso(baton, words, modules):
    """Baton started by GRUB. modules: [(path, words), ...]."""
    files, commands = {"baton.elf": baton}, [f"multiboot /baton.elf {words}"]
    for i, (path, module_words) in enumerate(modules):
        files[f"module{i}"] = path
        commands.append(f"module /module{i} {module_words}")
    return grub_iso(commands, files)


def baton_iso2(baton, words, modules, last=(), more=()):
    """The same through multiboot 2, with a framebuffer, for every firmware. last: GRUB's last commands
    before it starts Baton; more: (name, path) of files that they need."""
    files = {"baton.elf": baton, **dict(more)}
    commands = ["insmod all_video", f"multiboot2 /baton.elf {words}"]
    for i, (path, module_words) in enumerate(modules):
        files[f"module{i}"] = path
        commands.append(f"module2 --nounzip /module{i} {module_words}")
    return grub_iso([*commands, *last], files, hybrid=True)


def isolinux_iso(baton, words, modules):
    """Baton started by ISOLINUX's mboot.c32, on a BIOS. modules: [(path, words), ...]."""
    files, parts = {"baton.elf": baton}, [f"/baton.elf {words}"]
    for i, (path, module_words) in enumerate(modules):
        files[f"module{i}"] = path
        parts.append(f"/module{i} {module_words}")
    config = f"DEFAULT baton\nLABEL baton\nKERNEL mboot.c32\nAPPEND {' --- '.join(parts)}\n"
    files.update({os.path.basename(path): path for path in ISOLINUX})
    return el_torito_iso("isolinux.bin", "isolinux.cfg", config, files)


def legacy_grub_iso(baton, words, modules):
    """Baton started by GRUB 0.97, on a BIOS. modules: [(path, words), ...]. GRUB does not unpack them:
    it gives the bytes of the files only with these commands."""
    files = {"boot/grub/stage2": os.path.join(BUILD, "payloads", LEGACY_GRUB), "baton.elf": baton}
    lines = ["timeout 0", "title Baton", f"kernel /baton.elf {words}"]
    for i, (path, module_words) in enumerate(modules):
        files[f"module{i}"] = path
        lines.append(f"modulenounzip /module{i} {module_words}")
    return el_torito_iso("boot/grub/stage2", "boot/grub/menu.lst", "\n".join([*lines, ""]), files)


def el_torito_iso(start, name, config, files):
    """An ISO whose BIOS starts the file `start`, which reads its configuration from `name`."""
    return iso_of(files, name, config, "xorriso", "-as", "mkisofs", "-b", start, "-c", "boot.cat",
                  "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table")


def linux_iso(kernel, words, initrd):
    """The same kernel started by GRUB's own Linux loader, for comparison."""
    return grub_iso([f"linux /vmlinuz {words}", "initrd /initrd"],
                    {"vmlinuz": kernel, "initrd": initrd})


def netboot(commands, files):
    """A directory for a TFTP server, from which GRUB boots: BOOTFILES."""
    key = b"net" + "\n".join(commands).encode() + b"".join(
        name.encode() + content(path) for name, path in sorted(files.items()))

    def make(path):
        os.remove(path)
        subprocess.run(["grub-mknetdir", f"--net-directory={path}", "--subdir=grub", "--fonts=",
                        "--themes=", "--locales="], check=True, capture_output=True)
        with open(os.path.join(path, "grub", "grub.cfg"), "w") as f:
            f.write("\n".join(["set timeout=0", *commands, "boot", ""]))
        for name, file in files.items():
            shutil.copyfile(file, os.path.join(path, name))
    return kept(key, "netboot", make)


BOOTFILES = {"bios": "grub/i386-pc/core.0", "uefi": "grub/x86_64-efi/core.efi"}


def linux_iso2(kernel, words, initrd, video):
    """The same for every firmware, with a framebuffer; video: GRUB's driver for it."""
    return grub_iso([f"insmod {video}", "set gfxpayload=800x600x24,keep", f"linux /vmlinuz {words}",
                     "initrd /initrd"], {"vmlinuz": kernel, "initrd": initrd}, hybrid=True)
