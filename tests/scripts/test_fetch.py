"""iso/fetch-payloads with small archives: layouts of packages, suites, old lists, changed files,
and its messages when something is missing."""
import gzip
import lzma
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from archive import KERNEL, Archive, module

ISO = Path(__file__).resolve().parents[2] / "iso"
# Every test runs in a path that shows quoting errors at once.
AWKWARD = Path("my code", "ä'$x", "long" * 25)
UNSIGNED = 'Acquire::AllowInsecureRepositories "true"; APT::Get::AllowUnauthenticated "true";'
BUSYBOX = b"\x7fELFbusybox"


class Place:
    """The parts of a checkout that the download scripts need."""

    def __init__(self, folder):
        self.top = folder / AWKWARD / "baton"
        self.payloads = self.top / "build/payloads"
        shutil.copytree(ISO, self.top / "iso")

    def fetch(self, environment, *names, status=0, script="fetch-payloads", **settings):
        """Runs it from a folder outside the checkout; returns all of its output."""
        done = subprocess.run([self.top / "iso" / script, *names], cwd="/", env=environment,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=120, **settings)
        assert done.returncode == status, done.stdout
        assert "\033" not in done.stdout and "\r" not in done.stdout
        return done.stdout

    def versions(self):
        lines = (self.payloads / "versions").read_text().splitlines()
        return {name: rest for name, _, rest in (line.partition(" ") for line in lines)}

    def left_over(self):
        names = [p.name for p in self.payloads.iterdir()]
        return [n for n in names if n.startswith("temp") or n.endswith(".new")]


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


@pytest.fixture
def archive(tmp_path):
    (tmp_path / "archive").mkdir()
    return Archive(tmp_path / "archive")


def zstd(data):
    return subprocess.run(["zstd", "-qc"], input=data, stdout=subprocess.PIPE, check=True).stdout


def add_amd64(archive, suite="trixie", kernel=KERNEL, version="1.0"):
    archive.add(suite, "amd64", "linux-image-amd64", version=f"{version}-1",
                depends=f"linux-image-{version}-amd64 (= {version}-1)")
    archive.add(suite, "amd64", f"linux-image-{version}-amd64", version=f"{version}-1", files={
        f"boot/vmlinuz-{version}-amd64": kernel,
        f"lib/modules/{version}-amd64/kernel/ahci.ko": module()})


def add_686(archive, suite="bookworm"):
    archive.add(suite, "i386", "linux-image-686", depends="linux-image-6.1.0-50-686 (= 1.0-1)")
    archive.add(suite, "i386", "linux-image-6.1.0-50-686", {
        "boot/System.map": b"", "boot/vmlinuz-6.1.0-50-686": KERNEL,
        "lib/modules/6.1.0-50-686/kernel/ahci.ko": module()})


DRIVERS = "usr/lib/modules/7.2/kernel/drivers"
LAYOUTS = {
    "one package": {
        "linux-image-amd64": ("linux-image-7.2-amd64 (= 1.0-1)", {}),
        "linux-image-7.2-amd64": ("kmod, linux-base (>= 4.3~)", {
            "boot/vmlinuz-7.2-amd64": KERNEL, "boot/config-7.2-amd64": b"CONFIG_X86=y",
            f"{DRIVERS}/virtio_blk.ko": module("virtio"), f"{DRIVERS}/virtio.ko": module()})},
    "a kernel outside boot, in a package of its own": {
        "linux-image-amd64": ("linux-base-amd64 (= 1.0-1), linux-image-7.2-amd64", {}),
        "linux-image-7.2-amd64": (
            "dracut | initramfs-tools (>= 0.1), linux-base-7.2-amd64, linux-binary-7.2-amd64 (= 1.0-1),"
            " linux-modules-7.2-amd64 (= 1.0-1)", {}),
        "linux-base-7.2-amd64": ("", {"usr/share/x": b"x" * 600}),
        "linux-binary-7.2-amd64": ("linux-base-7.2-amd64", {
            "usr/lib/modules/7.2/vmlinuz": KERNEL}),
        "linux-modules-7.2-amd64": ("kmod", {
            f"{DRIVERS}/virtio_blk.ko.xz": lzma.compress(module("virtio")),
            f"{DRIVERS}/virtio.ko.xz": lzma.compress(module())})},
    "modules in a package of their own, and firmware that is not needed": {
        "linux-image-virtual": ("linux-image-7.2-generic, linux-firmware", {}),
        "linux-firmware": ("", {}),
        "linux-image-7.2-generic": ("kmod, linux-modules-7.2-generic", {"boot/vmlinuz-7.2": KERNEL}),
        "linux-modules-7.2-generic": ("", {
            f"{DRIVERS}/virtio_blk.ko.zst": zstd(module("virtio")),
            f"{DRIVERS}/virtio.ko.zst": zstd(module())})},
    "gzip, and dashes in a file's name": {
        "linux-image-generic": ("linux-image-7.2-generic:any", {}),
        "linux-image-7.2-generic": ("", {
            "vmlinuz": KERNEL, f"{DRIVERS}/virtio-blk.ko.gz": gzip.compress(module("virtio")),
            f"{DRIVERS}/virtio.ko.gz": gzip.compress(module())})},
}


@pytest.mark.quick
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout(place, archive, layout):
    for name, (depends, files) in LAYOUTS[layout].items():
        archive.add("trixie", "amd64", name, files, depends)
    if "linux-firmware" in LAYOUTS[layout]:
        (archive.folder / "pool/linux-firmware_1.0-1_amd64.deb").unlink()
    archive.write()
    said = place.fetch(archive.environment(["trixie"]), "modules-amd64")
    assert (place.payloads / "vmlinuz-amd64").read_bytes() == KERNEL, said
    modules = place.payloads / "modules-amd64"
    assert (modules / "order").read_text() == "virtio.ko\nvirtio_blk.ko\n"
    assert (modules / "virtio_blk.ko").read_bytes() == module("virtio")
    holders = [name for name, (_, files) in LAYOUTS[layout].items() if KERNEL in files.values()]
    assert place.versions()["vmlinuz-amd64"] == f"{holders[0]} 1.0-1 amd64 trixie"
    assert place.left_over() == []
    assert place.fetch(archive.environment(["trixie"]), "modules-amd64") == ""


def test_a_kernel_alone_needs_no_package_of_modules(place, archive):
    for name, (depends, files) in LAYOUTS["a kernel outside boot, in a package of its own"].items():
        archive.add("trixie", "amd64", name, files, depends)
    archive.write()
    (archive.folder / "pool/linux-modules-7.2-amd64_1.0-1_amd64.deb").rename(archive.folder / "deb")
    place.fetch(archive.environment(["trixie"]), "amd64")
    assert not (place.payloads / "modules-amd64").exists()
    # Now with them: it downloads both, from the same build.
    (archive.folder / "deb").rename(archive.folder / "pool/linux-modules-7.2-amd64_1.0-1_amd64.deb")
    place.fetch(archive.environment(["trixie"]), "modules-amd64")
    assert (place.payloads / "modules-amd64/order").is_file()


def test_packages_without_a_kernel(place, archive):
    archive.add("trixie", "amd64", "linux-image-amd64", {"boot/vmlinuz": b"MZ" + bytes(0x400)})
    archive.write()
    said = place.fetch(archive.environment(["trixie"]), "amd64", status=1)
    assert "no Linux kernel in linux-image-amd64 and the packages" in said


@pytest.mark.quick
def test_i386_kernels_come_from_an_older_suite(place, archive):
    """The preferences of the system do not matter; and its state does not change."""
    add_amd64(archive)
    add_686(archive)
    archive.add("bookworm", "i386", "busybox-static", {"bin/busybox": BUSYBOX})
    archive.write()
    preferences = archive.folder / "preferences"
    preferences.write_text("Package: *\nPin: release n=bookworm\nPin-Priority: -1\n")
    environment = archive.environment(["trixie"], more=UNSIGNED + (
        f'APT::Default-Release "trixie"; Dir::Etc::preferences "{preferences}";'
        f'APT::Update::Post-Invoke {{ "touch {archive.folder}/hook"; }};'))
    said = place.fetch(environment, "modules-686", "busybox")
    assert (place.payloads / "vmlinuz-686").read_bytes() == KERNEL, said
    assert place.versions()["vmlinuz-686"] == "linux-image-6.1.0-50-686 1.0-1 i386 bookworm"
    assert place.versions()["busybox"] == "busybox-static 1.0-1 i386 bookworm"
    assert "vmlinuz-amd64" not in place.versions()
    assert [p.name for p in (archive.folder / "state/lists").iterdir()] == ["partial"]
    assert not (archive.folder / "hook").exists()


def test_an_unsigned_older_suite_is_not_used(place, archive):
    add_amd64(archive)
    add_686(archive)
    archive.write()
    said = place.fetch(archive.environment(["trixie"]), "686")
    assert "using the amd64 kernel: no 686 kernel is available" in said and "signed" in said
    assert not (place.payloads / "vmlinuz-686").exists()
    assert "vmlinuz-686" not in place.versions(), "it may be signed again tomorrow"


@pytest.mark.quick
def test_a_missing_kernel_is_remembered_only_for_the_same_sources(place, archive):
    archive.origin = "Ubuntu"
    add_amd64(archive, "noble")
    add_686(archive, "other")
    archive.write()
    environment = archive.environment(["noble"])
    said = place.fetch(environment, "686")
    assert "this system's sources have no linux-image-686 for i386" in said
    assert place.versions()["vmlinuz-686"] == "none" and "vmlinuz-amd64" in place.versions()
    assert place.fetch(environment, "686") == ""
    # Another source.
    place.fetch(archive.environment(["noble", "other"]), "686")
    assert place.versions()["vmlinuz-686"].endswith(" i386 other")


def test_a_kernel_that_is_new_in_the_archive(place, archive):
    archive.write("trixie")
    environment = archive.environment(["trixie"])
    assert "no amd64 kernel" in place.fetch(environment, "amd64", status=1)
    add_amd64(archive)
    archive.write()
    place.fetch(environment, "amd64")
    assert (place.payloads / "vmlinuz-amd64").read_bytes() == KERNEL


WRONG = {
    "cut": ("vmlinuz-amd64", lambda p: os.truncate(p, 1000)),
    "empty": ("vmlinuz-amd64", lambda p: os.truncate(p, 0)),
    "another": ("busybox", lambda p: p.write_bytes(b"x" * len(BUSYBOX))),
    "a folder": ("busybox", lambda p: (p.unlink(), p.mkdir())),
    "a module cut": ("modules-amd64", lambda p: os.truncate(p / "ahci.ko", 3)),
    "a module gone": ("modules-amd64", lambda p: (p / "ahci.ko").unlink()),
    "a module too many": ("modules-amd64", lambda p: (p / "evil.ko").touch()),
    "no sums": ("modules-amd64", lambda p: (p.parent / "sums/modules-amd64").unlink()),
}


@pytest.mark.quick
@pytest.mark.parametrize("wrong", WRONG)
def test_a_changed_file_is_downloaded_again(place, archive, wrong):
    add_amd64(archive)
    archive.add("trixie", "i386", "busybox-static", {"usr/bin/busybox": BUSYBOX})
    archive.write()
    environment = archive.environment(["trixie"])
    names = ["amd64", "modules-amd64", "busybox"]
    place.fetch(environment, *names)
    name, spoil = WRONG[wrong]
    spoil(place.payloads / name)
    said = place.fetch(environment, *names)
    assert f"build/payloads/{name} is not what was fetched" in said
    assert (place.payloads / "vmlinuz-amd64").read_bytes() == KERNEL
    assert (place.payloads / "busybox").read_bytes() == BUSYBOX
    assert sorted(os.listdir(place.payloads / "modules-amd64")) == ["ahci.ko", "order"]
    assert (place.payloads / "wrong" / name).exists(), "it may be a file of the user"
    assert place.fetch(environment, *names) == ""


def test_a_kernel_of_another_build_takes_its_modules_with_it(place, archive):
    """A new build of the kernel needs new modules: those of the old build do not fit."""
    add_amd64(archive)
    archive.write()
    environment = archive.environment(["trixie"])
    place.fetch(environment, "modules-amd64")
    archive.add("trixie", "amd64", "linux-image-amd64", {"boot/vmlinuz": KERNEL + b"2"},
                version="2.0-1")
    archive.write()
    os.truncate(place.payloads / "vmlinuz-amd64", 5)
    place.fetch(environment, "amd64")
    assert (place.payloads / "vmlinuz-amd64").read_bytes() == KERNEL + b"2"
    assert not (place.payloads / "modules-amd64").exists()


def test_no_room(place, archive):
    add_amd64(archive)
    archive.add("trixie", "amd64", "linux-image-1.0-amd64", {"boot/vmlinuz": KERNEL},
                Installed_Size=str(1 << 50))
    archive.write()
    said = place.fetch(archive.environment(["trixie"]), "amd64", status=1)
    assert "linux-image-1.0-amd64 takes 1099511627776" in said
    assert f"are free in {place.top}/build; make room there" in said


def test_missing_tools_are_reported_before_the_download(place, archive, tmp_path):
    add_amd64(archive)
    archive.write()
    for tool in ("xz", "zstd"):
        environment = {**archive.environment(["trixie"]), "PATH": path_without(tmp_path, tool)}
        said = place.fetch(environment, "amd64", status=1)
        assert said.startswith(f"baton: {tool}, for unpacking") and "iso/setup" in said
    # iso/packages lists them.
    table = (ISO / "packages").read_text()
    row = next(part for part in table.split("\n[") if "\nxz-utils " in part and "\nzstd " in part)
    for verb in ("run", "shell", "crash", "iso", "debug", "check", "test"):
        assert verb in row.split("\n")[0].split("] ")[1].split()


def path_without(tmp_path, tool):
    """A PATH with all tools except one."""
    folder = tmp_path / f"without-{tool}"
    folder.mkdir()
    for place in os.environ["PATH"].split(":"):
        for program in Path(place).glob("*"):
            if program.name != tool and not (folder / program.name).exists():
                (folder / program.name).symlink_to(program)
    return str(folder)


def test_a_module_with_an_unknown_compression(place, tmp_path):
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/ahci.ko.br").touch()
    said = place.fetch(os.environ, tmp_path / "tree", tmp_path / "new", script="pick-modules",
                       status=1)
    assert "ahci.ko.br has a compression that" in said


def test_modules_that_cannot_be_unpacked(place, archive):
    """Otherwise a kernel without its modules would count as complete."""
    archive.add("trixie", "amd64", "linux-image-amd64", {
        "boot/vmlinuz": KERNEL, "lib/modules/ahci.ko.xz": b"not xz"})
    archive.write()
    for name in ("modules-amd64", "amd64"):
        said = place.fetch(archive.environment(["trixie"]), name, status=1)
        assert "ahci.ko.xz could not be unpacked" in said
        assert not (place.payloads / "vmlinuz-amd64").exists()
        assert not (place.payloads / "modules-amd64").exists()


@pytest.mark.parametrize("spoil, said", [
    (lambda top: (top / "build").touch(), "build is not a folder; move it away"),
    (lambda top: ((top / "build").mkdir(), (top / "build/payloads").touch()),
     "build/payloads is not a folder"),
    (lambda top: (top / "build/payloads/apt/amd64.log/x").mkdir(parents=True),
     'the log "build/payloads/apt/amd64.log" cannot be written'),
])
def test_a_place_that_cannot_be_written(place, archive, spoil, said):
    """Also as root, for whom permissions do not matter."""
    add_amd64(archive)
    archive.write()
    spoil(place.top)
    answer = place.fetch(archive.environment(["trixie"]), "amd64", status=1)
    assert said in answer.splitlines()[-1] and "mkdir" not in answer


def test_a_wrong_TMPDIR(place, archive):
    add_amd64(archive)
    archive.write()
    place.fetch({**archive.environment(["trixie"]), "TMPDIR": "/nonexistent"}, "amd64")


def test_files_of_a_killed_run_are_removed(place, archive):
    add_amd64(archive)
    archive.write()
    place.payloads.mkdir(parents=True)
    for name in ("temp", "temp.123"):
        (place.payloads / name / "tree").mkdir(parents=True)
    (place.payloads / "versions.new").touch()
    place.fetch(archive.environment(["trixie"]), "amd64")
    assert place.left_over() == []


def test_kexec_is_fetched_where_there_are_i386_kernels(place, archive):
    add_amd64(archive)
    add_686(archive)
    archive.add("bookworm", "i386", "kexec-tools", {"sbin/kexec": BUSYBOX})
    archive.write()
    place.fetch(archive.environment(["trixie"], more=UNSIGNED), "686", "kexec")
    assert (place.payloads / "kexec").read_bytes() == BUSYBOX
    assert place.versions()["kexec"] == "kexec-tools 1.0-1 i386 bookworm"


def test_kexec_where_there_are_no_i386_kernels(place, archive):
    archive.origin = "Ubuntu"
    add_amd64(archive, "noble")
    archive.write()
    said = place.fetch(archive.environment(["noble"]), "686", "kexec")
    assert not (place.payloads / "kexec").exists() and "kexec" not in said


def test_kexec_is_missed(place, archive):
    add_686(archive, "trixie")
    archive.write()
    said = place.fetch(archive.environment(["trixie"]), "686", "kexec", status=1)
    assert "no kexec-tools: " in said


TEXT = "usr/lib/debian-installer/images/12/i386/text/debian-installer/i386"


def add_installer(archive, *files, package="debian-installer-12-netboot-i386"):
    add_amd64(archive)
    other = TEXT.replace("text", "gtk")
    archive.add("bookworm", "i386", package, {
        f"{other}/linux": b"gtk", f"{other}/initrd.gz": b"gtk",
        **{f"{TEXT}/{file}": file.encode() for file in files}})
    archive.write()
    return archive.environment(["trixie"], more=UNSIGNED)


def test_the_installer_comes_from_an_older_suite(place, archive):
    environment = add_installer(archive, "linux", "initrd.gz")
    place.fetch(environment, "installer")
    fetched = {path.name: path.read_bytes() for path in (place.payloads / "installer").iterdir()}
    assert fetched == {"linux": b"linux", "initrd.gz": b"initrd.gz"}
    assert place.versions()["installer"] == "debian-installer-12-netboot-i386 1.0-1 i386 bookworm"
    assert place.fetch(environment, "installer") == ""
    os.truncate(place.payloads / "installer/initrd.gz", 3)
    assert "is not what was fetched" in place.fetch(environment, "installer")


@pytest.mark.parametrize("files, said", [
    ((), "debian-installer-12-netboot-i386 holds no installer"),
    (("linux",), "holds no initrd.gz beside linux")])
def test_the_installer_is_not_whole(place, archive, files, said):
    environment = add_installer(archive, *files)
    assert said in place.fetch(environment, "installer", status=1)
    assert not (place.payloads / "installer").exists()


def test_there_is_no_installer(place, archive):
    environment = add_installer(archive, package="debian-installer-12-netboot-gtk-i386")
    assert "no debian-installer-*-netboot-i386 for i386" in place.fetch(environment, "installer")
    assert place.versions()["installer"] == "none"


def test_an_unknown_name(place):
    assert 'there is no payload "x"' in place.fetch(os.environ, "x", status=2)
    assert "needs names" in place.fetch(os.environ, status=2)


def test_an_initrd_that_cannot_be_packed(place, archive, tmp_path):
    archive.add("trixie", "i386", "busybox-static", {"bin/busybox": BUSYBOX})
    archive.write()
    environment = archive.environment(["trixie"])
    without = {**environment, "PATH": path_without(tmp_path, "cpio")}
    assert "cpio" in place.fetch(without, script="make-initrd", status=1)
    # One that fails.
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "cpio").write_text("#!/bin/sh\nexit 1\n")
    (broken / "cpio").chmod(0o755)
    place.fetch({**environment, "PATH": f"{broken}:{environment['PATH']}"}, script="make-initrd",
                status=1)
    (place.top / "build/initrd.999999999").mkdir()
    assert sorted(p.name for p in (place.top / "build").glob("*initrd*")) == ["initrd.999999999"]
    place.fetch(environment, script="make-initrd")
    assert [p.name for p in (place.top / "build").glob("*initrd*")] == ["initrd.gz"]
