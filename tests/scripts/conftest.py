"""pytest's side of the tests of the scripts: a checkout to run them in, and no skips."""
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), *(str(HERE.parent / d) for d in (
    "boot/common", "boot/files", "payloads"))]

import signals  # noqa: E402, F401 (sets them)
from checkout import Checkout  # noqa: E402
from noskips import pytest_runtest_makereport  # noqa: E402, F401 (a hook of pytest's)


def pytest_configure(config):
    config.addinivalue_line("markers", "quick: part of make check")


@pytest.fixture(scope="session")
def checkout(tmp_path_factory):
    """For tests that do not change it."""
    made = Checkout(tmp_path_factory.mktemp("checkout") / "baton")
    status, output = made.run("make", "all")
    assert status == 0, output
    return made
