"""Reads the test tables by their names under tests/boot: text files with columns separated by '|'; the first line has their names.

Empty lines and lines that begin with # are ignored. A row is a dict of strings. Names must be
unique: they become the names of tests.
"""
import os

BOOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def read(name):
    rows, columns = [], None
    with open(os.path.join(BOOT, name)) as f:
        for number, line in enumerate(f, 1):
            if not line.strip() or line.startswith("#"):
                continue
            cells = [cell.strip() for cell in line.rstrip("\n").split("|")]
            if columns is None:
                columns = cells
                continue
            if len(cells) != len(columns):
                raise ValueError(f"{name}:{number}: {len(cells)} columns, not {len(columns)}")
            rows.append(dict(zip(columns, cells)))
    names = [row["name"] for row in rows]
    twice = {n for n in names if names.count(n) > 1}
    if twice:
        raise ValueError(f"{name}: names used twice: {sorted(twice)}")
    return rows
