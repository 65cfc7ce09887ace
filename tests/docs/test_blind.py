"""Tests that could be blind: those that pass when something is not there would pass, too, if it had
another name by now.
"""
import re
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
PRINTERS = ("kernel/**/*.c", "relocate/**/*.inc", "relocate/**/*.S", "tests/payloads/**/*.c",
            "iso/initrd/**/*")


def forbidden():
    """[(file, pattern)] of every "assert not ....lines(PATTERN)" in the boot tests."""
    found = []
    for path in sorted((TOP / "tests/boot").rglob("*.py")):
        text = path.read_text()
        seen = re.findall(r'\bnot [\w.]+\.lines\(r?"((?:[^"\\]|\\.)*)"\)', text)
        assert len(seen) == len(re.findall(r"\bnot [\w.]+\.lines\(", text)), \
            f"{path.name}: a forbidden line that is no plain string"
        found += [(path.name, pattern) for pattern in seen]
    return found


def first_words(pattern):
    """What the lines begin with: "^(judge|crash +handing)" are judge and crash."""
    inner = re.sub(r"^\^? *", "", pattern)
    group = re.match(r"\(([^()]*)\)", inner)
    return [re.match(r"[\w-]+", part)[0] for part in (group[1].split("|") if group else [inner])]


def test_a_line_that_must_not_come_is_one_that_could_come():
    said = "\n".join(path.read_text(errors="replace") for pattern in PRINTERS
                     for path in TOP.glob(pattern) if path.is_file())
    patterns = forbidden()
    assert len(patterns) >= 16
    for name, pattern in patterns:
        for word in first_words(pattern):
            # at the beginning of a string, or of what a script's own command prints
            begin = r'(?:" *|\bsay +)' if pattern.startswith("^") else r'"[^"\n]*\b'
            assert re.search(rf"{begin}{re.escape(word)}\b", said), \
                f"{name}: nothing prints a line of {word}"


def test_every_mutation_has_its_result():
    """tests/mutants/RESULT.md has each row of the table, noticed."""
    table = re.findall(r"^\[([\w-]+)\]$", (TOP / "tests/mutants/table.txt").read_text(), re.M)
    result = (TOP / "tests/mutants/RESULT.md").read_text()
    rows = dict(re.findall(r"^\| ([\w-]+) \| [^|]+ \| .+ \| ([^|]+) \| [^|]+ \|$", result, re.M))
    del rows["mutation"]
    assert len(table) >= 100 and sorted(rows) == sorted(table)
    assert not [name for name, by in rows.items() if by.startswith("**")]
