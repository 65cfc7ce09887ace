"""Wrong answers, each a mistake that students make: changes to the real source, and what they cost.

A change is (old text, new text); the old one must be in the file exactly once. `lost` are the checks
that must fail, and no other may.
"""
from dataclasses import dataclass


@dataclass(frozen=True)
class Wrong:
    lab: str
    name: str
    changes: tuple
    lost: str
    found: str = ""         # a pattern: in what is found, or read, for one of them

    def apply(self, text):
        for old, new in self.changes:
            if text.count(old) != 1:
                raise LookupError(f"{self.name}: {text.count(old)} times in the source: {old!r}")
            text = text.replace(old, new)
        return text


def change(old, new):
    return ((old, new),)
