"""Every lab graded: the real source has all points, the skeleton none, and each wrong answer loses
just the checks that it should."""
import re

import catalogue
import grade
import pytest
import work
import wrong_bzimage
import wrong_list
import wrong_tables
import wrong_trampoline
import wrong_walk
from catalogue import TOP

LABS = catalogue.every()
WRONG = [answer for module in (wrong_walk, wrong_tables, wrong_list, wrong_trampoline, wrong_bzimage)
         for answer in module.ANSWERS]


def graded(lab, folder, text):
    folder.mkdir()
    (folder / lab.file).write_text(text)
    result = grade.grade(lab, folder)
    lost = {c.name for c in lab.checks if not result.points(c)}
    return result, lost


def story(result):
    return "\n".join([result.broken, *(f"{name}: {finding}" for name, finding
                                       in result.findings.items() if finding)])


@pytest.mark.quick
@pytest.mark.parametrize("lab", LABS, ids=catalogue.NAMES)
def test_the_real_source_has_all_points(lab, tmp_path):
    result, lost = graded(lab, tmp_path / "work", (TOP / lab.source).read_text())
    assert not lost and result.total == lab.points == 100, story(result)


@pytest.mark.parametrize("lab", LABS, ids=catalogue.NAMES)
def test_the_skeleton_has_no_points(lab, tmp_path):
    folder = work.start(lab, tmp_path / "work")
    result = grade.grade(lab, folder)
    assert not result.broken and result.total == 0, story(result)


@pytest.mark.parametrize("answer", WRONG, ids=lambda a: f"{a.lab}: {a.name}")
def test_a_wrong_answer_loses_its_checks(answer, tmp_path):
    lab = catalogue.get(answer.lab)
    text = answer.apply((TOP / lab.source).read_text())
    result, lost = graded(lab, tmp_path / "work", text)
    assert not result.broken, story(result)
    assert lost == set(answer.lost.split()) and lost, story(result)
    assert re.search(answer.found, story(result)), story(result)


def test_there_are_enough_wrong_answers():
    for name in catalogue.NAMES:
        assert len([a for a in WRONG if a.lab == name]) >= 8
