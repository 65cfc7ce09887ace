"""Runs the machines of all selected tests ahead of the tests: one for each processor, and one more,
because a machine waits for a debugger, a disk or a timer now and then.

A test with the parameter `job` (anything with .name and .run()) gets the result of run() through
the fixture `outcome`; the machines of later tests run meanwhile. If a job raises an exception, its
test fails.
"""
import os
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor


LINUX = re.compile(r"payloads/vmlinuz-([\w-]+)")


def check_declared(job, result):
    """Checks .linux: a distribution may not have the kernel, and conftest.py finds the jobs that
    need it by .linux."""
    machine = getattr(result, "machine", None)
    used = LINUX.findall(" ".join((machine.kernel, *machine.modules))) if machine else []
    assert set(used) <= {getattr(job, "linux", None)}, f"{job.name}: .linux does not say {used}"


class Fleet:
    def __init__(self):
        self.pool = ThreadPoolExecutor(max_workers=1 + max(2, os.cpu_count() or 2))
        self.running = {}
        self.tests = Counter()          # that still need the job, by its id

    def add(self, job):
        if id(job) not in self.running:
            self.running[id(job)] = self.pool.submit(job.run)

    def outcome(self, job):
        self.add(job)
        result = self.running[id(job)].result()
        check_declared(job, result)
        return result

    def promise(self, job):
        """One more test needs this job."""
        self.tests[id(job)] += 1
        self.add(job)

    def forget(self, job):
        """A test with this job has ended. Results hold memories of machines: the last test's goes."""
        self.tests[id(job)] -= 1
        if not self.tests[id(job)]:
            self.running.pop(id(job), None)

    def stop(self):
        self.pool.shutdown(wait=True, cancel_futures=True)
