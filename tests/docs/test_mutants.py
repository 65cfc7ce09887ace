"""The mutants' table fits the code as it is, and RESULT.md has what was seen of each.

`make mutants` takes an hour; a mutation that the code has outgrown is told here.
"""
import importlib.machinery
import importlib.util
import re
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]


def load_runner():
    loader = importlib.machinery.SourceFileLoader("mutants", str(TOP / "tests/mutants/run"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("mutants", loader))
    loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def in_the_top_folder(monkeypatch):
    monkeypatch.chdir(TOP)


def test_every_mutation_applies():
    mutations = load_runner().read_table()
    assert len(mutations) >= 113
    wrong = [m.name for m in mutations for old, _ in m.changes
             if (TOP / m.file).read_text().count("\n".join(old)) != 1]
    assert not wrong, f"these lines do not occur once in their files: {wrong}"


def test_every_mutation_was_noticed():
    rows = re.findall(r"^\| ([a-z0-9-]+) \| [^|]+ \| [^|]+ \| ([^|]+) \|",
                      (TOP / "tests/mutants/RESULT.md").read_text(), re.M)
    names = [m.name for m in load_runner().read_table()]
    assert [name for name, _ in rows] == ["mutation", *names]
    assert not [row for row in rows if "**" in row[1]]
