"""The plugin is built for the installed QEMU, and built again for another QEMU (plugin-api).

A script imitates QEMU: like QEMU it accepts only some versions of the plugin interface.
"""
import os
import subprocess

import pytest
from machine import ROOT

pytestmark = pytest.mark.quick
QEMU = """#!/bin/sh
if [ "$1" = --version ]; then echo "QEMU emulator version {version}"; exit; fi
if [ "$BATON_PLUGIN_API" -ge {low} ] && [ "$BATON_PLUGIN_API" -le {high} ]; then
    echo "{low} {high}"
    exit
fi
echo "this version of the interface is not taken" >&2
exit 1
"""


class Bench:
    """A build folder, and a folder at the start of PATH."""

    def __init__(self, folder):
        self.build, self.programs = folder / "build", folder / "programs"
        self.programs.mkdir()

    def install(self, version, low, high):
        qemu = self.programs / "qemu-system-i386"
        qemu.write_text(QEMU.format(version=version, low=low, high=high))
        qemu.chmod(0o755)

    def make(self):
        """make's status and output, and the plugin's bytes and time if there is one."""
        plugin = self.build / "tests" / "boot" / "storewatch.so"
        done = subprocess.run(
            ["make", "--no-print-directory", "-C", ROOT, f"BUILD={self.build}", str(plugin)],
            env={**os.environ, "PATH": f"{self.programs}:{os.environ['PATH']}", "MAKEFLAGS": ""},
            capture_output=True, text=True, check=False)
        built = (plugin.read_bytes(), plugin.stat().st_mtime_ns) if plugin.exists() else None
        return done.returncode, done.stdout + done.stderr, built

    def api(self):
        return (self.build / "tests" / "boot" / "plugin-api").read_text().splitlines()[1]


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


@pytest.mark.parametrize("low, high, api", [(1, 1, "1"), (2, 4, "4"), (7, 7, "7"), (7, 9, "7")])
def test_the_newest_common_version_is_used(bench, low, high, api):
    bench.install("1.0", low, high)
    status, said, _ = bench.make()
    assert status == 0, said
    assert bench.api() == api


def test_the_plugin_is_built_again_only_for_another_qemu(bench):
    bench.install("1.0", 1, 1)
    first = bench.make()
    assert first[0] == 0, first[1]
    assert bench.make()[2] == first[2], "it was built again for the same QEMU"
    bench.install("2.0", 2, 4)
    second = bench.make()
    assert second[0] == 0, second[1]
    assert second[2][0] != first[2][0], "the plugin is still the other QEMU's"


@pytest.mark.parametrize("low, high, words", [
    (8, 9, "1.0 takes plugins of API 8 to 9; tests/boot/plugin/plugin.h describes versions up to 7"),
    (90, 99, "1.0 takes no plugin of API 1 to"),
])
def test_a_qemu_without_a_common_version_is_reported(bench, low, high, words):
    bench.install("1.0", low, high)
    status, said, built = bench.make()
    assert status != 0 and built is None
    assert words in said
