"""pc/42_baton, the script that update-grub runs: its entries for a /boot of our own.

GRUB's own library is used, with a grub-probe that knows one device. grub-script-check reads what comes
out.
"""
import os
import re
import shutil
import subprocess

import payloads
import pytest

SCRIPT = os.path.abspath("pc/42_baton")
KERNEL = os.path.abspath(payloads.judge("linux"))
UUID = "1234-abcd"
PROBE = f"""#!/bin/sh
case $* in
    *fs_uuid*) echo {UUID} ;;
    *target=fs*) echo ext2 ;;
    *partmap*) echo gpt ;;
    *abstraction*) echo "$ABSTRACTION" ;;
esac
"""
MKRELPATH = """#!/bin/sh
case $1 in
    /) echo "${SUBVOLUME-/}" ;;
    *) echo "/@${1##*/}" ;;
esac
"""
ROOT = {"GRUB_DEVICE": "/dev/sdz2", "GRUB_DEVICE_UUID": UUID, "GRUB_DEVICE_BOOT": "/dev/sdz1",
        "GRUB_FS": "ext4", "GRUB_DISTRIBUTOR": "Debian", "GRUB_CMDLINE_LINUX": "one=1",
        "GRUB_CMDLINE_LINUX_DEFAULT": "quiet"}


class Menu:
    def __init__(self, folder):
        self.folder, self.boot = folder, folder / "boot"
        self.boot.mkdir()
        for name, text in (("probe", PROBE), ("mkrelpath", MKRELPATH)):
            (folder / name).write_text(text)
            (folder / name).chmod(0o755)
        (self.boot / "baton.elf").write_bytes(b"Baton")

    def kernel(self, version, initrd="initrd.img-{}"):
        shutil.copy(KERNEL, self.boot / f"vmlinuz-{version}")
        if initrd:
            (self.boot / initrd.format(version)).write_bytes(b"initrd")

    def make(self, **settings):
        """(menu, what was said on standard error)"""
        done = subprocess.run([SCRIPT], capture_output=True, text=True, env={
            "PATH": os.environ["PATH"], "LC_ALL": "C", "BATON_BOOT": str(self.boot),
            "grub_probe": str(self.folder / "probe"), "grub_mkrelpath": str(self.folder / "mkrelpath"),
            "ABSTRACTION": "", **ROOT, **settings})
        assert done.returncode == 0, done.stderr
        if done.stdout:
            subprocess.run(["grub-script-check"], input=done.stdout, text=True, check=True)
        return done.stdout, done.stderr


@pytest.fixture
def menu(tmp_path):
    return Menu(tmp_path)


def lines(text, word):
    return [line.strip() for line in text.splitlines() if line.strip().startswith(word + " ")]


@pytest.mark.quick
def test_an_entry(menu):
    menu.kernel("6.1.0-1-amd64")
    text, said = menu.make()
    assert said == ""
    assert lines(text, "submenu") == [
        f"submenu 'Debian GNU/Linux, through Baton' --class os $menuentry_id_option 'baton-{UUID}' {{"]
    title, = lines(text, "menuentry")
    assert title.startswith("menuentry 'Debian GNU/Linux, with Linux 6.1.0-1-amd64, through Baton' ")
    assert title.endswith(f"$menuentry_id_option 'baton-6.1.0-1-amd64-{UUID}' {{")
    assert lines(text, "multiboot2") == ["multiboot2 /@boot/baton.elf"]
    assert lines(text, "module2") == [
        f"module2 --nounzip /@boot/vmlinuz-6.1.0-1-amd64 root=UUID={UUID} ro one=1 quiet",
        "module2 --nounzip /@boot/initrd.img-6.1.0-1-amd64"]
    assert f"search --no-floppy --fs-uuid --set=root {UUID}" in text
    # GRUB takes the last gfxpayload.
    assert text.index("insmod all_video") < text.index("multiboot2 /") < text.index("gfxpayload=text")


@pytest.mark.quick
def test_the_newest_kernel_comes_first(menu):
    for version in ("6.9.0-1-amd64", "6.10.0-2-amd64", "5.10.0-3-amd64"):
        menu.kernel(version)
    (menu.boot / "vmlinuz-6.11.0-1-amd64.dpkg-new").write_bytes(b"half")
    text, said = menu.make()
    assert re.findall(r"with Linux (\S+),", text) == [
        "6.10.0-2-amd64", "6.9.0-1-amd64", "5.10.0-3-amd64"]
    assert said == ""


@pytest.mark.quick
def test_a_kernel_that_baton_cannot_start_is_left_out(menu):
    menu.kernel("6.1.0-1-amd64")
    (menu.boot / "vmlinuz-6.2.0-1-arm64").write_bytes(b"MZ" + bytes(4096))
    text, said = menu.make()
    assert "arm64" not in text and len(lines(text, "menuentry")) == 1
    line, = said.splitlines()
    assert "vmlinuz-6.2.0-1-arm64 is left out" in line


@pytest.mark.quick
@pytest.mark.parametrize("name", ["initrd-{}.img", "initrd-{}", "initramfs-{}.img"])
def test_other_names_of_an_initrd(menu, name):
    menu.kernel("6.1.0", name)
    _, initrd = lines(menu.make()[0], "module2")
    assert initrd == f"module2 --nounzip /@boot/{name.format('6.1.0')}"


@pytest.mark.quick
@pytest.mark.parametrize("initrd, settings, root", [
    (True, {}, f"UUID={UUID}"),
    (True, {"GRUB_DISABLE_LINUX_UUID": "true"}, "/dev/sdz2"),
    (True, {"ABSTRACTION": "lvm"}, "/dev/sdz2"),
    (True, {"GRUB_DEVICE_UUID": ""}, "/dev/sdz2"),
    (False, {}, "/dev/sdz2"),
    (False, {"GRUB_DEVICE_PARTUUID": "5-6"}, "PARTUUID=5-6"),
    (False, {"GRUB_DEVICE_PARTUUID": "5-6", "GRUB_DISABLE_LINUX_PARTUUID": "true"}, "/dev/sdz2"),
])
def test_where_the_root_is(menu, initrd, settings, root):
    menu.kernel("6.1.0", "initrd.img-{}" if initrd else "")
    text, _ = menu.make(**settings)
    kernel = lines(text, "module2")[0]
    assert kernel == f"module2 --nounzip /@boot/vmlinuz-6.1.0 root={root} ro one=1 quiet"


@pytest.mark.quick
def test_a_root_on_btrfs_names_its_subvolume(menu):
    menu.kernel("6.1.0")
    text, _ = menu.make(GRUB_FS="btrfs", SUBVOLUME="/@rootfs")
    assert " ro rootflags=subvol=@rootfs one=1 " in text
    assert "rootflags" not in menu.make(GRUB_FS="btrfs")[0]


@pytest.mark.quick
def test_a_root_on_zfs_gets_no_entry_but_a_line(menu):
    menu.kernel("6.1.0")
    text, said = menu.make(GRUB_FS="zfs")
    assert text == "" and "ZFS" in said and len(said.splitlines()) == 1


@pytest.mark.quick
def test_settings_of_grub(menu):
    menu.kernel("6.1.0")
    (menu.boot / "ucode.img").write_bytes(b"microcode")
    text, _ = menu.make(GRUB_DISABLE_SUBMENU="y", GRUB_SAVEDEFAULT="true", GRUB_GFXPAYLOAD_LINUX="keep",
                        GRUB_CMDLINE_BATON="serial=com2 countdown=2", GRUB_DISTRIBUTOR="It's",
                        GRUB_EARLY_INITRD_LINUX_STOCK="no.img ucode.img")
    assert "submenu" not in text and "\n\tsavedefault\n" in text
    assert "menuentry 'It'\\''s GNU/Linux, with Linux 6.1.0, through Baton'" in text
    assert lines(text, "multiboot2") == ["multiboot2 /@boot/baton.elf serial=com2 countdown=2"]
    assert [line.split()[2] for line in lines(text, "module2")] == [
        "/@boot/vmlinuz-6.1.0", "/@boot/ucode.img", "/@boot/initrd.img-6.1.0"]
    assert text.index("multiboot2 /") < text.index("set gfxpayload=keep") and "gfxpayload=text" not in text


@pytest.mark.quick
def test_without_baton_or_a_kernel_there_is_no_menu(menu):
    assert menu.make() == ("", "")
    menu.kernel("6.1.0")
    (menu.boot / "baton.elf").unlink()          # the package is removed, but not purged
    assert menu.make() == ("", "")


@pytest.mark.quick
@pytest.mark.parametrize("tool, status", [("probe", 1), ("mkrelpath", 3)])
def test_a_failure_does_not_end_update_grub(menu, tool, status):
    """Which also runs when a kernel is installed. There are no entries, not half of one."""
    menu.kernel("6.1.0")
    (menu.folder / tool).write_text(f"#!/bin/sh\nexit {status}\n")
    text, said = menu.make()
    assert text == "" and "no entries through Baton: 42_baton failed" in said
