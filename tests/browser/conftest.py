"""pytest's side of the tests in a browser: one browser for all of them, and no skips.

Ubuntu has no package with a chromium, only a snap. There, and only there, what needs one is left out.
"""
import functools
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), *(str(HERE.parent / d) for d in (
    "boot/common", "boot/files", "payloads"))]

import signals  # noqa: E402, F401 (sets them)
from browser import Browser, installed  # noqa: E402
from noskips import pytest_runtest_makereport  # noqa: E402, F401 (a hook of pytest's)


@functools.lru_cache
def no_browser():
    return not installed() and subprocess.run(["apt-cache", "show", "chromium"],
                                              capture_output=True).returncode != 0


def pytest_collection_modifyitems(config, items):
    config.left_out = [item for item in items if "browser" in item.fixturenames and no_browser()]
    config.hook.pytest_deselected(items=config.left_out)
    items[:] = [item for item in items if item not in config.left_out]


def pytest_terminal_summary(terminalreporter, config):
    for item in config.left_out:
        terminalreporter.write_line(f"left out: {item.nodeid} (the distribution has no chromium)")


@pytest.fixture(scope="session")
def browser():
    with Browser() as running:
        yield running
