"""Runs the machines of all selected tests ahead of the tests, one for each processor.

A test that takes the parameter `job` (anything with .name and .run()) gets what run() returned
through the fixture `outcome`; the machines of later tests run meanwhile. A job's exception is
its test's error.
"""
import os
from concurrent.futures import ThreadPoolExecutor


class Fleet:
    def __init__(self):
        self.pool = ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 2))
        self.running = {}

    def add(self, job):
        if id(job) not in self.running:
            self.running[id(job)] = self.pool.submit(job.run)

    def outcome(self, job):
        self.add(job)
        return self.running[id(job)].result()

    def stop(self):
        self.pool.shutdown(wait=True, cancel_futures=True)
