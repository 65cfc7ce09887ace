"""The mutants' table fits the code as it is: `make mutants` takes an hour to tell."""
import importlib.machinery
import importlib.util
import os
import shlex
import subprocess
from concurrent.futures import ThreadPoolExecutor
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
    wrong = [m.name for m in mutations if m.applied((TOP / m.file).read_text()) is None]
    assert not wrong, f"these lines do not occur once in their files: {wrong}"


def wrong_code(mutation, compiler):
    """The compiler's first error in the mutated C file; None: there is none."""
    if not mutation.file.endswith(".c"):
        return None
    text = mutation.applied((TOP / mutation.file).read_text())
    assert text, f"{mutation.name} does not apply"
    found = subprocess.run([*compiler, "-fsyntax-only", f"-I{os.path.dirname(mutation.file)}",
                            "-x", "c", "-"], input=text, text=True, capture_output=True)
    return f"{mutation.name}: {found.stderr[:300]}" if found.returncode else None


def test_every_mutation_compiles():
    """One that does not build is noticed by nobody."""
    ask = ["make", "-s", "--eval", "flags: ; @echo '$(CC32) $(CFLAGS32)'", "flags"]
    said = subprocess.run(ask, check=True, text=True, capture_output=True).stdout
    compiler = shlex.split(said)        # quoted for a shell, for a folder with a blank in its name
    mutations = load_runner().read_table()
    assert len([m for m in mutations if m.file.endswith(".c")]) >= 140
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        wrong = [each for each in pool.map(lambda m: wrong_code(m, compiler), mutations) if each]
    assert not wrong, "\n".join(wrong)
