"""pytest's side of the tests of the scripts: a checkout to run them in, and no skips."""
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), *(str(HERE.parent / d) for d in ("boot", "payloads"))]

from checkout import Checkout  # noqa: E402


def pytest_configure(config):
    config.addinivalue_line("markers", "quick: part of make check")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped; a skip is a failure"


@pytest.fixture(scope="session")
def checkout(tmp_path_factory):
    """For tests that leave it as they found it."""
    made = Checkout(tmp_path_factory.mktemp("checkout") / "baton")
    status, output = made.run("make", "all")
    assert status == 0, output
    return made
