"""Wrong answers to lab crash: in the code, and in answer.txt."""
import functools
import re
import subprocess
import sys

import build
import catalogue
import pytest
import solved
import work
from answers import Wrong, change, for_lab, graded
from catalogue import TOP, Refused

LAB = catalogue.get("crash")
SOURCE = LAB.parts[0].text
DUMPS = sys.modules["dumps"]        # the lab's own module
TABLES = "image region alone global untouched-legacy untouched-pae"
OUT = f"{TABLES} damaged"
BITS = "        uint64_t bits = permissions_at(pa) & ~(uint64_t)PTE_GLOBAL;\n"
PLACE = "KERNEL_BASE + (uint32_t)pa, pa, bits"
LEVEL = "    unsigned level = space->format->levels - 1u;\n"
FORMAT = "pt_format_of(live.summary.kind)"
LAST = "        crashtables_free(host);\n"
CLEAR = "    pt_clear(host, space.root);\n"
INCLUDE = '#include "pagetable/walk.h"\n'
ROOT = "    *root = (uint32_t)space.root;\n"
IMAGE = "map_range(&space, &spares, 0, (uint32_t)kernel_end - KERNEL_BASE)"
REGION = "map_range(&space, &spares, region.tail, region.range.end)"
# The way before 2006, at the load: an entry in the live tables, at a page's own address.
NAIVE = """
    static uint64_t more[2];
    struct pt_space there = {space.format, host, live.summary.root};
    struct pt_spares pages = {more, 0, 2};

    if (host->alloc_page(host->ctx, UINT32_MAX, &more[0]) ||
        host->alloc_page(host->ctx, UINT32_MAX, &more[1]) ||
        pt_map(&there, &pages, space.format->levels - 1u, region.tail, region.tail, PTE_PRESENT | PTE_WRITE))
        return false;
"""


def wrong(name, changes, lost, found="", boots="image"):
    return Wrong("crash", name, changes, lost, found, boots)


ANSWERS = (
    wrong("the live tables are used", change(ROOT, "    *root = (uint32_t)live.summary.root;\n"),
          OUT, "it leads to a live table"),
    wrong("the entry is written at the load", change(CLEAR, CLEAR + NAIVE), "untouched-legacy untouched-pae",
          "live tables, as at the start"),
    wrong("global entries", change(BITS, BITS.replace(" & ~(uint64_t)PTE_GLOBAL", "")), "global", "not global"),
    wrong("every page is writable", change(BITS, BITS.replace("permissions_at(pa)", "(permissions_at(pa) | PTE_WRITE)")),
          "image", "read-only"),
    wrong("the guard page is mapped", change(BITS, BITS.replace(
        "permissions_at(pa)", "(permissions_at(pa) | PTE_PRESENT)")), "image", "expected='not mapped'"),
    wrong("physical addresses", change(PLACE, PLACE.replace("KERNEL_BASE + (uint32_t)", "")), OUT),
    wrong("the region is forgotten", change(f"{IMAGE} &&\n           {REGION}", IMAGE), OUT),
    wrong("the image is forgotten", change(f"{IMAGE} &&\n           {REGION}", REGION), OUT),
    wrong("one page too few", change(IMAGE, IMAGE.replace(" - KERNEL_BASE", " - KERNEL_BASE - BATON_PAGE_SIZE")),
          "image", "not mapped"),
    wrong("one page too many", change(IMAGE, IMAGE.replace(" - KERNEL_BASE", " - KERNEL_BASE + BATON_PAGE_SIZE")),
          "alone", "not mapped"),
    wrong("the root is not told", change(ROOT, ""), OUT),
    # with PAE tables the page has served before, and is empty by chance
    wrong("the root is not empty", change(CLEAR, ""), "image region alone global untouched-legacy damaged"),
    wrong("legacy tables in any case", change(FORMAT, "pt_format_of(BATON_TABLES_LEGACY)"),
          "image region alone global untouched-pae damaged"),
    wrong("large pages", change(LEVEL, LEVEL.replace("1u", "2u")), OUT),
    wrong("the exit port is written", ((INCLUDE, INCLUDE + '#include "kernel/machine/cpu.h"\n'),
                                       (ROOT, ROOT + "    out8(0xf4, 0x20);\n")), OUT,
          "the exit port was written before the payload was entered"),
    wrong("pages are kept", change(LAST, ""), "failure", "no page is kept", "failure"),
)

globals().update(for_lab("crash", ANSWERS, solved.files))


@pytest.mark.parametrize("text, said", [
    ('#include "kernel/crash/crashtables.c"\n', "takes in kernel/crash/crashtables.c"),
    ("void report(const char *, const char *, ...);\n" + SOURCE.replace(
        ROOT, ROOT + '    report("BATON-VERDICT", "pass");\n'), "uses report, which is not part of Baton's core"),
    ("void live_spoil(uint64_t);\n" + SOURCE.replace(ROOT, ROOT + "    live_spoil(0);\n"), "uses live_spoil"),
    (SOURCE.replace(ROOT, ROOT + '    __asm__("hlt");\n'), '"__asm__" is not allowed'),
], ids=["the original by its path", "the console", "the wrong build's function", "assembly"])
def test_an_answer_that_is_not_graded(text, said, tmp_path):
    result = graded(LAB, tmp_path / "work", {"crashtables.c": text, "answer.txt": ""}, ())
    assert said in result.broken and result.total == 0, result.broken


# ---- answer.txt --------------------------------------------------------------------------------------

@pytest.fixture(autouse=True, scope="module")
def made_once():
    """A dump for each name."""
    make, DUMPS.make = DUMPS.make, functools.cache(DUMPS.make)
    yield
    DUMPS.make = make


def more(value, by):
    return f"{int(value, 0) + by:#x}"


SHEETS = {
    "nothing but a name": (lambda s: {"name": s["name"]}, "root entry value maps added", "is a number"),
    "no name": (lambda s: {**s, "name": ""}, "root entry value maps added", "name is your name"),
    "another one's": (lambda s: {**s, "name": "Grace Hopper"}, "root entry value maps added", ""),
    "the index counts from 1": (lambda s: {**s, "entry": str(int(s["entry"]) + 1)}, "entry", "it was so before|leads"),
    "the entry that leads to the table": (lambda s: {**s, "table": s["root"], "entry": "0"}, "entry",
                                          "it leads to a table"),
    "the table's virtual address": (lambda s: {**s, "table": more(s["table"], 0xc0000000)}, "entry",
                                    "there is none"),
    "the value without its flags": (lambda s: {**s, "value": s["page"]}, "value", "with its flags"),
    "the value before the CPU's flags": (lambda s: {**s, "value": more(s["page"], 3)}, "value", "with its flags"),
    "the address of the kernel's mapping": (lambda s: {**s, "address": more(s["address"], 0xc0000000)}, "maps",
                                            "virtual address"),
    "one table of two": (lambda s: {**s, "added": s["added"].split()[0]}, "added", "all of them, 2"),
    "the root as a new table": (lambda s: {**s, "added": f"{s['added']} {s['root']}"}, "added", "had not before"),
    "no number": (lambda s: {**s, "entry": "the 345th"}, "entry", "is a number"),
}


@pytest.mark.parametrize("name", SHEETS)
def test_a_wrong_sheet_loses_its_checks(name):
    change_it, lost, said = SHEETS[name]
    trial, = (trial for trial in LAB.trials if trial.of_sheet)
    words = {**dict.fromkeys(LAB.sheet, ""), **change_it(solved.sheet(solved.NAMES["pae"]))}
    findings = trial.run(words)
    found = {check: finding for check, finding in findings.items() if finding}
    assert set(found) == set(lost.split()), found
    assert any(re.search(said, str(finding)) for finding in found.values()), found
    right = solved.sheet(solved.NAMES["pae"])
    for word in ("value", "page", "table"):     # what is right is not told
        told = [f for f in found.values() if right[word] in (f.expected + f.found) and words[word] != right[word]]
        assert not told, told


@pytest.mark.parametrize("kind", solved.NAMES)
def test_each_student_has_a_dump(kind):
    """Both formats; the answer of one is no answer for the other."""
    right = solved.sheet(solved.NAMES[kind])
    assert len(right["added"].split()) == (2 if kind == "pae" else 1)
    trial, = (trial for trial in LAB.trials if trial.of_sheet)
    assert not any(trial.run(right).values())


@pytest.mark.quick
@pytest.mark.parametrize("text, said", [
    ("name Ada", 'line 1: "name Ada" is not one of name, root'),
    ("\n# x\nnames = Ada", "line 3:"),
    ("name = a\nname = b", 'line 2: "name" is there twice'),
])
def test_a_sheet_that_is_no_sheet(text, said, tmp_path):
    (tmp_path / "answer.txt").write_text(text)
    with pytest.raises(Refused, match=said):
        work.sheet(LAB, tmp_path)


@pytest.mark.quick
def test_what_is_handed_out_can_be_read(tmp_path):
    (tmp_path / "answer.txt").write_text((LAB.folder / "answer.txt").read_text().replace("\n", "\r\n"))
    assert work.sheet(LAB, tmp_path) == dict.fromkeys(LAB.sheet, "")


def test_a_dump_by_the_verb(tmp_path):
    """From the name in answer.txt, and gdb reads it; two answers with one name are told."""
    def lab(*words):
        done = subprocess.run(["./baton", "lab", *words], cwd=TOP, capture_output=True, text=True,
                              env={**build.os.environ, "BATON_BUILD": str(build.BUILD)})
        return done.returncode, done.stdout + done.stderr

    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        work.fill(LAB, folder)
        (folder / "crashtables.c").write_text("no C\n")
    status, said = lab("dump", "crash", "-o", folders[0])
    assert status == 2 and "write your name into" in said and said.count("\n") == 1, said
    for folder, name in zip(folders, ("Ada Lovelace", "ada  lovelace")):
        (folder / "answer.txt").write_text(f"name = {name}\n")
    status, said = lab("dump", "crash", "-o", folders[0])
    assert status == 0 and said.startswith(f"dump        {folders[0]}/vmcore, "), said
    assert {"name": solved.NAMES["pae"], **solved.read(folders[0] / "vmcore")} == solved.sheet("Ada Lovelace")
    status, said = lab("grade", "crash", *folders)
    assert status == 0 and f"the name in it is that in {folders[0]}: both have the same dump" in said, said
    status, said = lab("dump", "walk")
    assert status == 2 and "lab walk is not about a dump" in said, said
