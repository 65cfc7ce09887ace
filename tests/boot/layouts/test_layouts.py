"""The real machine code on many machines: hands over random layouts of memory, files of all formats
but Linux's (layouts/forms.py), and segments, and judges them by their bytes, stores, reads and
fetches (layouts/verdict.py).

    BATON_SEED=N|now      another seed                  BATON_LAYOUTS=N     so many layouts
                                                        BATON_LAYOUTS=#N    number N alone
"""
import os
import time

import payloads
import pytest
from layouts.features import FEATURES
from layouts.run import play
from machine import BUILD

SPOILED = os.path.join(BUILD, "spoil", "baton.elf")
USUAL, QUICK, GROUP = 500, 40, 20
USUAL_SEED = 1
ENOUGH = 5                      # failures: after so many, the rest of a group is skipped


def seed():
    given = os.environ.get("BATON_SEED") or str(USUAL_SEED)
    return int(time.time()) if given == "now" else int(given, 0)


def numbers():
    given = os.environ.get("BATON_LAYOUTS") or str(USUAL)
    return range(int(given[1:]), int(given[1:]) + 1) if given[0] == "#" else range(int(given))


SEED, NUMBERS = seed(), numbers()


class Layouts:
    """Some layouts, one after the other. run(): the results of play()."""

    def __init__(self, which, kernel=payloads.BATON, label="layout"):
        self.which, self.kernel, self.label = which, kernel, label
        self.name = f"{which[0]}-{which[-1]}"

    def run(self):
        played = []
        for number in self.which:
            played.append(play(SEED, number, self.kernel, self.label))
            if sum(1 for p in played if p.complaints) == ENOUGH:
                break
        return played


JOBS = [Layouts(NUMBERS[i:i + GROUP]) for i in range(0, len(NUMBERS), GROUP)]
QUICK_JOBS = [job for job in JOBS if job.which[-1] < QUICK]


@pytest.mark.parametrize("job", [
    pytest.param(job, id=job.name, marks=[pytest.mark.quick] if job in QUICK_JOBS else [])
    for job in JOBS])
def test_random_layouts_are_handed_over(job, outcome):
    wrong = [played.story() for played in outcome if played.complaints]
    assert not wrong, "\n".join([f"{len(wrong)} of {len(outcome)} layouts", *wrong])


# ---- do the random layouts cover all features?

def assert_all_sorts(outcomes, least):
    """least(percent): the required number. make layouts prints the numbers of all features."""
    played = [p for outcome in outcomes for p in outcome]
    count = {name: sum(1 for p in played if name in p.features) for name in FEATURES}
    print(f"\nseed {SEED}, {len(played)} layouts: "
          + ", ".join(f"{name} {n}" for name, n in count.items()))
    rare = {name: n for name, n in count.items() if n < least(FEATURES[name][0])}
    assert not rare, f"too few of {len(played)} layouts of seed {SEED}: {rare}"


if SEED == USUAL_SEED and len(NUMBERS) >= QUICK:    # of other seeds, 40 may be without one of them
    @pytest.mark.quick
    @pytest.mark.parametrize("jobs", [QUICK_JOBS], ids=["quick"])
    def test_the_quick_layouts_are_of_all_sorts(jobs, outcomes):
        assert_all_sorts(outcomes, lambda percent: 1)


if len(NUMBERS) >= USUAL:
    @pytest.mark.parametrize("jobs", [JOBS], ids=["all"])
    def test_the_layouts_are_of_all_sorts(jobs, outcomes):
        assert_all_sorts(outcomes, lambda percent: percent * len(NUMBERS) // 100)


# ---- and is a wrong hand-off noticed?

if len(NUMBERS) > 1:
    @pytest.mark.quick
    @pytest.mark.parametrize("job", [Layouts(range(3), SPOILED, "layout-spoiled")],
                             ids=["spoiled"])
    def test_the_verdict_turns_red(job, outcome):
        """The build that is wrong on purpose (make spoil) writes to the live tables after exec."""
        assert len(outcome) == len(job.which)
        for played in outcome:
            for part in ("that the hand-off must not change", "by the old kernel after exec"):
                assert any(part in c and "live table" in c for c in played.complaints), part
