"""Reads the file that tests/boot/plugin/storewatch.c writes."""
from dataclasses import dataclass, field


@dataclass
class Watch:
    end: str = "the file is empty"
    instructions: int = 0
    split: int = 0
    stored: dict = field(default_factory=dict)      # page: bytes, from start to end
    late_stored: dict = field(default_factory=dict)  # page: bytes, from the mark on
    late_read: dict = field(default_factory=dict)
    fetches: list = field(default_factory=list)     # (va of a page, its pa), in order


def read(path):
    watch = Watch()
    try:
        with open(path) as f:
            lines = f.read().splitlines()
    except FileNotFoundError:
        return watch
    for line in lines:
        word, *rest = line.split()
        if word == "end":
            watch.end = rest[0]
        elif word == "instructions":
            watch.instructions = int(rest[0])
        elif word == "split":
            watch.split = int(rest[0])
        elif word == "page":
            watch.stored[int(rest[0], 16)] = int(rest[2])
        elif word == "late":
            page, stored, was_read = int(rest[0], 16), int(rest[1]), int(rest[2])
            if stored:
                watch.late_stored[page] = stored
            if was_read:
                watch.late_read[page] = was_read
        elif word == "fetch":
            watch.fetches.append((int(rest[0], 16), int(rest[1], 16)))
    return watch
