"""The judge must find every error, and report nothing else: the cases are in judge.txt.

Without this, a judge that never fails would pass every other test.
"""
import re

import payloads
import pytest
import table
from elf32 import Elf32
from machine import FAILED, PASSED, Machine, run


class Judging:
    def __init__(self, row):
        self.name, self.row = f"judge-{row['name']}", row
        self.fails = row["fails"].split()

    def run(self):
        judge = payloads.judge(self.row["judge"])
        symbols = {"none": 0, **Elf32(judge + ".linked").symbols}

        def address(match):
            return hex(symbols[match[1]] + int(match[2], 0))

        lies = re.sub(r"@(\w+)([-+]\w+)", address, self.row["lies"])
        return run(Machine(self.name, cpu=self.row["cpu"], memory="32M", kernel=payloads.LIAR,
                           append=f"enter=record {lies}", modules=(judge,)))


CASES = [pytest.param(Judging(row), id=row["name"],
                      marks=[pytest.mark.quick] if row["quick"] else [])
         for row in table.read("handoff/judge.txt")]


@pytest.mark.parametrize("job", CASES)
def test_judge_names_what_is_wrong(job, outcome):
    failed = [line.split()[1] for line in outcome.lines(r"^judge \S+ FAIL")]
    assert failed == job.fails, outcome.story()
    if job.fails:
        assert outcome.status == FAILED, outcome.story()
        assert outcome.lines("^BATON-VERDICT") == [f"BATON-VERDICT fail {len(failed)} checks"]
    else:
        assert outcome.status == PASSED, outcome.story()
        assert outcome.lines("^BATON-VERDICT") == ["BATON-VERDICT pass"]
