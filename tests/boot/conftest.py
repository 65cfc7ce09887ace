"""pytest's side of the boot tests: the fleet, the quick subset, and no skips.

A skipped test counts as a failure, so that it is noticed. -m quick selects the tests of
`make check`.
"""
import os
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOMS = [entry.path for entry in os.scandir(HERE) if entry.is_dir()]
sys.path[:0] = [HERE, *ROOMS,
                *(os.path.join(os.path.dirname(HERE), d) for d in ("payloads", "prove"))]

import firmware  # noqa: E402
import payloads  # noqa: E402
import signals  # noqa: E402, F401 (sets them)
from fleet import Fleet  # noqa: E402
from noskips import pytest_runtest_makereport  # noqa: E402, F401 (a hook of pytest's)

fleet = Fleet()


def pytest_configure(config):
    config.addinivalue_line("markers", "quick: part of make check")


def job_of(item):
    return item.callspec.params.get("job") if hasattr(item, "callspec") else None


def jobs_of(item):
    """Its job, or the list of those that other tests have, too."""
    if job_of(item):
        return [job_of(item)]
    return item.callspec.params.get("jobs", []) if hasattr(item, "callspec") else []


def kernels_of(item):
    """The names of the Linux and of the multiboot kernel that the job starts, if it does."""
    names = [getattr(job_of(item), kind, None) for kind in ("linux", "other")]
    return [name for name in names if name]


def pytest_collection_modifyitems(config, items):
    """Deselects tests that need a Linux or a firmware that the distribution does not have."""
    gone = [item for item in items
            if any(payloads.missing_everywhere(name) for name in kernels_of(item))
            or firmware.missing_everywhere(item.nodeid)]
    config.hook.pytest_deselected(items=gone)
    items[:] = [item for item in items if item not in gone]
    config.left_out = gone


def pytest_terminal_summary(terminalreporter, config):
    for item in config.left_out:
        what = ("32-bit UEFI" if firmware.missing_everywhere(item.nodeid)
                else f"{' or no '.join(kernels_of(item))} kernel")
        terminalreporter.write_line(f"left out: {item.nodeid} (the distribution has no {what})")


def pytest_collection_finish(session):
    if session.config.option.collectonly:
        return
    for item in session.items:
        for job in jobs_of(item):
            fleet.promise(job)


def pytest_runtest_teardown(item):
    for job in jobs_of(item):
        fleet.forget(job)


def pytest_sessionfinish(session, exitstatus):
    fleet.stop()


@pytest.fixture
def outcome(job):
    return fleet.outcome(job)


@pytest.fixture
def outcomes(jobs):
    """For a test that checks several jobs of other tests at once."""
    return [fleet.outcome(job) for job in jobs]
