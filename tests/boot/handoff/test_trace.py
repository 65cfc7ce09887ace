"""trace=: the number of each step on COM1, and on I/O port 0x80; the time stamps, to the payload."""
import os
import re
from functools import partial

import joblist
import payloads
import pytest
from machine import Machine, run

STEPS = "23456789"          # those that end with a usable stack, which printing needs


class Traced:
    """result.data["port"]: what was written to port 0x80 since Baton started."""

    def __init__(self, name, words, cpu="qemu32", judge="low"):
        self.name, self.words, self.cpu, self.judge = f"trace-{name}", words, cpu, judge

    def run(self):
        machine = Machine(self.name, cpu=self.cpu, memory="24M", kernel=payloads.BATON,
                          append=f"{self.words} exitport=0xf4",
                          modules=(f"{payloads.judge(self.judge)} traced",))
        port = os.path.join(machine.folder(), "port80")
        result = run(Machine(**{**vars(machine), "extra": (
            "-chardev", f"file,id=port80,path={port}",
            "-device", "isa-debugcon,iobase=0x80,chardev=port80")}))
        with open(port, "rb") as f:
            result.data["port"] = f.read()
        return result


cases = partial(joblist.cases, "trace-")


def steps_told(result):
    """The line between Baton's last line and the judge's first."""
    return re.search(r"^hand-off .*\n([^j]*)judge starts", result.log, re.M)[1].split()


def count(result):
    return [int(n) for n in re.findall(r"^note trace (\d+) ticks", result.log, re.M)]


@pytest.mark.quick
@pytest.mark.parametrize("job", cases(
    Traced("com", "trace=1"), Traced("com-486", "trace=1", cpu="486", judge="swapped"),
    Traced("com-legacy", "trace=1 paging=legacy", judge="linux")))
def test_the_steps_are_printed(job, outcome):
    payloads.assert_judged_well(outcome, "traced")
    assert steps_told(outcome) == [STEPS], outcome.story()
    assert not set(outcome.data["port"]) & set(range(1, 9)), outcome.data["port"]


@pytest.mark.quick
@pytest.mark.parametrize("job", cases(Traced("port", "trace=2")))
def test_the_steps_are_written_to_the_port_too(job, outcome):
    payloads.assert_judged_well(outcome, "traced")
    assert steps_told(outcome) == [STEPS], outcome.story()
    assert outcome.data["port"][-len(STEPS):] == bytes(int(step) for step in STEPS)


@pytest.mark.parametrize("job", cases(Traced("none", "trace=0"), Traced("unasked", "")))
def test_nothing_is_printed_without_the_option(job, outcome):
    payloads.assert_judged_well(outcome, "traced")
    assert steps_told(outcome) == [], outcome.story()


@pytest.mark.parametrize("job", cases(Traced("stamps", ""), Traced("stamps-linux", "", judge="linux"),
                                      Traced("stamps-486", "", cpu="486")))
def test_the_stamps_are_given_to_the_payload(job, outcome):
    """The judge has checked them (judge/trace.c); a CPU without a counter gives none."""
    payloads.assert_judged_well(outcome, "traced")
    assert len(count(outcome)) == (0 if job.cpu == "486" else 1), outcome.story()
    assert all(ticks > 1000 for ticks in count(outcome)), outcome.story()
