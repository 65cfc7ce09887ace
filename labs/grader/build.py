"""Builds Baton, and the judging program, with the student's files in the place of the originals.

Each lab has a build folder of its own, build/labs/NAME, with the student's objects and what is linked
with them; all other objects are Baton's own, in build/obj. The compiler is told the student's file
name and lines (#line), so its errors name them.
"""
import fcntl
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from catalogue import TOP
from work import relative

BUILD = Path(os.path.abspath(os.environ.get("BATON_BUILD", TOP / "build")))
LIMIT = 240                     # seconds for a make: the first one builds all of Baton
SAID_MOST = 40                  # lines of a compiler's output that are shown
# Names that the compiler itself may use in a program for this machine.
COMPILERS_OWN = re.compile(r"mem(cpy|move|set|cmp)|__(asan|ubsan|sanitizer|stack_chk)_\w+"
                           r"|_GLOBAL_OFFSET_TABLE_")


class BadAnswer(Exception):
    """The file cannot be graded; the text says why, in the student's own lines."""


@dataclass(frozen=True)
class Built:
    elf: Path
    judge: Path                 # None: the lab has none


def folder(lab):
    return BUILD / "labs" / lab.name


def hold(lab, tell=lambda label, text: None):
    """One run at a time with the lab's folder. The lock ends with the process."""
    folder(lab).mkdir(parents=True, exist_ok=True)
    return locked(folder(lab) / "lock", lambda: tell("waiting", "another run of this lab; this one "
                                                                "goes on when it ends"))


def locked(path, waiting=lambda: None):
    lock = open(path, "a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        waiting()
        fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def forbid(part, text):
    """What no answer needs: taking in other files, and assembly in C."""
    for number, line in enumerate(text.split("\n"), 1):
        word = re.search(r"\bincbin\b|\.\s*include\b|#\s*include_next", line)
        if not word and part.file.endswith(".c"):
            word = re.search(r"\b(asm|__asm|__asm__|constructor|destructor)\b", line)
        if word:
            raise BadAnswer(f'{part.file}:{number}: "{word[0]}" is not allowed in an answer')


def put(lab, part, path, text):
    """The copy that is compiled; untouched if it is the same, so that make has less to do."""
    copy = folder(lab) / "student" / part.source
    copy.parent.mkdir(parents=True, exist_ok=True)
    name = relative(path).replace("\\", "\\\\").replace('"', '\\"')
    told = f'#line 1 "{name}"\n{text}'
    if not copy.is_file() or copy.read_text() != told:
        copy.write_text(told)
    return copy


def make(lab, *goals, needed=False):
    """Runs make, while no other run uses the objects; a failure's output is what the compiler said."""
    build = os.path.relpath(folder(lab), TOP)
    command = ["make", "--no-print-directory", f"-j{os.cpu_count() or 1}", "--output-sync=target",
               f"BUILD={os.path.relpath(BUILD, TOP)}", f"LAB={lab.name}",
               f"LAB_FILES={' '.join(part.source for part in lab.parts)}",
               f"LAB_INCLUDERS={' '.join(name for part in lab.parts for name in part.includers)}",
               *(f"{build}/{goal}" for goal in goals)]
    if needed:
        command += [f"{os.path.relpath(BUILD, TOP)}/{need}" for need in lab.needs]
    with locked(BUILD / "lock"):
        compile_all(lab, command)


def prepare(lab):
    """What the lab's trials need besides a build with the student's files."""
    make(lab, needed=True)


def compile_all(lab, command):
    with open(folder(lab) / "make.log", "w+", errors="replace") as log:
        try:
            status = subprocess.run(command, cwd=TOP, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                    stderr=log, timeout=LIMIT).returncode
        except subprocess.TimeoutExpired:
            raise BadAnswer(f"the compiler did not end within {LIMIT} s") from None
        log.seek(0)
        said = log.read(1 << 20)
    if status == 0:
        return
    # A file that is included twice has each error twice.
    lines = list(dict.fromkeys(line for line in said.split("\n")
                               if line and not line.startswith(("make", "In file included from"))))
    raise BadAnswer("\n".join(lines[:SAID_MOST]) or f"make failed with status {status}")


def objects(lab, part):
    """The student's, of one file: Baton's, and the judge's."""
    return [folder(lab) / "obj" / name for name in part.objects], \
        folder(lab) / "host" / part.source.replace(".c", ".o")


def names(paths, undefined):
    """The global names that objects want, or define."""
    said = subprocess.run(["nm", "-g", "-u" if undefined else "--defined-only", *paths],
                          capture_output=True, text=True, check=True).stdout
    return {line.split()[-1] for line in said.splitlines()
            if line.strip() and not line.endswith(".o:")}


def read_files(lab, part):
    """The files that the compiler read for the student's object: from its .d file."""
    text = objects(lab, part)[0][0].with_suffix(".d").read_text().replace("\\\n", " ")
    return text.split("\n", 1)[0].partition(": ")[2].split()


def fair(lab, part, copy):
    """An answer is an answer by itself: it takes in headers alone, and calls the core alone."""
    for name in read_files(lab, part):
        path = Path(os.path.abspath(TOP / name))
        own = path == copy or path.name == "compiler" or \
            str(path.relative_to(TOP) if TOP in path.parents else path) in part.includers
        header = path.suffix in (".h", ".inc") and "tests" not in path.relative_to("/").parts[:-1]
        if not own and not header:
            raise BadAnswer(f"{part.file} takes in {relative(path)}; an answer includes headers alone")
    kernel, host = objects(lab, part)
    # A hand-out has no objects of its files with holes but the student's.
    students = [path for each in lab.parts for path in objects(lab, each)[0] if path.exists()]
    core = names((*students, *(path for room in ("pagetable", "relocate", "payload", "lib")
                               for path in (BUILD / "obj" / room).rglob("*.o"))), undefined=False)
    strange = {name for name in names([p for p in (*kernel, host) if p.exists()], undefined=True)
               - core - {*part.uses}
               if not COMPILERS_OWN.fullmatch(name)}
    if strange:
        raise BadAnswer(f"{part.file} uses {sorted(strange)[0]}, which is not part of Baton's core")


def build(lab, answer, boots=True, graded=False):
    """Raises BadAnswer, or returns what there is to run. answer: as work.answer() returns it. boots:
    whether it will be booted; graded: by the lab's trials."""
    copies = {}
    for part, (path, text) in answer.items():
        forbid(part, text)
        copies[part] = put(lab, part, path, text)
    elfs = ["baton.elf", *(f"{wrong}/baton.elf" for wrong in lab.wrong_builds)] if boots else []
    try:
        make(lab, *(f"obj/{name}" for part in lab.parts for name in part.objects), *elfs,
             *(["judge"] if lab.host else []), needed=graded)
    except BadAnswer:
        for part, copy in copies.items():
            if all(path.exists() for path in objects(lab, part)[0]):
                fair(lab, part, copy)   # says better why the linker lacks a name
        raise
    for part, copy in copies.items():
        fair(lab, part, copy)
    return Built(folder(lab) / "baton.elf", folder(lab) / "judge" if lab.host else None)
