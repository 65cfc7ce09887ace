"""pytest's side: the modules of the boot tests, their fleet, and no skips."""
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / folder) for folder in (
    "boot/common", "boot/files", "payloads")]

import pytest  # noqa: E402
import signals  # noqa: E402, F401 (sets them)
from fleet import Fleet  # noqa: E402
from noskips import pytest_runtest_makereport  # noqa: E402, F401 (a hook of pytest's)

fleet = Fleet()


def pytest_collection_finish(session):
    if not session.config.option.collectonly:
        for item in session.items:
            fleet.add(item.callspec.params["job"])


def pytest_sessionfinish(session, exitstatus):
    fleet.stop()


@pytest.fixture
def outcome(job):
    return fleet.outcome(job)
