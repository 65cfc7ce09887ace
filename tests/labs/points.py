#!/usr/bin/python3
"""points: what each lab gives to its skeleton, to the real source, and to each wrong answer.

    make labs-points    grades each lab's real source, and writes tests/labs/RESULT.md

The points of a wrong answer follow from the checks that it must lose; test_lab_NAME.py shows that it
loses these and no others. test_points.py shows that RESULT.md is up to date.
"""
import importlib
import re
import resource
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOP = HERE.parents[1]
sys.path[:0] = [str(HERE), str(TOP / "labs" / "grader"), *(str(HERE.parent / room) for room in (
    "boot/common", "boot/files", "boot/dumps"))]

import catalogue  # noqa: E402

RESULT = HERE / "RESULT.md"
HEAD = """\
# What the labs give

`make labs-points` writes this file. `tests/labs/test_lab_NAME.py` shows that the skeleton and the real
source get these points, and that each wrong answer loses these checks and no others. Seconds: of
computing, to grade the real source when Baton is built already.

"""


def wrong_answers(lab):
    """[(name, the checks that it loses)]"""
    module = importlib.import_module(f"test_lab_{lab.name}")
    sheets = getattr(module, "SHEETS", {})
    return [(answer.name, answer.lost.split()) for answer in module.ANSWERS] + \
        [(f"answer.txt: {name}", lost.split()) for name, (_, lost, _) in sheets.items()]


def points(lab, lost):
    return lab.points - sum(check.points for check in lab.checks if check.name in lost)


def text(seconds):
    """The file. seconds: {name of a lab: text}"""
    lines = ["| lab | files | lines of the holes | skeleton | real source | wrong answers | their points | seconds |",
             "|---|---|---|---|---|---|---|---|"]
    for lab in catalogue.every():
        wrong = [points(lab, lost) for _, lost in wrong_answers(lab)]
        lines.append(f"| {lab.name} | {', '.join(lab.files)} | {sum(part.lines for part in lab.parts)} | 0 | "
                     f"{lab.points} | {len(wrong)} | {min(wrong)} to {max(wrong)} | {seconds[lab.name]} |")
    for lab in catalogue.every():
        lines += ["", f"## {lab.name}", "", "| wrong answer | points | loses |", "|---|---|---|"]
        lines += [f"| {name} | {points(lab, lost)} | {', '.join(lost)} |" for name, lost in wrong_answers(lab)]
    return HEAD + "\n".join(lines) + "\n"


def kept_seconds():
    """Those in the file."""
    return dict(re.findall(r"^\| (\w+) \| .* \| (\d+) \|$", RESULT.read_text(), re.M))


def measured(lab):
    """Grades the real source twice: the first time may build Baton. Processes are counted, not the clock:
    others may use the machine, too."""
    import answers
    import grade
    import solved
    more = solved.files() if lab.sheet else {}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(2):
            began = computed()
            result = answers.graded(lab, Path(folder) / str(number), {**answers.sources(lab), **more})
    assert result.total == lab.points, answers.story(result)
    return f"{computed() - began:.0f}"


def computed():
    """Seconds that this process and those that it has ended have computed."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(part.ru_utime + part.ru_stime for part in used)


if __name__ == "__main__":
    RESULT.write_text(text({lab.name: measured(lab) for lab in catalogue.every()}))
    print(RESULT.relative_to(TOP))
