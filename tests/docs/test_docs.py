"""The documents say what the code does: refusals, words of the command line, exit statuses, links."""

import re
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]


def text(name):
    return (TOP / name).read_text()


def joined(literals):
    """C string literals, one after the other, as the compiler joins them."""
    return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literals))


def refusals_in_code():
    rows = re.findall(r'\[-BATON_(E_\w+)\] =\s*\{"(\w+)",\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\}',
                      text("relocate/errors.c"))
    assert all(enum == name for enum, name, _ in rows), "an error's name differs from its enum"
    errors = int(re.search(r"BATON_ERRORS = (\d+)", text("include/baton.h"))[1]) - 1   # not BATON_OK
    assert len(rows) == errors, f"{len(rows)} of {errors} sentences are seen in relocate/errors.c"
    return {name: joined(sentence) for _, name, sentence in rows}


def test_refusals_table_equals_the_code():
    code = refusals_in_code()
    docs = dict(re.findall(r"^\| `(E_\w+)` \| [^|]+ \| (.+) \|$", text("docs/refusals.md"), re.M))
    assert docs == code


def test_every_error_has_a_sentence():
    enum = set(re.findall(r"BATON_(E_\w+) = -\d+", text("include/baton.h")))
    assert enum == set(refusals_in_code())


def test_every_error_is_used():
    sources = "".join(p.read_text() for d in ("relocate", "payload") for p in (TOP / d).rglob("*.c")
                      if p.name != "errors.c")
    unused = [e for e in refusals_in_code() if "BATON_" + e not in sources]
    assert not unused


WORDS = 20      # of Baton's command line; a table that is read by a pattern must not hide one


def test_words_of_the_command_line():
    options = text("kernel/options/options.c")
    code = set(re.findall(r'^    \{"(\w+)=", \w+,\s+"', options, re.M))
    code |= set(re.findall(r'^    \{"(\w+)", offsetof', options, re.M))
    renamed = set(re.findall(r'^    \{"(\w+)=", .*, "\w+="\},$', options, re.M))
    assert renamed == {"check"} and "`check=` is its old name" in text("README.md")
    code -= renamed
    docs = set(re.findall(r"^\| `(\w+)(?:=[^`]*)?` \|", text("README.md"), re.M))
    assert len(code) == WORDS, f"{len(code)} words in the code are seen here: {sorted(code)}"
    assert code <= docs, f"not in README.md: {code - docs}"


def test_no_merge_is_unfinished():
    """Not every file is compiled: a conflict in a document would stay."""
    suffixes = {".md", ".py", ".mk", ".txt", ".c", ".h", ".S", ".inc", ""}
    files = [path for path in TOP.rglob("*") if path.is_file() and path.suffix in suffixes
             and not {"build", ".git", "__pycache__"} & set(path.relative_to(TOP).parts)]
    assert len(files) >= 700
    marks = re.compile(rb"^(<{7}|>{7}) ", re.M)
    assert not [path for path in files if marks.search(path.read_bytes())]


LINKS = 11      # in all documents; ARCHITECTURE.md names files instead


def anchors(document):
    """Its headings, as GitHub makes addresses of them."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(), re.M)
    return {re.sub(r"[^\w -]", "", h).lower().replace(" ", "-") for h in headings}


def test_links_lead_somewhere():
    seen = 0
    for document in [*TOP.glob("*.md"), *TOP.glob("docs/*.md")]:
        links = re.findall(r"\]\(([^)#]*)(?:#([^)]*))?\)", document.read_text())
        assert len(links) == document.read_text().count("]("), f"{document.name}: an odd link"
        for link, anchor in links:
            if "://" in link:
                continue
            target = document.parent / link if link else document
            assert target.exists(), f"{document.name}: {link}"
            assert not anchor or anchor in anchors(target), f"{document.name}: {link}#{anchor}"
        seen += len(links)
    assert seen >= LINKS, f"{seen} links are seen here"


NAMED = 40      # files and folders in ARCHITECTURE.md


def test_files_named_in_the_architecture_exist():
    names = re.findall(r"`((?:boot|kernel|payload|relocate|pagetable|iso|include|examples|tests)/"
                       r"[\w./]+)`", text("ARCHITECTURE.md"))
    assert len(names) >= NAMED, f"{len(names)} names are seen here"
    missing = [n for n in names if not (TOP / n).exists()]
    assert not missing


def test_exit_statuses():
    """README and ./baton help name the same ones."""
    readme = text("README.md").split("The exit status says", 1)[1].split("\n\n", 1)[0]
    help_page = text("baton").split("exit:", 1)[1].split("END", 1)[0]
    numbers = {n for n in re.findall(r"\b(\d+) ", readme)}
    assert {"0", "1", "2", "10", "11", "12", "13", "14", "15", "124", "130"} <= numbers
    for n in numbers:
        assert re.search(rf"\b{n}\b", help_page), f"./baton help does not name exit status {n}"


def test_table_of_the_proof(capsys, monkeypatch):
    """README shows what tests/prove prints when all is well."""
    monkeypatch.syspath_prepend(TOP / "tests" / "prove")
    import claims
    import story
    judged = {claim: [] for claim in claims.CLAIMS}
    broken = {claim: ["an objection"] * claim.must_break for claim in claims.CLAIMS}
    story.table({"pae": judged, "legacy": judged}, {"pae": broken, "legacy": broken})
    printed = capsys.readouterr().out.strip("\n")
    assert len(printed.splitlines()) > len(claims.CLAIMS) > 5
    assert "\n".join("    " + line for line in printed.splitlines()) in text("README.md")
