"""Makes a hole in a source file: what it cuts is named, so the source itself needs no marks.

Function: the body of one C function; its comment and its head stay.
Lines: in assembly, the lines between two that are given word for word, and stay.
"""
import re
from dataclasses import dataclass

FIRST = "LAB: your code here"


class NoHole(Exception):
    """The source has changed, so that a hole cannot be found."""


@dataclass(frozen=True)
class Function:
    name: str
    stub: str               # the new body, without the braces

    def find(self, lines):
        heads = [i for i, line in enumerate(lines)
                 if re.match(rf"[a-z].*\b{self.name}\(", line)]
        for head in heads:
            brace = next((i for i in range(head, len(lines)) if lines[i].endswith((";", "{"))), None)
            if brace is not None and lines[brace] == "{":
                return brace + 1, lines.index("}", brace)
        raise NoHole(f"there is no function {self.name}")


@dataclass(frozen=True)
class Lines:
    after: str              # this line stays, and the hole begins behind it
    before: str             # the first line after the hole that stays
    stub: str

    def find(self, lines):
        bare = [line.strip() for line in lines]
        if bare.count(self.after) != 1:
            raise NoHole(f'the line "{self.after}" is there {bare.count(self.after)} times')
        begin = bare.index(self.after) + 1
        if self.before not in bare[begin:]:
            raise NoHole(f'there is no line "{self.before}" after "{self.after}"')
        return begin, bare.index(self.before, begin)


def skeleton(text, holes):
    """The file as a student gets it."""
    lines = text.split("\n")
    for hole in holes:
        begin, end = hole.find(lines)
        lines[begin:end] = hole.stub.strip("\n").split("\n")
    return "\n".join(lines)


def bodies(text, holes):
    """What is cut: a list of lines for each hole."""
    lines = text.split("\n")
    found = []
    for hole in holes:
        begin, end = hole.find(lines)
        found.append(lines[begin:end])
    return found
