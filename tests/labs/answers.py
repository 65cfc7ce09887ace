"""A lab graded: the real source has all points, the skeleton none, and each wrong answer, a mistake
that students make, loses just the checks that it should.

A wrong answer is booted only where that shows more: in labs without a judging program, and for
mistakes that no other check finds. BATON_THOROUGH=1 boots each of them in every way.
"""
import os
import re
from dataclasses import dataclass

import boots
import catalogue
import grade
import pytest
import work

boots.LIMIT = 3         # seconds of computing: an endless loop is seen sooner; a right boot takes 0.4
THOROUGH = os.environ.get("BATON_THOROUGH") == "1"


@dataclass(frozen=True)
class Wrong:
    """Changes to the real sources: (old text, new text); the old one must be in one of them exactly once.
    `lost` are the checks that must fail, and no other may."""
    lab: str
    name: str
    changes: tuple
    lost: str
    found: str = ""         # a pattern: in what is found, or read, for one of them
    boots: str = ""         # checks whose boots are made, if not those that are chosen below

    def apply(self, texts):
        """texts: {name of a file: text}"""
        for old, new in self.changes:
            count = sum(text.count(old) for text in texts.values())
            if count != 1:
                raise LookupError(f"{self.name}: {count} times in the source: {old!r}")
            texts = {name: text.replace(old, new) for name, text in texts.items()}
        return texts


def change(old, new):
    return ((old, new),)


def trials(lab, answer):
    """The boots that are made: where the first loss shows, and one that loses nothing."""
    lost, boots = answer.lost.split(), answer.boots.split()
    booted = {name for trial in lab.trials for name in trial.names}
    if THOROUGH:
        return lab.trials
    if boots:
        return tuple(trial for trial in lab.trials if set(trial.names) & set(boots))
    if lab.host and set(lost) - booted:
        return ()
    shows = next(trial for trial in lab.trials if set(trial.names) & set(lost))
    return (shows, *[trial for trial in lab.trials if not set(trial.names) & set(lost)][:1])


def sources(lab):
    return {part.file: part.text for part in lab.parts}


def graded(lab, folder, texts, trials=None):
    folder.mkdir()
    for name, text in texts.items():
        (folder / name).write_text(text)
    return grade.grade(lab, folder, trials=trials)


def story(result):
    return "\n".join([result.broken, *(f"{name}: {finding}" for name, finding
                                       in result.findings.items() if finding)])


def real_source(lab, more, tmp_path):
    result = graded(lab, tmp_path / "work", {**sources(lab), **more()})
    assert result.total == lab.points == 100, story(result)


def skeleton(lab, tmp_path):
    folder = work.start(lab, tmp_path / "work")
    result = grade.grade(lab, folder)
    assert not result.broken and result.total == 0, story(result)


def wrong_answer(answer, more, tmp_path):
    lab = catalogue.get(answer.lab)
    made, lost = trials(lab, answer), set(answer.lost.split())
    result = graded(lab, tmp_path / "work", {**answer.apply(sources(lab)), **more()}, made)
    assert not result.broken, story(result)
    missing = {name for trial in lab.trials if trial not in made for name in trial.names}
    found = {name for name, finding in result.findings.items()
             if finding and finding is not grade.NOT_RUN}
    assert found - missing == lost - missing and found <= lost and found, story(result)
    assert re.search(answer.found, story(result)), story(result)


def for_lab(name, answers, more=dict):
    """The tests of a lab, for its file of wrong answers. more(): {name: text} of other files of an answer."""
    lab = catalogue.get(name)

    @pytest.mark.quick
    def test_the_real_source_has_all_points(tmp_path):
        real_source(lab, more, tmp_path)

    def test_the_skeleton_has_no_points(tmp_path):
        skeleton(lab, tmp_path)

    @pytest.mark.parametrize("answer", answers, ids=lambda a: a.name)
    def test_a_wrong_answer_loses_its_checks(answer, tmp_path):
        wrong_answer(answer, more, tmp_path)

    @pytest.mark.quick
    def test_there_are_enough_wrong_answers():
        assert len(answers) >= 8

    return {name: test for name, test in locals().items() if name.startswith("test_")}
