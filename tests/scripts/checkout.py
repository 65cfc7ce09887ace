"""A separate checkout for a test: a copy without built files.

It is like a clean clone, except for build/payloads, whose downloaded files are links to those of
this checkout, and build/obj, so that make has little to do.
"""
import os
import shutil
import subprocess
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("BATON_BUILD", TOP / "build"))
FETCHED = "payloads"
generated = {"build", ".git", "__pycache__"}


class Checkout:
    """folder: where to make it. ready: build/ already has Baton's objects."""

    def __init__(self, folder, ready=True):
        self.top = Path(folder)
        shutil.copytree(TOP, self.top, symlinks=True,
                        ignore=lambda folder, names: generated & set(names))
        build = self.top / "build"
        build.mkdir()
        for kept in [FETCHED, *(["obj", "compiler"] if ready else [])]:
            if (BUILD / kept).exists():
                subprocess.run(["cp", "-a", BUILD / kept, build / kept], check=True)

    def start(self, *command, **settings):
        """Starts `command`, whose first word is a path in the checkout, without a terminal."""
        settings = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
                    "stderr": subprocess.STDOUT, "cwd": self.top, "text": True,
                    "errors": "replace", **settings}
        return subprocess.Popen(command, **settings)

    def run(self, *command, timeout=120, **settings):
        """Returns its exit status and all of its output."""
        with self.start(*command, **settings) as process:
            try:
                output = process.communicate(timeout=timeout)[0]
            except subprocess.TimeoutExpired:
                process.kill()
                raise AssertionError(f"{command} did not end in {timeout} s: "
                                     f"{process.communicate()[0][-2000:]}") from None
        return process.returncode, output

    def cached(self):
        """The environment in which a compiler looks into ccache's folder first: sources that another
        checkout has compiled with the same options are not compiled again."""
        return {**os.environ, "PATH": f"/usr/lib/ccache:{os.environ['PATH']}",
                "CCACHE_DIR": str(BUILD.resolve() / "ccache")}

    def left_over(self):
        """Names in build/ that exist only while a script runs."""
        return sorted(p.name for p in (self.top / "build").iterdir()
                      if p.name.rpartition(".")[2].isdigit() or ".new" in p.name)
