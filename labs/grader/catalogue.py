"""What a lab is, and which there are: one folder each, with lab.py, README.md and design.md."""
import importlib.util
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
# In the order in which they are to be done.
NAMES = ("walk", "tables", "list", "trampoline", "bzimage")


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
class Lab:
    name: str
    title: str
    source: str             # the real file, from the top of the tree
    holes: tuple
    checks: tuple           # in the order in which they are made
    live: object            # live(elf): yields (name of a check, Finding or None) for each boot
    stop: str               # where the debugger stops first
    host: bool = True       # is there a judge.c, for this machine?
    includer: str = ""      # the source that includes an .inc file

    @property
    def folder(self):
        return TOP / "labs" / self.name

    @property
    def file(self):
        return Path(self.source).name

    @property
    def object(self):
        """Of its code, in a folder of objects."""
        source = self.includer or self.source
        return (source[:-2] if source.endswith(".c") else source) + ".o"

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
