"""Holes: found by name, refused when the source has changed, and nothing of them is handed out."""
import re

import catalogue
import pytest
from hole import FIRST, Function, Lines, NoHole, bodies, skeleton

pytestmark = pytest.mark.quick
LABS = catalogue.every()
TEXT = "int f(int a);\n\nstatic int f(int a,\n             int b)\n{\n    return g(a);\n}\n\nint h(void)\n{\n}\n"
SHORTEST = 14           # characters: a shorter line, such as "return false;", is no part of an answer


def test_the_body_of_a_function_is_cut():
    assert skeleton(TEXT, [Function("f", "    return 0;")]) == TEXT.replace("g(a)", "0")


def test_the_lines_between_two_are_cut():
    assert skeleton("a\n  x\n  y\nb\n", [Lines("a", "b", "  z")]) == "a\n  z\nb\n"


@pytest.mark.parametrize("hole, said", [
    (Function("g", ""), "there is no function g"),
    (Lines("x", "}", ""), 'the line "x" is there 0 times'),
    (Lines("{", "}", ""), 'the line "{" is there 2 times'),
    (Lines("int h(void)", "y", ""), 'there is no line "y" after'),
])
def test_a_source_that_has_changed(hole, said):
    with pytest.raises(NoHole, match=re.escape(said)):
        skeleton(TEXT, [hole])


@pytest.mark.parametrize("lab", LABS, ids=catalogue.NAMES)
def test_a_skeleton_has_no_line_of_the_answer(lab):
    """But for lines that stand elsewhere in the file, too, in the part that is handed out."""
    for part in lab.parts:
        handed_out = {line.strip() for line in skeleton(part.text, part.holes).split("\n")}
        given = part.text
        cut = [line.strip() for body in bodies(part.text, part.holes) for line in body]
        for body in bodies(part.text, part.holes):
            given = given.replace("\n".join(body), "")
        elsewhere = {line.strip() for line in given.split("\n")}
        left = [line for line in cut if len(line) >= SHORTEST and line in handed_out - elsewhere]
        assert len(cut) > 10 and left in ([], [l for l in left if l.startswith(("/*", "*"))]), left


@pytest.mark.parametrize("lab", LABS, ids=catalogue.NAMES)
def test_a_file_has_10_to_60_lines_less(lab):
    for part in lab.parts:
        assert 10 <= part.lines <= 60, (part.source, part.lines)
        assert skeleton(part.text, part.holes).count(FIRST) == len(part.holes)


@pytest.mark.parametrize("lab", LABS, ids=catalogue.NAMES)
def test_lines_fit(lab):
    for part in lab.parts:
        added = set(skeleton(part.text, part.holes).split("\n")) - set(part.text.split("\n"))
        assert added and max(map(len, added)) <= 100, added


@pytest.mark.parametrize("lab", LABS, ids=catalogue.NAMES)
def test_a_hint_names_a_section_of_the_hand_out(lab):
    text = (lab.folder / "README.md").read_text()
    sections = set(re.findall(r"^## (.+)$", text, re.M))
    for check in lab.checks:
        named = re.findall(r'"([^"]+)"', check.hint)
        assert named and set(named) <= sections, (check.name, named)
    stubs = " ".join(" ".join(hole.stub.replace("*", " ").split()) for part in lab.parts
                     for hole in part.holes)
    assert set(re.findall(r'README\.md, "([^"]+)"', stubs)) <= sections
    assert lab.points == 100 and "Time" in text and "SDM" in text or lab.name == "list"
    questions = re.findall(r"^\d\. ", (lab.folder / "design.md").read_text(), re.M)
    assert 2 <= len(questions) <= 3
