"""./baton lab handout: no line of an answer is left in it, and the lab can be done in it."""
import os
import subprocess

import catalogue
import handout
import pytest
import solved
from catalogue import TOP, Refused
from checkout import BUILD, Checkout
from hole import bodies, skeleton

LABS = catalogue.every()
ROOMS = ("boot", "kernel", "lib", "pagetable", "payload", "relocate")
SHORTEST = 20           # characters of a line that says something of the answer
RUN = 4                 # lines after each other that do, whatever they are
OWN = {name: value for name, value in os.environ.items() if name != "BATON_BUILD"}


def stripped(text):
    return [line.strip() for line in text.split("\n") if line.strip()]


def said_elsewhere(lab):
    """Baton's source without the hole."""
    holes = {TOP / part.source: part.holes for part in lab.parts}
    texts = ((path, path.read_text()) for room in ROOMS for path in (TOP / room).rglob("*.*"))
    return "\n".join(skeleton(text, holes.get(path, ())) for path, text in texts)


def telling(lab):
    """What must not be left: lines that are the hole's alone, and runs of lines."""
    cut = [stripped("\n".join(body)) for part in lab.parts for body in bodies(part.text, part.holes)]
    elsewhere = said_elsewhere(lab)
    lines = {line for body in cut for line in body if len(line) >= SHORTEST and line not in elsewhere}
    assert len(lines) >= 8, lines
    runs = {"\n".join(body[at:at + RUN]) for body in cut for at in range(len(body) - RUN + 1)}
    return lines | runs


def contents(folder):
    """(name, text) of each file, and of each object of git's."""
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            yield str(path.relative_to(folder)), path.read_bytes()
    yield "git's objects", subprocess.run(
        ["git", "-C", folder, "cat-file", "--batch-all-objects", "--batch"],
        capture_output=True, check=True).stdout


def left(lab, folder):
    """What of the answer is in the folder: "NAME: LINE" for each."""
    wanted = telling(lab)
    found = []
    for name, data in contents(folder):
        text = "\n".join(stripped(data.decode("latin-1")))
        found += [f"{name}: {line}" for line in wanted if line in text]
    return found


@pytest.mark.parametrize("lab", LABS, ids=catalogue.NAMES)
def test_nothing_of_the_answer_is_left(lab, tmp_path):
    folder = handout.make(lab, tmp_path / "students")
    assert not left(lab, folder)
    assert handout.git(folder, "rev-list", "--all", "--count") == "1\n"
    assert handout.git(folder, "status", "--porcelain") == ""
    # the answer would be found: as a file, and in an older commit
    for part in lab.parts:
        (folder / part.source).write_text(part.text)
        assert any(line.startswith(f"{part.source}: ") for line in left(lab, folder))
    handout.git(folder, "-c", "user.name=x", "-c", "user.email=x", "commit", "-qam", "the answer")
    handout.git(folder, "checkout", "-q", "HEAD~")
    assert {line.partition(": ")[0] for line in left(lab, folder)} == {"git's objects"}


@pytest.mark.quick
def test_the_commit_is_the_teachers_or_nobodys(tmp_path, monkeypatch):
    lab = LABS[0]
    for name in [*os.environ]:
        if name.startswith(("GIT_", "EMAIL")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")

    def author(name):
        return handout.git(handout.make(lab, tmp_path / name), "log", "--format=%an %ae %cn %ce")

    assert author("nobody").split() == "Teaching staff staff@example.invalid".split() * 2
    (tmp_path / ".gitconfig").write_text("[user]\nname = Ada\nemail = ada@example.org\n"
                                         "[commit]\ngpgsign = true\n[core]\nhooksPath = /nowhere\n")
    assert author("ada").split() == ["Ada", "ada@example.org"] * 2


@pytest.mark.quick
def test_a_folder_that_is_in_use(tmp_path, monkeypatch):
    monkeypatch.setenv("LAB_START", str(tmp_path))
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    (tmp_path / "link").symlink_to("/nowhere")
    for name in ("mine", "full", "link", "."):
        with pytest.raises(Refused, match="exists already, and is left alone"):
            handout.make(LABS[0], name)
    with pytest.raises(Refused, match="is in Baton's source tree"):
        handout.make(LABS[0], TOP / "labs-work" / "x")
    assert sorted(os.listdir(tmp_path)) == ["full", "link", "mine"]
    (tmp_path / "empty").mkdir()
    assert handout.make(LABS[0], "empty") == tmp_path / "empty"


def test_what_git_does_not_know_is_not_handed_out(tmp_path):
    """A copy of the tree with an answer beside the source, as a teacher may keep it."""
    lab = LABS[0]
    made = Checkout(tmp_path / "teacher's")
    status, said = made.run("./baton", "lab", "handout", lab.name, "-o", tmp_path / "students", env=OWN)
    assert status == 1 and "this is no git checkout" in said and not (tmp_path / "students").exists()
    handout.git(made.top, "init", "-q")
    handout.git(made.top, "add", "-A")
    (made.top / "labs" / "answer.c").write_text(lab.parts[0].text)
    status, said = made.run("./baton", "lab", "handout", lab.name, "-o", tmp_path / "students", env=OWN)
    assert status == 0 and said.splitlines() == [
        f"handout     {tmp_path}/students: lab {lab.name}, one commit, without the answer"], said
    assert not left(lab, tmp_path / "students")


# Of this checkout's build folder, so that there is less to make and nothing to fetch.
READY = ("labs", "tests/payloads", "spoil", "initrd.gz", "payloads/versions", "payloads/vmlinuz-686-pae",
         "payloads/vmlinuz-amd64")


@pytest.mark.parametrize("name", ["walk", "trampoline", "crash", "bzimage"])
def test_the_lab_can_be_done_there(name, tmp_path):
    """One in C, one in assembly, one with a dump, one of two files that call each other: no points for
    what is handed out, all with the answer."""
    lab = catalogue.get(name)
    folder = handout.make(lab, tmp_path / "students")
    (folder / "build").mkdir()
    for ready in READY:
        if not (BUILD / ready).exists():
            continue
        (folder / "build" / ready).parent.mkdir(exist_ok=True)
        subprocess.run(["cp", "-a", BUILD / ready, folder / "build" / ready], check=True)

    def lab_says(*words):
        done = subprocess.run(["./baton", "lab", *words], cwd=folder, env=OWN, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    assert lab_says() == (0, f"{name:<12}{'begun':<11} {lab.title}\n")
    if name == "walk":
        status, said = lab_says("check", name)
        assert status == 1 and "total       0 of 100 points" in said, said
    for part in lab.parts:
        (folder / "labs-work" / name / part.file).write_text(part.text)
    changed = sorted([*lab.files, *(["answer.txt"] if lab.sheet else [])])
    if lab.sheet:       # the dump of a Baton with the hole has the answers of the dump of Baton itself
        right = solved.sheet(solved.NAMES["legacy"])
        (folder / "labs-work" / name / "answer.txt").write_text(solved.text({"name": right["name"]}))
        status, said = lab_says("dump", name)
        assert status == 0, said
        assert {"name": right["name"], **solved.read(folder / "labs-work" / name / "vmcore")} == right
        (folder / "labs-work" / name / "answer.txt").write_text(solved.text(right))
    status, said = lab_says("check", name)
    assert status == 0 and "total       100 of 100 points" in said, said
    assert handout.git(folder, "status", "--porcelain") == "".join(
        f" M labs-work/{name}/{file}\n" for file in changed)
    done = subprocess.run(["./baton", "check"], cwd=folder, env=OWN, capture_output=True, text=True)
    assert done.returncode == 2 and "is the hand-out of a lab" in done.stderr
