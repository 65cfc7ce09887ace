"""iso/setup: what it finds missing, what it installs, and which alternatives it accepts.

PATH is one folder: the commands of a minimal system, fake commands for a case, and an apt-get that
records its arguments. Files in the table with a full path are those of this machine.
"""
import os
import re
from pathlib import Path

import pytest
from checkout import Checkout
from installed import Installed, rows_for

pytestmark = pytest.mark.quick

# A fake apt-get: it "installs" commands.
APT_GET = r"""#!/bin/sh
echo "$*" >>"$STATE/asked"
case "$*" in
    *install*-s*)
        for word in $UNKNOWN; do
            case " $* " in *" $word "*) echo "E: Unable to locate package $word" && exit 100 ;; esac
        done
        for word in $REMOVES; do echo "Remv $word [1]"; done
        echo "Inst something (1)" ;;
    *--print-uris*) echo "'uri' name 1048576 hash" ;;
    *update*) touch "$STATE/updated" ;;
    *install*)
        if [ -n "$STALE" ] && [ ! -e "$STATE/updated" ]; then
            echo "E: Failed to fetch uri  404  Not Found" && exit 100
        fi
        for word; do
            case $word in
                install|-*) continue ;;
                gcc-i686-linux-gnu) command=i686-linux-gnu-gcc ;;
                lld) command=ld.lld ;;
                *) command=$word ;;
            esac
            rm -f "$TOOLS/$command" # it may be a link to the machine's own
            printf '#!/bin/sh\n' >"$TOOLS/$command" && chmod +x "$TOOLS/$command"
        done ;;
esac
"""
# What the verb "iso" needs besides a compiler: present in each case.
HERE = ["make", "cpio", "grub-mkrescue", "mformat", "xorriso", "xz", "zstd"]


class Case:
    def __init__(self, checkout, folder, here=(), apt=True, **settings):
        self.checkout, self.tools, self.state = checkout, folder / "tools", folder / "state"
        self.tools.mkdir()
        self.state.mkdir()
        known = Installed()
        self.links = []
        for name, path in known.commands(known.minimal()).items():
            if not name.startswith("apt"):
                (self.tools / name).symlink_to(path)
                self.links.append(Path(path))
        if apt:
            self.add("apt-get", APT_GET)
        for name in [*HERE, *here]:
            self.add(name)
        # Always root, whoever runs the tests.
        self.add("id", "#!/bin/sh\necho 0\n")
        self.settings = {"UNKNOWN": "", "REMOVES": "", "STALE": "", **settings}

    def add(self, name, script="#!/bin/sh\n"):
        (self.tools / name).unlink(missing_ok=True)
        (self.tools / name).write_text(script)
        (self.tools / name).chmod(0o755)

    def real_tools(self):
        """The state of this machine's own commands, which the links point to."""
        return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in self.links}

    def run(self, *verbs, status=0):
        before = self.real_tools()
        code, output = self.checkout.run(
            "iso/setup", *verbs, env={"PATH": str(self.tools), "TOOLS": str(self.tools),
                                      "STATE": str(self.state), "HOME": "/", **self.settings})
        assert code == status, output
        assert self.real_tools() == before      # by root, a write through a link harms the system
        return output

    def installed(self):
        """The packages of the last installation that was not simulated."""
        asked = self.asked()
        real = [line for line in asked if " install " in line and " -s " not in line
                and "--print-uris" not in line]
        return re.split(r" install ", real[-1])[1].split() if real else []

    def asked(self):
        path = self.state / "asked"
        return path.read_text().splitlines() if path.exists() else []


def test_nothing_is_missing(checkout, tmp_path):
    case = Case(checkout, tmp_path, ["i686-linux-gnu-gcc"])
    assert case.run("iso") == "" and case.asked() == []


@pytest.mark.parametrize("here", [[], ["clang", "ld.lld"]], ids=["none", "clang"])
def test_gcc_is_the_compiler(checkout, tmp_path, here):
    case = Case(checkout, tmp_path, here)
    output = case.run("iso")
    assert re.search(r"^missing +build the kernel: gcc-i686-linux-gnu$", output, re.M), output
    assert case.installed() == ["gcc-i686-linux-gnu"]


def test_clang_is_the_alternative_if_gcc_cannot_be_installed(checkout, tmp_path):
    case = Case(checkout, tmp_path, ["clang", "ld.lld"], UNKNOWN="gcc-i686-linux-gnu")
    output = case.run("iso")
    assert "Unable to locate package gcc-i686-linux-gnu" in output
    assert output.splitlines()[-1].endswith("using installed alternatives instead")
    # It updated the lists before that.
    assert [line for line in case.asked() if line.endswith(" update")], case.asked()


def test_what_may_be_missing(tmp_path):
    """~/ in the table: where apt-get does not know it, the rest is installed without it."""
    own = Checkout(tmp_path / "own", ready=False)
    with open(own.top / "iso" / "packages", "a") as f:
        f.write("\n[one more test] iso\nnosuch /nowhere/file ~/\n")
    case = Case(own, tmp_path, UNKNOWN="nosuch")
    output = case.run("iso")
    assert "Unable to locate package nosuch" in output
    assert case.installed() == ["gcc-i686-linux-gnu"], output


def test_no_compiler_can_be_installed(checkout, tmp_path):
    case = Case(checkout, tmp_path, ["clang"], UNKNOWN="gcc-i686-linux-gnu")
    output = case.run("iso", status=1)
    assert re.search("^baton: .*Unable to locate package gcc-i686-linux-gnu", output, re.M), output


def test_clang_when_it_is_selected(checkout, tmp_path):
    case = Case(checkout, tmp_path, CROSS="clang")
    case.run("iso")
    assert case.installed() == ["clang", "lld"]


def test_a_compiler_that_is_not_there(checkout, tmp_path):
    case = Case(checkout, tmp_path, CROSS="i999-elf-")
    assert "CROSS names the compiler i999-elf-gcc, which is not installed" in case.run("iso", status=1)


def test_nothing_is_removed(checkout, tmp_path):
    case = Case(checkout, tmp_path, REMOVES="gcc-multilib")
    assert "apt-get would remove gcc-multilib to install" in case.run("iso", status=1)
    assert case.installed() == []


def test_old_lists_are_read_again(checkout, tmp_path):
    case = Case(checkout, tmp_path, STALE="yes")
    output = case.run("iso")
    assert output.splitlines()[-1].endswith("done"), output


def test_neither_debian_nor_ubuntu(checkout, tmp_path):
    case = Case(checkout, tmp_path, apt=False)
    output = case.run("iso", status=1)
    assert "neither Debian nor Ubuntu" in output and "gcc-i686-linux-gnu" in output


def test_the_table_is_read_whole():
    """The rows that the tests here and test_tools.py rely on."""
    assert {"make", "gcc-i686-linux-gnu", "xorriso", "python3", "gdb"} <= \
        {package for package, _ in rows_for("crash")}
    assert len(rows_for("test")) >= 19
