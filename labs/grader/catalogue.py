"""What a lab is, and which there are: one folder each, with lab.py, README.md and design.md."""
import importlib.util
from dataclasses import dataclass
from pathlib import Path

from hole import bodies

TOP = Path(__file__).resolve().parents[2]
# In the order in which they are to be done. A hand-out has one of them.
NAMES = tuple(name for name in ("walk", "tables", "list", "trampoline", "fault", "crash", "bzimage")
              if (TOP / "labs" / name).is_dir())


class Refused(Exception):
    """A sentence for the user, and the exit status that goes with it."""

    def __init__(self, sentence, status=2):
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True)
class Check:
    name: str               # as the judging program names it
    points: int
    title: str
    hint: str               # where to read on: a section of the hand-out, of the SDM


@dataclass(frozen=True)
class Finding:
    """What is wrong: one case, with values."""
    case: str
    expected: str
    found: str
    line: str = ""          # of the student's file, where it is known


@dataclass(frozen=True)
class Trial:
    """One or more boots, and the checks that they are for."""
    names: tuple
    run: object             # run(elf): {name of a check: Finding, or None if all is well}
    of_sheet: bool = False  # run({word: text}) instead: it looks at the student's answer.txt


@dataclass(frozen=True)
class Part:
    """A file with holes."""
    source: str             # the real file, from the top of the tree
    holes: tuple
    includers: tuple = ()   # the sources that include an .inc file
    uses: tuple = ()        # names from outside of Baton's core that an answer may use

    @property
    def file(self):
        return Path(self.source).name

    @property
    def objects(self):
        """Of its code, in a folder of objects."""
        return [f"{source}.o" for source in self.includers] or [self.source[:-2] + ".o"]

    @property
    def text(self):
        return (TOP / self.source).read_text()

    @property
    def lines(self):
        """Of the holes: code, without comments."""
        return sum(1 for body in bodies(self.text, self.holes) for line in body
                   if line.strip() and not line.strip().startswith(("/*", "*", "#")))


@dataclass(frozen=True)
class Lab:
    name: str
    title: str
    parts: tuple            # of Part; the files' names differ
    checks: tuple           # in the order in which they are made
    trials: tuple           # of Trial, the boots
    stop: str               # where the debugger stops first
    host: bool = True       # is there a judge.c, for this machine?
    wrong_builds: tuple = ()    # which of Baton's wrong builds the trials need: "inject"
    needs: tuple = ()       # what else they need, in the build folder
    sheet: tuple = ()       # the words of answer.txt; the first is the student's name
    verb: str = "run"       # of ./baton, that shows the lab
    debugged: object = None     # debugged(elf, kind): the machine for lab debug, if not the usual one
    dump: object = None     # dump(name, path): makes the dump that the lab asks about; returns a sentence

    @property
    def folder(self):
        return TOP / "labs" / self.name

    @property
    def files(self):
        return [part.file for part in self.parts]

    @property
    def points(self):
        return sum(check.points for check in self.checks)


def get(name):
    if name not in NAMES:
        raise Refused(f'there is no lab "{name}": {", ".join(NAMES)}')
    path = TOP / "labs" / name / "lab.py"
    spec = importlib.util.spec_from_file_location(f"lab_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.LAB


def every():
    return [get(name) for name in NAMES]
