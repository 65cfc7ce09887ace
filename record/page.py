"""Puts a recording into the page: one file of HTML with its style, its script and the data."""
import html
import json
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "page"
STYLES = ("colours.css", "parts.css", "layout.css", "print.css")
SCRIPTS = ("text.js", "recording.js", "memory.js", "tables.js", "list.js", "source.js",
           "registers.js", "caption.js", "navigation.js")


def joined(names):
    return "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in names)


def inert(data):
    """JSON that ends no <script>, whatever text is in it."""
    return json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")


def make(recording):
    text = (FOLDER / "page.html").read_text(encoding="utf-8")
    for mark, value in (
            ("TITLE", html.escape(title(recording))), ("STYLE", joined(STYLES)),
            ("SCRIPT", joined(SCRIPTS)), ("RECORDING", inert(recording))):
        assert text.count(f"@{mark}@") == 1, mark
        text = text.replace(f"@{mark}@", value)
    return text


def title(recording):
    tables = "PAE" if recording["format"] == "pae" else "32-bit"
    naive = ", the naive way" if recording["naive"] else ""
    return f"A hand-off, step by step: {tables} tables{naive}"
