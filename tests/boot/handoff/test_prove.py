"""./baton prove: what it prints, how it ends, and that every one of its checks can fail.

The program runs as for a user; the checks are tested with changed evidence.
"""
import copy
import os
import re
import subprocess

import payloads
import pytest
from claims import CLAIMS
from experiment import Experiment
from machine import BUILD, ROOT

PROVE = os.path.join(ROOT, "tests", "prove", "prove")
SPOILED = os.path.join(BUILD, "spoil", "baton.elf")


class Prove:
    """The program with these arguments: (exit status, standard output, standard error)."""

    def __init__(self, *arguments, path=os.environ["PATH"]):
        self.name, self.arguments, self.path = "prove", arguments, path

    def run(self):
        done = subprocess.run([PROVE, *self.arguments], capture_output=True, text=True,
                              env={**os.environ, "BATON_BUILD": BUILD, "PATH": self.path})
        return done.returncode, done.stdout, done.stderr


class Gather:
    """The evidence of one hand-off."""
    name = "prove-evidence"

    def run(self):
        return Experiment("pae", payloads.BATON).run()


def case(job, name):
    return pytest.param(job, id=name)


def verdicts(output):
    """The rows of the table: {how it was checked: [a verdict for each column]}"""
    rows = re.findall(r"^  (\S.*?)  +((?:holds|fails)(?: +(?:holds|fails))*)$", output, re.M)
    return {how: cells.split() for how, cells in rows}


@pytest.mark.quick
@pytest.mark.parametrize("job", [case(Prove("legacy"), "legacy")])
def test_every_claim_holds_and_the_wrong_build_breaks_its_share(job, outcome):
    status, output, error = outcome
    assert (status, error) == (0, ""), output + error
    assert verdicts(output) == {
        claim.how: ["holds", "fails" if claim.must_break else "holds"] for claim in CLAIMS}
    assert "look at" not in output
    assert re.search("^proved      with legacy tables", output, re.M), output


@pytest.mark.quick
@pytest.mark.parametrize("job", [case(Prove("--elf", SPOILED, "pae"), "spoiled")])
def test_a_build_that_breaks_claims_is_not_proved(job, outcome):
    status, output, error = outcome
    assert status == 1, output + error
    table = verdicts(output)
    failed = [claim for claim in CLAIMS if table[claim.how][0] == "fails"]
    assert failed == [claim for claim in CLAIMS if claim.must_break], output
    for claim in failed:
        assert f"look at     PAE: {claim.text} ({claim.how})\n" in output, output
    assert re.match("baton: not proved; the machines' logs are in ", error), error
    assert not re.search("^proved", output, re.M)


@pytest.mark.quick
@pytest.mark.parametrize("job", [case(Prove(path="/nowhere"), "no-qemu")])
def test_a_missing_machine_is_named_with_its_package(job, outcome):
    assert outcome == (1, "", "baton: the proof needs qemu-system-i386; "
                              "install the package qemu-system-x86\n")


# ---- changed evidence: what each check must notice

def flip_a_bit(e):
    page = max(e.arrival.tables)
    data = e.arrival.tables[page]
    e.arrival.tables[page] = data[:-1] + bytes([data[-1] ^ 1])


def flip_a_bit_in_the_dump(e):
    page = max(e.dump)
    e.dump[page] = bytes([e.dump[page][0] ^ 1]) + e.dump[page][1:]


def lie(pattern, line):
    def tamper(e):
        e.log, count = re.subn(pattern, line, e.log, count=1, flags=re.M)
        assert count == 1, f"no line {pattern}"
    return tamper


def store(phase, where):
    def tamper(e):
        e.stores[phase].pages[where(e)] = (1, 4)
    return tamper


def blindfold(e):
    del e.stores["new"].pages[max(e.destinations)]


def split(e):
    e.stores["new"].split = 1


def never_ended(e):
    e.stores["live"].end = "stop-never"


def identity(walk):
    def tamper(e):
        walk(e).append((e.control, 4096, e.control))
    return tamper


def third_mapping(walk):
    def tamper(e):
        walk(e).append((0x1000, 4096, 0x1000))
    return tamper


def other_page(e):
    e.switch.now[0] = (*e.switch.now[0][:2], e.template)


def lives_without_control(e):
    e.needs_control = False


TAMPERING = [       # how the claim is checked, what was done to the evidence
    ("all compared from outside, through QMP", flip_a_bit),
    ("CRC-32 and pages, by the payload", lie("^(judge live-checksum) ok", r"\1 FAIL")),
    ("CRC-32 and pages, by the payload", lie("^judge live-tables ok", "")),
    ("every store watched by a QEMU plugin", store("live", lambda e: max(e.before.tables))),
    ("every store watched by a QEMU plugin", store("new", lambda e: min(e.before.tables))),
    ("every store watched by a QEMU plugin", blindfold),
    ("every store watched by a QEMU plugin", split),
    ("every store watched by a QEMU plugin", never_ended),
    ("its bytes, by a debugger", flip_a_bit_in_the_dump),
    ("its bytes, by a debugger", lambda e: e.dump.popitem()),
    ("its bytes, by a debugger", lambda e: e.dump.update({0x1000: bytes(4096)})),
    ("our walk: before, at the call, after", identity(lambda e: e.before.live)),
    ("our walk: before, at the call, after", identity(lambda e: e.call.live)),
    ("our walk: before, at the call, after", identity(lambda e: e.arrival.live)),
    ("QEMU's, info tlb: before, at the call", identity(lambda e: e.before.qemu)),
    ("QEMU's, info tlb: before, at the call", identity(lambda e: e.call.qemu)),
    ("QEMU's, info tlb: before, at the call", third_mapping(lambda e: e.call.qemu)),
    ("a walk by the payload", lie("^judge live-identity ok", "judge live-identity FAIL")),
    ("our walk, at the switch", third_mapping(lambda e: e.switch.now)),
    ("our walk, at the switch", other_page),
    ("QEMU's, info tlb and info mem, there", third_mapping(lambda e: e.switch.qemu)),
    ("QEMU's, info tlb and info mem, there", lambda e: e.switch.ranges.pop()),
    ("INT3 over the old page: goes on; here: ends", lives_without_control),
    ("the same watch, by owner of the page", store("new", lambda e: min(e.destinations) - 4096)),
    ("the same watch, by owner of the page", store("live", lambda e: e.control)),
    ("the same watch, by owner of the page", store("new", lambda e: max(e.destinations) + 4096)),
    ("its own checks", lie("^judge pattern ok", "judge pattern FAIL")),
    ("its own checks", lie("^BATON-VERDICT.*", "")),
    ("the live tables' root, pages, CRC-32", lie(r"^(tables .*) \d+ pages", r"\1 7 pages")),
    ("the live tables' root, pages, CRC-32", lie("^tables .*", "")),
    ("the trampoline's two addresses", lie(r"^(trampoline .* lead to) 0x\w+", r"\1 0x00001000")),
]


@pytest.mark.quick
@pytest.mark.parametrize("job", [case(Gather(), "pae")])
def test_every_check_can_fail(job, outcome):
    checks = {claim.how: claim for claim in CLAIMS}
    assert len(checks) == len(CLAIMS)
    assert {how for how, _ in TAMPERING} == set(checks)
    assert {how: claim.objections(outcome) for how, claim in checks.items()} == \
        {how: [] for how in checks}
    for number, (how, tamper) in enumerate(TAMPERING):
        evidence = copy.deepcopy(outcome)
        tamper(evidence)
        assert checks[how].objections(evidence), f"tampering {number} went unseen: {how}"
