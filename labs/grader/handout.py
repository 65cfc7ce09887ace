"""Makes a repository for students: Baton with the hole of one lab, without the answer and its history.

One lab a repository, because a lab needs what the other labs teach in place. As compiled objects
these parts would be for one compiler and one machine alone, and an object made from assembly is the
answer itself. So they are there as source, and the hole is the only one.
"""
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import work
from catalogue import NAMES, TOP, Refused
from hole import skeleton

# What builds Baton, and what the grader needs. Not the tests of Baton: they show parts of answers.
KEPT = ("ARCHITECTURE.md", "LICENSE", "Makefile", "baton", "linker.ld", "boot", "docs", "include", "iso",
        "kernel", "lib", "pagetable", "payload", "relocate", "labs", "tests/boot/common", "tests/boot/files",
        "tests/boot/dumps", "tests/host", "tests/payloads", "web")
LEFT_OUT = ("docs/teaching.md", "tests/boot/**/test_*", "tests/host/**/test_*")
IGNORED = "/build/\n__pycache__/\n*.pyc\n/labs-work/*/result.json\n/labs-work/*/vmcore\n"
NEUTRAL = ("-c", "user.name=Teaching staff", "-c", "user.email=staff@example.invalid")
README = """\
# Lab {name}: {title}

This is Baton, a kernel that hands a running machine over to the next kernel, with a hole in
{sources}. You fill it in {files}. Begin with
[the hand-out](labs-work/{name}/README.md).

    ./baton lab check {name}      grades what you wrote
    ./baton lab run {name}        boots Baton with it
    ./baton lab debug {name}      the same in gdb, stopped where the lab begins

[docs/labs.md](docs/labs.md) says more of the labs, and [ARCHITECTURE.md](ARCHITECTURE.md) how Baton
works. The tests of Baton are not here, because they show parts of the answer.
"""


def quoted(names):
    return " and ".join(f"`{name}`" for name in names)


def git(folder, *words):
    """Runs git; returns what it prints."""
    try:
        done = subprocess.run(["git", "-C", folder, *words], capture_output=True, text=True, check=True)
    except FileNotFoundError:
        raise Refused("git is not installed: package git", 1) from None
    except subprocess.CalledProcessError as why:
        said = (why.stderr.strip().splitlines() or [f"status {why.returncode}"])[0]
        raise Refused(f"git failed: {said}", 1) from None
    return done.stdout


def known_files(lab):
    """The files to hand out: git's alone, so that nothing that a teacher keeps beside them leaks."""
    if not (TOP / ".git").exists():
        raise Refused("lab handout copies the files that git knows, and this is no git checkout; "
                      "make one with git clone", 1)
    others = [f":(exclude)labs/{name}" for name in NAMES if name != lab.name]
    listed = git(TOP, "ls-files", "-z", "--", *(f":(glob){name}" if "*" in name else name for name in KEPT),
                 *(f":(exclude,glob){name}" for name in LEFT_OUT), *others)
    return [name for name in listed.split("\0") if name]


def fill(lab, folder):
    """The files: dates are kept, so that objects that were made elsewhere stay good."""
    for name in known_files(lab):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(TOP / name, path, follow_symlinks=False)
    instead = lab.folder / "instead"
    for path in instead.rglob("*.c"):       # the file that it replaces shows parts of the answer
        shutil.copy2(path, folder / path.relative_to(instead))
    for part in lab.parts:
        (folder / part.source).write_text(skeleton(part.text, part.holes))
    sources, own = ([part.source for part in lab.parts], [f"labs-work/{lab.name}/{name}" for name in lab.files])
    (folder / "labs" / "handout.mk").write_text(
        f"# The sources that have holes.\nLAB_CUT := {' '.join(sources)}\n")
    (folder / ".gitignore").write_text(IGNORED)
    (folder / "README.md").write_text(README.format(name=lab.name, title=lab.title, sources=quoted(sources),
                                                    files=quoted(own)))
    work.fill(lab, folder / "labs-work" / lab.name)


def commit(folder, title):
    """One commit, by the teacher if git knows who that is; no hook and no key of theirs is used."""
    git(folder, "init", "-q", "--template=", "-b", "main")
    git(folder, "add", "-A", "-f", "--", ".")
    settings = [] if identified(folder) else NEUTRAL
    git(folder, *settings, "-c", "commit.gpgsign=false", "commit", "-q", "--no-verify", "-m", title)


def identified(folder):
    """Has git a name and an address that were set, and not guessed from the machine's name?"""
    return subprocess.run(["git", "-C", folder, "-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT"],
                          capture_output=True).returncode == 0


def target(given):
    """The folder to make: it is new, or empty."""
    folder = Path(os.path.abspath(os.path.join(os.environ.get("LAB_START", "."), given)))
    if TOP in folder.resolve().parents or folder.resolve() == TOP:
        raise Refused(f'the folder "{given}" is in Baton\'s source tree; name one outside')
    if os.path.lexists(folder) and not (folder.is_dir() and not any(folder.iterdir())):
        raise Refused(f'"{given}" exists already, and is left alone; name a new folder, or an empty one')
    return folder


def make(lab, given):
    """Makes the repository; it is there as a whole, or not at all."""
    folder = target(given)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as beside:
            made = Path(beside) / "made"
            made.mkdir()
            fill(lab, made)
            commit(made, f"lab {lab.name}: {lab.title}")
            made.rename(folder)         # an empty folder is replaced
    except OSError as why:
        raise Refused(f'the folder "{given}" cannot be made: {why.strerror}', 1) from None
    return folder
