"""./baton lab as a student types it: bad input, nothing overwritten, states, the files for graders."""
import json
import os
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import catalogue
import pexpect
import pytest
from catalogue import TOP
from checkout import BUILD, Checkout

quick = pytest.mark.quick
WALK = (TOP / "pagetable" / "walk.c").read_text()
PASSED = 65                             # isa-debug-exit of the judge's 0x20
# The checkout builds in its own folder.
OWN = {name: value for name, value in os.environ.items() if name != "BATON_BUILD"}
ZERO = "    *walk = (struct pt_walk){0};\n"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """With this checkout's objects, so that make has little to do."""
    made = Checkout(tmp_path_factory.mktemp("my  labs") / "baton")
    shutil.rmtree(made.top / "labs-work", ignore_errors=True)
    for name in ("labs", "tests/payloads"):
        if (BUILD / name).exists():
            (made.top / "build" / name).parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["cp", "-a", BUILD / name, made.top / "build" / name], check=True)
    return made


@pytest.fixture
def lab(checkout):
    def run(*words, **settings):
        return checkout.run("./baton", "lab", *words, timeout=300, env=OWN, **settings)
    yield run
    shutil.rmtree(checkout.top / "labs-work", ignore_errors=True)


def refused(outcome, said):
    status, output = outcome
    assert status == 2 and said in output, output
    assert len(output.splitlines()) == 1 and output.startswith("baton: "), output


@quick
@pytest.mark.parametrize("words, said", [
    (["sing"], 'there is no verb "lab sing"'),
    (["start"], "lab start needs the name of one lab"),
    (["start", "walk", "tables"], "lab start needs the name of one lab"),
    (["start", "sing"], 'there is no lab "sing": walk, tables'),
    (["start", "walk", "-x"], 'there is no option "-x"'),
    (["start", "walk", "-o"], "-o needs a value"),
    (["start", "walk", "-o="], "-o has an empty value"),
    (["start", "walk", "-o", "."], "is in Baton's source tree"),
    (["start", "walk", "-o", "labs"], "is in Baton's source tree"),
    (["start", "walk", "-o", "kernel/new"], "is in Baton's source tree"),
    (["check", "walk"], "lab walk is not begun"),
    (["run", "walk"], "lab walk is not begun"),
    (["check", "walk", "--json"], "--json needs a value"),
    (["check", "walk", "--json", "/nowhere/x"], 'the result "/nowhere/x" cannot be written'),
    (["handout", "walk"], "lab handout needs a folder for the repository: -o DIR"),
    (["handout", "walk", "-o", "labs-work/x"], "is in Baton's source tree"),
    (["handout", "walk", "-o", "/etc"], '"/etc" exists already, and is left alone'),
    (["grade", "walk"], "lab grade needs the name of a lab, and the students' folders"),
])
def test_a_wrong_word(lab, words, said):
    refused(lab(*words), said)


@quick
def test_nothing_is_overwritten(lab, checkout, tmp_path):
    assert lab("start", "walk")[0] == 0
    work = checkout.top / "labs-work" / "walk"
    (work / "walk.c").write_text("mine")
    refused(lab("start", "walk"), "exists already, and is left alone")
    for name, make in (("a file", Path.touch), ("a folder", Path.mkdir),
                       ("a link", lambda p: p.symlink_to("/nowhere"))):
        make(tmp_path / name)
        refused(lab("start", "walk", "-o", tmp_path / name), "exists already, and is left alone")
    assert (work / "walk.c").read_text() == "mine"
    assert sorted(os.listdir(work)) == ["README.md", "design.md", "walk.c"]
    assert not os.listdir(tmp_path / "a folder") and not (tmp_path / "a file").read_text()


@quick
def test_a_lab_begins_outside(lab, checkout, tmp_path):
    """The list, and the other verbs, find it there; -o is relative to the user's folder."""
    status, output = checkout.run(checkout.top / "baton", "lab", "start", "walk", "-o", "my work",
                                  cwd=tmp_path, env=OWN)
    assert status == 0 and (tmp_path / "my work" / "walk.c").is_file(), output
    (tmp_path / "my work" / "walk.c").unlink()
    refused(lab("check", "walk"), "walk.c\" is missing")


@quick
@pytest.mark.parametrize("content, said", [
    (b"\xff\xfe\x00", "is not a text in UTF-8, at byte 0"),
    (b"x" * (2 << 20), "an answer has at most"),
], ids=["no text", "too large"])
def test_a_file_that_is_no_answer(lab, checkout, content, said):
    lab("start", "walk")
    (checkout.top / "labs-work" / "walk" / "walk.c").write_bytes(content)
    refused(lab("check", "walk"), said)


def test_from_the_start_to_all_points(lab, checkout, tmp_path):
    """With states in between, CRLF, and the files for graders."""
    def state():
        return lab()[1].splitlines()[0]

    work = checkout.top / "labs-work" / "walk"
    assert state().startswith("walk        not begun")
    assert lab("start", "walk")[0] == 0
    assert state().startswith("walk        begun")
    (work / "walk.c").write_text(WALK.replace("            walk->reserved = true;\n",
                                              "            walk->reserved = false;\n"))
    files = [tmp_path / "r.json", tmp_path / "r.xml"]
    status, output = lab("check", "walk", "--json", files[0], "--junit", files[1])
    assert status == 1 and "total       90 of 100 points" in output, output
    assert state().startswith("walk        90/100"), state()
    result = json.loads(files[0].read_text())
    tests = result["tests"]
    assert result["score"] == sum(t["score"] for t in tests) == 90
    assert sum(t["max_score"] for t in tests) == 100 and len(tests) == len(catalogue.get("walk").checks)
    lost, = [t for t in tests if not t["score"]]
    assert "expected: reserved 1" in lost["output"] and lost["visibility"] == "visible"
    suite = ElementTree.parse(files[1]).getroot()
    assert suite.get("failures") == "1" and len(suite.findall("testcase/failure")) == 1
    assert 'read      README.md, "Reserved bits"' in output

    (work / "walk.c").write_bytes(WALK.replace("\n", "\r\n").encode())
    status, output = lab("check", "walk")
    assert status == 0 and "total       100 of 100 points" in output, output
    assert state().startswith("walk        done")


LINE = WALK[:WALK.index(ZERO)].count("\n") + 1
NOT_GRADED = {
    "an error": (WALK.replace(ZERO, "    *walk = 1 +;\n"), f"labs-work/walk/walk.c:{LINE}:16: error: "),
    "the original by its path": ('#include "pagetable/walk.c"\n', "walk.c takes in pagetable/walk.c"),
    "the tests' walker": (WALK.replace(ZERO, ZERO + """
#ifdef __x86_64__
    void reference_translate(void);
    reference_translate();
#endif
"""), "uses reference_translate, which is not part of Baton's core"),
    "the console": (WALK.replace(ZERO, ZERO + """
    void report(const char *, ...);
    report("BATON-VERDICT", "pass");
"""), "uses report, which is not part of Baton's core"),
    "assembly": (WALK.replace(ZERO, ZERO + '    __asm__("hlt");\n'), '"__asm__" is not allowed'),
    "a file as bytes": (WALK + '\n/* .incbin "x" */\n', '"incbin" is not allowed'),
}


@pytest.mark.parametrize("name", NOT_GRADED)
def test_an_answer_that_is_not_graded(lab, checkout, name):
    text, said = NOT_GRADED[name]
    lab("start", "walk")
    (checkout.top / "labs-work" / "walk" / "walk.c").write_text(text)
    status, output = lab("check", "walk")
    assert status == 1 and said in output, output
    assert "not graded" in output and "total       0 of 100 points" in output, output


def test_many_answers_are_graded(lab, tmp_path):
    for name, text in (("right", WALK), ("broken", WALK.replace(ZERO, "    x;\n"))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "walk.c").write_text(text)
    status, output = lab("grade", "walk", *(tmp_path / n for n in ("right", "broken", "none")))
    lines = output.splitlines()
    assert status == 1 and len(lines) == 3, output
    assert lines[0].startswith("100 of 100 ") and lines[0].endswith("all checks")
    assert lines[1].startswith("  0 of 100 ") and "walk.c" in lines[1]
    assert lines[2].startswith("  - of 100 ") and "lab walk is not begun" in lines[2]


def test_a_lab_runs_as_baton_does(lab, checkout):
    """With Baton's own options; the build is the lab's."""
    lab("start", "walk")
    (checkout.top / "labs-work" / "walk" / "walk.c").write_text(WALK)
    judge = os.path.abspath(BUILD / "tests" / "payloads" / "judge-low")
    status, output = lab("run", "walk", "--kernel", judge, "--paging", "legacy", "--timeout", "120")
    assert status == PASSED and "BATON-VERDICT pass" in output, output
    assert "build       build/labs/walk/baton.elf, " in output and "tables      live: legacy" in output


@pytest.mark.parametrize("name", ["walk", "crash"])
def test_gdb_stops_where_the_lab_begins(lab, checkout, name):
    """In the usual machine, and in one that the lab has for itself."""
    lab("start", name)
    part, = catalogue.get(name).parts
    (checkout.top / "labs-work" / name / part.file).write_text(part.text)
    child = pexpect.spawn("./baton", ["lab", "debug", name], cwd=str(checkout.top),
                          encoding="utf-8", codec_errors="replace", timeout=200,
                          env={**OWN, "TERM": "dumb"})
    child.expect(rf"Breakpoint 1, {catalogue.get(name).stop} \(.*\s+at labs-work/{name}/{part.file}:")
    child.expect(r"\(gdb\) ")
    child.sendline("quit")
    child.expect(pexpect.EOF)


@quick
def test_help(lab):
    status, output = lab("help")
    assert status == 0 and max(map(len, output.splitlines())) <= 80
    for verb in ("start", "run", "debug", "check", "grade", "handout"):
        assert f"./baton lab {verb}" in output
