"""Jobs as the rows of a test."""
import pytest


def cases(prefix, *jobs, quick=()):
    """A row for each job; its id is the job's name without the file's prefix. A job is part of
    make check if it has .quick, or if its id is in `quick`."""
    def case(job):
        name = job.name.removeprefix(prefix)
        marks = [pytest.mark.quick] if getattr(job, "quick", False) or name in quick else []
        return pytest.param(job, id=name, marks=marks)
    return [case(job) for job in jobs]
