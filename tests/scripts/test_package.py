"""make deb and make install-pc: what the packages hold, that lintian is content, and the version."""
import os
import re
import subprocess

import pytest

BATON = {"./boot/baton.elf", "./etc/grub.d/42_baton"}
LIBRARY = {"./usr/include/baton.h", "./usr/include/baton/crash.h", "./usr/include/baton/elfcore.h",
           "./usr/include/baton/record.h", "./usr/lib/baton/libbaton.a",
           "./usr/share/pkgconfig/baton.pc"}


def said(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


@pytest.fixture(scope="module")
def packages(checkout):
    """make deb fails if lintian has a complaint."""
    status, output = checkout.run("make", "deb", timeout=600)
    assert status == 0, output
    return checkout.top / "build" / "deb"


def files(package):
    """Its files, without documents and lintian's overrides."""
    listing = said("dpkg-deb", "-c", package).splitlines()
    return {line.split()[5] for line in listing if not line.startswith("d")
            and not re.search(r"/usr/share/(doc|lintian)/", line)}


def test_the_packages_hold_what_they_should(packages, checkout):
    baton, library = (next(packages.glob(f"{name}_*_all.deb")) for name in ("baton", "libbaton-dev"))
    assert files(baton) == BATON and files(library) == LIBRARY
    # What the user has changed in the script survives an update, and a purge removes it.
    assert said("dpkg-deb", "-I", baton, "conffiles").split() == ["/etc/grub.d/42_baton"]
    version = re.search(r'BATON_VERSION "(.*)"', (checkout.top / "include/baton.h").read_text())[1]
    assert [said("dpkg-deb", "-f", p, "Version").strip() for p in (baton, library)] == [version] * 2


def test_the_library_is_found_by_its_file_for_pkg_config(packages, tmp_path):
    said("dpkg-deb", "-x", next(packages.glob("libbaton-dev_*_all.deb")), tmp_path)
    text = (tmp_path / "usr/share/pkgconfig/baton.pc").read_text()
    assert re.search(r"^libdir=/usr/lib/baton$", text, re.M), text
    assert re.search(r"^prefix=/usr$", text, re.M) and "-I${prefix}/include" in text


@pytest.mark.quick
def test_what_a_pc_gets_can_be_removed_again(checkout, tmp_path):
    status, output = checkout.run("make", "install-pc", f"DESTDIR={tmp_path}")
    assert status == 0, output
    found = {"./" + str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()}
    assert found == BATON
    # GRUB starts it as it is, without its symbols.
    said("grub-file", "--is-x86-multiboot", tmp_path / "boot/baton.elf")
    said("grub-file", "--is-x86-multiboot2", tmp_path / "boot/baton.elf")
    checkout.run("make", "uninstall-pc", f"DESTDIR={tmp_path}")
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]


@pytest.mark.quick
@pytest.mark.parametrize("status", [0, 2])
def test_a_complaint_of_lintian_ends_make_deb(checkout, tmp_path, status):
    """With tools of our own in place of Debian's."""
    for name, text in (("dpkg-buildpackage", "touch ../baton_1.changes ../baton_1_all.deb"),
                       ("dh", "true"), ("lintian", f"echo E: wrong; exit {status}")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    code, output = checkout.run("pc/make-deb", env={**os.environ, "PATH": path})
    assert code == (1 if status else 0) and "E: wrong" in output, output
    assert ("lintian has complaints" in output) == bool(status)
    assert (checkout.top / "build" / "baton.elf").exists()
