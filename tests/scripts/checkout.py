"""A checkout of its own for a test: a copy without what was made, and what costs long to make.

It starts as a clean clone does, but for build/payloads, whose fetched files are links to those of
this checkout, and build/obj, where make is to have little to do.
"""
import os
import shutil
import subprocess
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("BATON_BUILD", TOP / "build"))
FETCHED = "payloads"
MADE = {"build", ".git", "__pycache__"}


class Checkout:
    """folder: where it is to be. ready: build/ has Baton's objects already."""

    def __init__(self, folder, ready=True):
        self.top = Path(folder)
        shutil.copytree(TOP, self.top, symlinks=True,
                        ignore=lambda folder, names: MADE & set(names))
        build = self.top / "build"
        build.mkdir()
        for kept in [FETCHED, *(["obj", "compiler"] if ready else [])]:
            if (BUILD / kept).exists():
                subprocess.run(["cp", "-a", BUILD / kept, build / kept], check=True)

    def start(self, *command, **settings):
        """`command`, a path in the checkout first, as a process that talks to nobody."""
        settings = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
                    "stderr": subprocess.STDOUT, "cwd": self.top, "text": True,
                    "errors": "replace", **settings}
        return subprocess.Popen(command, **settings)

    def run(self, *command, timeout=120, **settings):
        """Its exit status and all that it printed."""
        with self.start(*command, **settings) as process:
            try:
                output = process.communicate(timeout=timeout)[0]
            except subprocess.TimeoutExpired:
                process.kill()
                raise AssertionError(f"{command} did not end in {timeout} s: "
                                     f"{process.communicate()[0][-2000:]}") from None
        return process.returncode, output

    def left_over(self):
        """Names in build/ that only a script at work has."""
        return sorted(p.name for p in (self.top / "build").iterdir()
                      if p.name.rpartition(".")[2].isdigit() or ".new" in p.name)
