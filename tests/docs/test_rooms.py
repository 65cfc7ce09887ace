"""The rooms of ARCHITECTURE.md against the code: who includes and who calls whom.

The table's rows are in order: a room may call the rooms that its row names, and those are all
further down. What goes up is named in the table below it, one function each.
"""
import collections
import os
import re
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
FOLDERS = ("kernel", "boot", "payload", "relocate", "pagetable", "lib", "include")
CODE = (".c", ".h", ".S", ".inc")
OBJECTS = Path(os.environ.get("BATON_BUILD", TOP / "build")) / "obj"
ROOMS = 27      # a table that is read by a pattern must not hide one
ARROWS = 60


def sources():
    return sorted(p for folder in FOLDERS for p in (TOP / folder).rglob("*") if p.suffix in CODE)


def name(path):
    return str(path.relative_to(TOP))


def room(path):
    """Its folder; include/baton/ is a part of include/, by the names that a host includes."""
    folder = name(path.parent)
    return "include" if folder == "include/baton" else folder


def rooms_of(cell):
    return re.findall(r"`([\w/]+)/`", cell)


def table():
    """{room: rooms that it may call}, in the table's order."""
    text = (TOP / "ARCHITECTURE.md").read_text()
    part = re.search(r"^\| room \| .+\n\|[-| ]+\n((?:\|.*\n)+)", text, re.M)[1]
    rows = [re.split(r" *\| *", line)[1:-1] for line in part.splitlines()]
    return {rooms_of(row[0])[0]: rooms_of(row[2]) for row in rows}


def upward():
    """{(room, function or header)}: what may be called from below."""
    text = (TOP / "ARCHITECTURE.md").read_text()
    part = re.search(r"^\| what goes up \| .+\n\|[-| ]+\n((?:\|.*\n)+)", text, re.M)[1]
    rows = [re.split(r" *\| *", line)[1:-1] for line in part.splitlines()]
    return {(caller, what) for row in rows for what in re.findall(r"`([\w./]+?)(?:\(\))?`", row[0])
            for caller in rooms_of(row[1])}


def includes():
    """[(room, room, header, said)]"""
    found = []
    for path in sources():
        for header in re.findall(r'^ *# *include "([^"]+)"', path.read_text(), re.M):
            target = TOP / header if (TOP / header).exists() else TOP / "include" / header
            assert target.exists(), f"{name(path)} includes {header}, which is nowhere"
            found.append((room(path), room(target), name(target), f"{name(path)} includes {header}"))
    return found


def symbols():
    """({symbol: path that defines it}, [(path, symbol it wants)]), as nm reads the build's objects."""
    defined, wanted = {}, []
    for path in sources():
        if path.suffix not in (".c", ".S"):
            continue
        object_file = OBJECTS / path.relative_to(TOP)
        object_file = object_file.with_suffix(".o") if path.suffix == ".c" else Path(f"{object_file}.o")
        said = subprocess.run(["nm", object_file], capture_output=True, text=True, check=True).stdout
        for line in said.splitlines():
            kind, symbol = line.split()[-2:]
            if kind == "U":
                wanted.append((path, symbol))
            elif kind.isupper():
                defined[symbol] = path
    return defined, wanted


def uses():
    """[(room, room, symbol, said)]. What include/ promises is called through include/."""
    public = "".join(p.read_text() for p in (TOP / "include").rglob("*.h"))
    defined, wanted = symbols()
    found = []
    for path, symbol in wanted:
        if symbol not in defined:
            continue
        home = room(defined[symbol])
        if symbol.startswith("baton_") and re.search(rf"\b{symbol}\b", public):
            home = "include"
        found.append((room(path), home, symbol,
                      f"{name(path)} uses {symbol} of {name(defined[symbol])}"))
    return found


@pytest.fixture(scope="module")
def arrows():
    found = [arrow for arrow in includes() + uses() if arrow[0] != arrow[1]]
    assert len({arrow[:2] for arrow in found}) >= ARROWS
    return found


def test_every_room_has_a_row():
    assert sorted({room(p) for p in sources()}) == sorted(table())
    assert len(table()) == ROOMS


def test_every_row_calls_down():
    order = list(table())
    up = [f"{caller} -> {callee}" for caller, callees in table().items() for callee in callees
          if order.index(callee) <= order.index(caller)]
    assert not up


def test_a_room_calls_what_its_row_says(arrows):
    allowed, exceptions = table(), upward()
    wrong = [said for caller, callee, what, said in arrows
             if callee not in allowed[caller] and (caller, what) not in exceptions]
    assert not wrong, "\n".join(wrong)


def test_a_host_uses_only_what_is_public(arrows):
    """Of the core, kernel/ and boot/ use include/ and pagetable/, as any other host could."""
    private = [said for caller, callee, _, said in arrows
               if caller.split("/")[0] in ("kernel", "boot")
               and callee.split("/")[0] in ("payload", "relocate")]
    assert not private, "\n".join(private)


def test_every_arrow_of_the_table_is_there(arrows):
    seen = collections.defaultdict(set)
    for caller, callee, _, _ in arrows:
        seen[caller].add(callee)
    gone = [f"{caller} -> {callee}" for caller, callees in table().items() for callee in callees
            if callee not in seen[caller]]
    gone += [f"{caller} -> {what}" for caller, what in upward()
             if not any(a[0] == caller and a[2] == what for a in arrows)]
    assert not gone, f"these rows allow what nobody does: {gone}"
