"""./baton record: its data against what is known from elsewhere: Baton's own lines, the payload's
file, and the stores that the store watch sees in another run of the same machine.

tests/browser shows that the page shows this data.
"""
import json
import os
import re
import shutil
import subprocess
import tempfile
import zlib

import payloads
import pytest
from elf32 import Elf32
from machine import BUILD, COUNTING, ROOT, Machine, run

RECORD = os.path.join(ROOT, "record", "record")
PLUGIN = os.path.join(BUILD, "tests", "boot", "storewatch.so")
SHOWN = payloads.judge("shown")
PAGE = 4096
PRESENT, WRITABLE, ACCESSED, DIRTY = 1, 2, 1 << 5, 1 << 6
PG = 1 << 31


class Record:
    """The program with these options: (exit status, what it prints, the recording or None)."""

    def __init__(self, name, **options):
        self.name, self.options = f"record-{name}", options

    def run(self):
        folder = tempfile.mkdtemp(dir=os.path.join(BUILD, "tests"))
        try:
            page = os.path.join(folder, "page.html")
            done = subprocess.run([RECORD, os.path.abspath(page)], capture_output=True, text=True,
                                  env={**os.environ, "BATON_BUILD": BUILD, **self.options})
            data = None
            if os.path.exists(page):
                with open(page, encoding="utf-8") as f:
                    text = re.search(r'id="recording">(.*?)</script>', f.read(), re.S)[1]
                data = json.loads(text)
            return done.returncode, done.stdout + done.stderr, data
        finally:
            shutil.rmtree(folder)


class Stores:
    """The pages that instructions store to, from the trampoline's first one to the payload."""
    name = "record-stores"

    def run(self):
        baton = Elf32(payloads.BATON)
        out = os.path.join(BUILD, "tests", "boot", "record-stores")
        result = run(Machine(
            self.name, cpu="max", memory="4M", kernel=payloads.BATON, modules=(f"{SHOWN} ",),
            append="verbose exitport=0xf4 paging=pae place=prefer", extra=(
                *COUNTING, "-plugin", f"{PLUGIN},start={baton.symbols['baton_trampoline']:#x},"
                f"stop={Elf32(SHOWN).entry:#x},out={out}")))
        with open(out) as f:
            lines = [line.split() for line in f]
        result.data["end"] = lines[0][1]
        result.data["pages"] = {int(words[1], 16) for words in lines if words[0] == "page"}
        return result


PAE, LEGACY = Record("pae", PAGING="pae"), Record("legacy", PAGING="legacy")
NAIVE_PAE = Record("naive-pae", PAGING="pae", NAIVE="yes")
NAIVE_LEGACY = Record("naive-legacy", PAGING="legacy", NAIVE="yes")
RIGHT = [pytest.param(job, id=job.name[7:]) for job in (PAE, LEGACY)]
NAIVE = [pytest.param(job, id=job.name[7:]) for job in (NAIVE_PAE, NAIVE_LEGACY)]


def recording(outcome):
    status, said, data = outcome
    assert status == 0 and data, said
    return data


def entries(snapshot):
    """{(table, index): value}"""
    return {(table["at"], first + i): int(value, 16) + step * i
            for table in snapshot["tables"] for first, count, value, step in table["runs"]
            for i in range(count)}


def words(data, kind):
    return [word for word in data["list"] if word["kind"] == kind]


@pytest.mark.quick
@pytest.mark.parametrize("job", RIGHT)
def test_the_recording_says_what_baton_says(job, outcome):
    data = recording(outcome)
    log = data["console"]["before"]
    told = [int(a, 16) for a in re.findall(r"^  table +(0x\w+)$", log, re.M)]
    live = data["snapshots"][data["steps"][0]["live"]]
    assert [table["at"] for table in live["tables"]] == told and len(told) > 2
    moves, zeroed = re.search(r"^plan +(\d+) pages move, 0 stay, (\d+) zeroed,", log, re.M).groups()
    assert len(words(data, "SOURCE")) == int(moves) > 40
    assert len(words(data, "ZERO")) == int(zeroed) > 0
    template, control, count = re.search(
        r"^trampoline +(0x\w+) and (0x\w+) both lead to \2, through (\d+) new table pages", log,
        re.M).groups()
    assert (data["template"], data["control"]) == (int(template, 16), int(control, 16))
    assert len(data["snapshots"][data["steps"][-1]["new"]]["tables"]) == int(count)
    assert data["entry"] == int(re.search(r"^hand-off +to (0x\w+)$", log, re.M)[1], 16)
    assert "BATON-VERDICT pass" in data["console"]["after"]


@pytest.mark.quick
@pytest.mark.parametrize("job", RIGHT)
def test_no_entry_of_the_live_tables_changes(job, outcome):
    data = recording(outcome)
    assert {step["live"] for step in data["steps"][1:]} == {data["steps"][1]["live"]}


@pytest.mark.quick
@pytest.mark.parametrize("job", NAIVE)
def test_the_naive_way_changes_one_mapping_in_one_step(job, outcome):
    data = recording(outcome)
    changing = [i for i, (a, b) in enumerate(zip(data["steps"], data["steps"][1:]), 1)
                if a["live"] != b["live"] and i > 1]
    assert [data["steps"][i]["phase"] for i in changing] == ["naive"]
    before = data["snapshots"][data["steps"][changing[0] - 1]["live"]]
    after = data["snapshots"][data["steps"][changing[0]]["live"]]
    old, new = entries(before), entries(after)
    assert old.items() < new.items()
    added = sorted(new.items() - old.items())
    mapping = data["control"] | PRESENT | WRITABLE | ACCESSED | DIRTY
    assert [value for _, value in added].count(mapping) == 1
    (table, index), = [where for where, value in added if value == mapping]
    home = next(t for t in after["tables"] if t["at"] == table)
    assert home["va"] + (index << 12) == data["control"], "an identity mapping of the control page"
    tables = {t["at"] for t in after["tables"]} - {t["at"] for t in before["tables"]}
    assert {value & -PAGE for _, value in added} == tables | {data["control"]}


@pytest.mark.quick
@pytest.mark.parametrize("job", RIGHT)
def test_every_page_of_the_payload_arrives(job, outcome):
    """The recorded checksums, against the payload's file."""
    data, elf = recording(outcome), Elf32(SHOWN)
    base, image, _ = elf.image()
    full = {base + at: zlib.crc32(image[at:at + PAGE])
            for at in range(0, len(image) - PAGE + 1, PAGE)}
    crcs = {}
    for step in data["steps"]:
        if "crc" in step:
            word = data["list"][step["list"][0]]
            crcs[word["to"]] = step["crc"]
            assert step["same"] is True
    moved = {page for page in full if page in crcs}
    assert len(moved) > 40 and all(crcs[page] == full[page] for page in moved)


@pytest.mark.quick
@pytest.mark.parametrize("job", RIGHT)
def test_the_steps_are_one_road(job, outcome):
    data = recording(outcome)
    steps = data["steps"]
    order = [phase["id"] for phase in data["phases"]]
    seen = [order.index(step["phase"]) for step in steps]
    assert seen == sorted(seen) and set(seen) == set(range(len(order)))
    for before, after in zip(steps[2:], steps[3:]):
        assert after["lines"][0] == before["next"]
    for step in steps[3:-1]:
        file, line = step["lines"][0]
        above = "\n".join(data["sources"][file].splitlines()[:line])
        assert step["phase"] == (re.findall(r"/\* (\d)\. ", above) or ["1"])[-1], (file, line)
    switched = [i for i, step in enumerate(steps) if step["regs"]["CR3"] == data["roots"]["new"]]
    unpaged = [i for i, step in enumerate(steps) if not step["regs"]["CR0"] & PG]
    for first, text in ((switched[0], "movl %edi, %cr3"), (unpaged[0], "movl %eax, %cr0")):
        (file, line), = steps[first]["lines"]
        assert " ".join(data["sources"][file].splitlines()[line - 1].split()) == text
    assert unpaged == list(range(unpaged[0], len(steps)))
    for i, step in enumerate(steps):
        assert step["space"] == ("physical" if i in unpaged else "new" if i in switched else "live")
    assert steps[-1]["regs"]["EIP"] == data["entry"] and steps[-1]["regs"]["CR3"] == 0
    read = [step["list"] for step in steps if "list" in step]
    assert read == [[i, 1] for i in range(len(data["list"]))]


@pytest.mark.parametrize("jobs", [pytest.param((PAE, Stores()), id="pae")])
def test_the_written_pages_are_those_that_the_store_watch_sees(jobs, outcomes):
    data, watched = recording(outcomes[0]), outcomes[1]
    assert watched.data["end"] == "stop", watched.story()
    steps = data["steps"][3:]
    tables = {t["at"] & -PAGE for shot in data["snapshots"] for t in shot["tables"]}
    written = {page for step in steps for page in step["writes"]} - tables
    copied = {word["to"] for word in data["list"] if word["to"]}
    assert written | copied == watched.data["pages"]


@pytest.mark.parametrize("job", [pytest.param(
    Record("refused", KERNEL=os.path.join(ROOT, "LICENSE")), id="refused")])
def test_a_payload_that_is_refused(job, outcome):
    status, said, data = outcome
    assert status == 10 and data is None
    assert "baton: the machine never reached the hand-off" in said
    assert "refused     the payload is" in said


@pytest.mark.parametrize("job", [pytest.param(Record("long", KERNEL=os.path.join(
    BUILD, "tests", "payloads", "judge64"), MEMORY="24M"), id="long-mode")])
def test_an_entry_in_another_mode(job, outcome):
    status, said, data = outcome
    assert status == 1 and data is None
    assert "this payload is entered in another way" in said


LONG = [pytest.param(Record(name, KERNEL=payloads.judge(name), MEMORY="24M"), id=name)
        for name in ("span", "shuffle")]


@pytest.mark.parametrize("job", LONG)
def test_a_long_list_has_several_words_in_a_step(job, outcome):
    data = recording(outcome)
    read = [step["list"] for step in data["steps"] if "list" in step]
    assert len(data["list"]) > 700 and len(read) <= 410
    assert [first for first, _ in read] == [sum(n for _, n in read[:i]) for i in range(len(read))]
    assert sum(count for _, count in read) == len(data["list"])
    assert "BATON-VERDICT pass" in data["console"]["after"]
    # what a step has written is what its words say, but for pages that held the same before; and the
    # trampoline's own stack
    for step in data["steps"]:
        if "list" in step:
            first, count = step["list"]
            assert set(step["writes"]) <= {data["control"], *(
                w["to"] for w in data["list"][first:first + count])}


@pytest.mark.quick
@pytest.mark.parametrize("job", [pytest.param(Record("tools", PATH="/nowhere"), id="no-gdb")])
def test_without_gdb(job, outcome):
    assert outcome == (1, "baton: record needs gdb, which knows the lines of the source; install "
                          "the package gdb\n", None)


@pytest.mark.quick
@pytest.mark.parametrize("job", [pytest.param(Record("cpu", CPU="6502"), id="no-such-cpu")])
def test_a_machine_that_qemu_does_not_know(job, outcome):
    status, said, data = outcome
    assert status == 2 and data is None
    assert said.startswith("baton: QEMU does not accept this machine: ") and "6502" in said, said


@pytest.mark.quick
@pytest.mark.parametrize("job", [pytest.param(Record(f"memory-{size}", MEMORY=size), id=size)
                                 for size in ("1M", "2048K", "4G")])
def test_too_little_or_too_much_memory(job, outcome):
    status, said, data = outcome
    assert (status, data) == (2, None) and f"takes 3M to 1024M, not {job.options['MEMORY']}" in said
