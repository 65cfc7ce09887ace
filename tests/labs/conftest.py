"""pytest's side of the tests of the labs: the grader's modules, and no skips."""
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[1]
sys.path[:0] = [str(HERE), str(TOP / "labs" / "grader"), *(str(HERE.parent / room) for room in (
    "boot/common", "boot/files", "boot/dumps", "scripts"))]

import signals  # noqa: E402, F401 (sets them)
from noskips import pytest_runtest_makereport  # noqa: E402, F401 (a hook of pytest's)


def pytest_configure(config):
    config.addinivalue_line("markers", "quick: part of make check")
