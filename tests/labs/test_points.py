"""tests/labs/RESULT.md, and the table of docs/labs.md, have the labs, holes and wrong answers that there are."""
import re

import catalogue
import points
import pytest

pytestmark = pytest.mark.quick


def test_the_file_is_up_to_date():
    seconds = points.kept_seconds()
    assert set(seconds) == set(catalogue.NAMES)
    assert points.RESULT.read_text() == points.text(seconds), "make labs-points writes it again"


@pytest.mark.parametrize("lab", catalogue.every(), ids=catalogue.NAMES)
def test_a_lost_check_is_a_check(lab):
    names = {check.name for check in lab.checks}
    for name, lost in points.wrong_answers(lab):
        assert lost and set(lost) <= names, (name, set(lost) - names)
        assert 0 <= points.points(lab, lost) < lab.points


@pytest.mark.parametrize("lab", catalogue.every(), ids=catalogue.NAMES)
def test_the_document_has_the_lines_of_the_holes(lab):
    rows = re.findall(rf"^\| {lab.name} \| .*$", (points.TOP / "docs" / "labs.md").read_text(), re.M)
    for part in lab.parts:
        assert f"in `{part.source}`, {part.lines} lines" in rows[0], (part.source, part.lines)
