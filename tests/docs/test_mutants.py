"""The mutants' table fits the code as it is: `make mutants` takes an hour to tell."""
import importlib.machinery
import importlib.util
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
