"""A small archive of Debian packages for a test, and an apt that uses only this archive.

    archive = Archive(folder)
    archive.add("trixie", "amd64", "linux-image-1.0-amd64", {"boot/vmlinuz-1.0-amd64": KERNEL})
    archive.write()
    archive.environment(["trixie"])         # for a script that calls apt

The suites are unsigned; apt is configured to trust those that represent the system's own.
"""
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

# Only the parts of the header that are checked: 0xaa55 at 0x1fe, "HdrS" at 0x202.
KERNEL = bytes(0x1fe) + b"\x55\xaa\xeb\x66HdrS" + b"kernel" * 1000


def module(*needs):
    """A kernel module; only the parts that pick-modules reads."""
    return b"\x7fELF\0license=GPL\0depends=" + ",".join(needs).encode() + b"\0"


class Archive:
    def __init__(self, folder, origin="Debian"):
        self.folder, self.origin = Path(folder), origin
        self.packages = {}                  # (suite, architecture): {name: stanza}
        self.written = 1_700_000_000

    def add(self, suite, architecture, name, files=None, depends="", version="1.0-1", **fields):
        """fields: fields that are only in the list, such as Installed_Size."""
        tree = self.folder / "trees" / name
        shutil.rmtree(tree, ignore_errors=True)
        for path, contents in (files or {}).items():
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            (tree / path).write_bytes(contents)
        (tree / "DEBIAN").mkdir(parents=True)
        control = {"Package": name, "Version": version, "Architecture": architecture,
                   "Maintainer": "Nobody <nobody@example.org>", "Description": "a test's"}
        if depends:
            control["Depends"] = depends
        (tree / "DEBIAN/control").write_text(stanza(control))
        deb = f"pool/{name}_{version}_{architecture}.deb"
        (self.folder / "pool").mkdir(exist_ok=True)
        subprocess.run(["dpkg-deb", "--root-owner-group", "-Zxz", "--build", tree,
                        self.folder / deb], check=True, stdout=subprocess.DEVNULL)
        data = (self.folder / deb).read_bytes()
        listed = {**control, "Installed-Size": "100", "Filename": deb, "Size": str(len(data)),
                  "SHA256": hashlib.sha256(data).hexdigest()}
        listed.update({key.replace("_", "-"): value for key, value in fields.items()})
        self.packages.setdefault((suite, architecture), {})[name] = stanza(listed)

    def remove(self, suite, architecture, name):
        del self.packages[suite, architecture][name]
        for deb in (self.folder / "pool").glob(f"{name}_*_{architecture}.deb"):
            deb.unlink()

    def write(self, *suites):
        """Writes the lists; without packages they are empty. Each call uses another second as the
        date, because HTTP cannot distinguish smaller differences."""
        self.written += 10
        for suite in {s for s, _ in self.packages} | set(suites):
            sums = ""
            top = self.folder / "dists" / suite
            for architecture in ("amd64", "i386"):
                path = f"main/binary-{architecture}/Packages"
                listed = "\n".join(self.packages.get((suite, architecture), {}).values()).encode()
                (top / path).parent.mkdir(parents=True, exist_ok=True)
                (top / path).write_bytes(listed)
                sums += f" {hashlib.sha256(listed).hexdigest()} {len(listed)} {path}\n"
            (top / "Release").write_text(stanza({
                "Origin": self.origin, "Label": self.origin, "Suite": suite, "Codename": suite,
                "Date": "Thu, 01 Jan 2026 00:00:00 UTC", "Architectures": "amd64 i386",
                "Components": "main"}) + "SHA256:\n" + sums)
            os.utime(top / "Release", (self.written, self.written))

    def environment(self, suites, address=None, more=""):
        """An environment in which these suites are the system's sources, at `address` or as
        files; `more` is added to apt.conf."""
        etc = self.folder / "etc"
        (etc / "empty").mkdir(parents=True, exist_ok=True)
        (self.folder / "state/lists/partial").mkdir(parents=True, exist_ok=True)
        (etc / "sources.list").write_text("".join(
            f"deb [trusted=yes] {address or f'file:{self.folder}'} {suite} main\n"
            for suite in suites))
        (etc / "keyring").touch()
        (etc / "apt.conf").write_text(
            f'Dir::Etc::parts "{etc}/empty"; Dir::Etc::main "/dev/null";\n'
            f'Dir::Etc::sourcelist "{etc}/sources.list"; Dir::Etc::sourceparts "/dev/null";\n'
            f'Dir::State "{self.folder}/state";\n{more}\n')
        kept = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
        return {**kept, "APT_CONFIG": str(etc / "apt.conf"), "KEYRING": str(etc / "keyring"),
                "TERM": "dumb"}


def stanza(fields):
    return "".join(f"{key}: {value}\n" for key, value in fields.items())
