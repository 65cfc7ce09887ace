"""iso/fetch-payloads with packages of npm: a fake npm sends a small archive, a wrong one, or none."""
import hashlib
import os
import tarfile

import pytest
from test_fetch import Place

pytestmark = pytest.mark.quick

NPM = """#!/bin/sh
echo "$*" >>"$ASKED"
[ -z "$SAYS" ] || { printf '%s\\n' "$SAYS" >&2; exit 1; }
[ "$1 $3" = "pack --pack-destination" ] && cp "$ARCHIVE" "$4/v86-1.2.3.tgz"
"""


class Case:
    def __init__(self, folder):
        self.place = Place(folder)
        self.table = self.place.top / "iso" / "npm-packages"
        self.tools = folder / "tools"
        self.tools.mkdir()
        (self.tools / "npm").write_text(NPM)
        (self.tools / "npm").chmod(0o755)
        (self.tools / "node").symlink_to("/bin/true")
        self.asked = folder / "asked"
        self.asked.touch()
        self.archive = folder / "v86.tgz"
        self.pack(b"the first")

    def pack(self, contents):
        """What npm sends from now on; returns its digest."""
        file = self.archive.parent / "file"
        file.write_bytes(contents)
        with tarfile.open(self.archive, "w:gz") as tar:
            tar.add(file, "package/build/v86.wasm")
        return hashlib.sha512(self.archive.read_bytes()).hexdigest()

    def want(self, version, digest):
        self.table.write_text(f"# a comment\nv86 {version} {digest}\n")

    def fetch(self, status=0, says="", tools="/usr/bin:/bin"):
        return self.place.fetch(
            {"PATH": f"{self.tools}:{tools}", "ASKED": str(self.asked), "SAYS": says,
             "ARCHIVE": str(self.archive), "HOME": os.environ.get("HOME", "/")}, "v86", status=status)

    def got(self):
        file = self.place.payloads / "v86" / "build" / "v86.wasm"
        return file.read_bytes() if file.exists() else None


@pytest.fixture
def case(tmp_path):
    return Case(tmp_path)


def test_a_package_is_fetched_once(case):
    case.want("1.2.3", case.pack(b"the first"))
    assert "fetch       v86 1.2.3 by npm" in case.fetch()
    assert case.got() == b"the first" and case.place.left_over() == []
    assert case.place.versions()["v86"] == "v86 1.2.3 npm"
    assert case.fetch() == ""
    asked, = case.asked.read_text().splitlines()
    assert asked.startswith("pack v86@1.2.3 ") and "--ignore-scripts" in asked


def test_another_version_is_fetched_again(case):
    case.want("1.2.3", case.pack(b"the first"))
    case.fetch()
    case.want("1.2.4", case.pack(b"the second"))
    assert "v86 1.2.4" in case.fetch()
    assert case.got() == b"the second"


def test_a_changed_file_is_fetched_again(case):
    case.want("1.2.3", case.pack(b"the first"))
    case.fetch()
    (case.place.payloads / "v86" / "build" / "v86.wasm").write_bytes(b"changed")
    assert "is not what was fetched" in case.fetch()
    assert case.got() == b"the first"


def test_a_wrong_digest_is_refused(case):
    case.want("1.2.3", case.pack(b"the first"))
    found = case.pack(b"not the first")
    said = case.fetch(status=1).splitlines()[-1]
    assert said.startswith("baton: what npm sent as v86 1.2.3") and found in said
    assert case.got() is None and case.place.left_over() == []


@pytest.mark.parametrize("words", ["error", "ERR!"], ids=["npm-10", "npm-9"])
def test_npm_says_why(case, words):
    case.want("1.2.3", case.pack(b"the first"))
    says = "\n".join(f"npm {words} {line}" for line in (
        "code ECONNREFUSED", "syscall connect", "errno ECONNREFUSED", "FetchError: it refuses", "at x"))
    said = case.fetch(status=1, says=says).splitlines()[-1]
    assert "npm could not fetch v86 1.2.3: FetchError: it refuses; is there a network" in said
    assert case.got() is None and case.place.left_over() == []


def test_no_npm(case):
    (case.tools / "npm").unlink()
    (case.tools / "few").mkdir()
    for name in ("sh", "sed", "grep", "touch", "mkdir", "rm", "flock", "dirname", "cat", "find", "readlink"):
        (case.tools / "few" / name).symlink_to(f"/usr/bin/{name}")
    said = case.fetch(status=1, tools=str(case.tools / "few"))
    assert "npm is needed to fetch v86, but is not installed" in said
