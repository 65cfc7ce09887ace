"""H1, seen from outside: nothing writes to the live tables from `exec` to the payload.

One test watches every store by physical page with a QEMU plugin (storewatch.c), one compares the
tables' bytes before the load and at the payload's first instruction. Both must fail on the build
that is wrong on purpose (make spoil), which maps the control page in the live tables.
"""
import os
import re

import livetables
import payloads
import pytest
from debugger import Debugger
from elf32 import Elf32
from machine import BUILD, COUNTING, Machine, run

PLUGIN = os.path.join(BUILD, "tests", "boot", "storewatch.so")
SPOILED = os.path.join(BUILD, "spoil", "baton.elf")
EXEC = "devices_quiet"      # the first function on the way from `exec` to the payload
LOAD = "baton_load"
MEMORY = 24 << 20
PAGE = 4096


class Watch:
    """A hand-off to a judge; subclasses observe it in different ways."""

    def __init__(self, kernel, kind, judge):
        self.kernel, self.kind, self.judge = kernel, kind, payloads.judge(judge)
        which = "spoiled" if kernel == SPOILED else "built"
        self.name = f"{type(self).__name__.lower()}-{which}-{kind}-{judge}"

    def machine(self, **settings):
        return Machine(self.name, memory=f"{MEMORY >> 20}M", kernel=self.kernel,
                       cpu="qemu32" if self.kind == "pae" else "pentium3", timeout=60,
                       append=f"paging={self.kind} verbose exitport=0xf4",
                       modules=(f"{self.judge} watched",), **settings)

    def symbols(self):
        return Elf32(self.kernel).symbols

    def judge_elf(self):
        return Elf32(self.judge + ".linked")


class Stores(Watch):
    """result.data: "end" and the counters of storewatch.c; "pages": {address: bytes stored};
    "stores"."""

    def run(self):
        machine = self.machine()
        out = os.path.join(machine.folder(), "stores")
        arguments = (f"{PLUGIN},start={self.symbols()[EXEC]:#x},"
                     f"stop={self.judge_elf().entry:#x},out={out}")
        result = run(self.machine(extra=(*COUNTING, "-plugin", arguments)))
        result.data.update(pages={}, stores=0)
        with open(out) as f:
            for line in f:
                word, *rest = line.split()
                if word == "page":
                    result.data["pages"][int(rest[0], 16)] = int(rest[2])
                    result.data["stores"] += int(rest[1])
                else:
                    result.data[word] = rest[0]
        return result


class Bytes(Watch):
    """result.data: "tables", their addresses; "changes", the bytes of them that changed."""

    def run(self):
        with Debugger(self.machine()) as d:
            d.go_to(self.symbols()[LOAD])
            before, root = d.memory(0, MEMORY), d.registers()["CR3"]
            tables = livetables.pages(before, root, self.kind == "pae")
            d.go_to(self.judge_elf().entry)
            after = d.memory(0, MEMORY)
            result = d.end()
        result.data.update(tables=tables, changes=livetables.changes(before, after, tables))
        return result


def cases(kind_of_watch, kernel, judges):
    jobs = [kind_of_watch(kernel, kind, judge) for kind in ("pae", "legacy") for judge in judges]
    return [pytest.param(job, id=f"{job.kind}-{os.path.basename(job.judge)}") for job in jobs]


def told_tables(result):
    """The pages of the live tables, from Baton's verbose lines."""
    return [int(a, 16) for a in re.findall(r"^  table\s+(0x\w+)$", result.log, re.M)]


def stores_to_tables(result):
    assert result.data["end"] == "stop", result.story()
    assert len(told_tables(result)) > 2, result.story()
    return sorted(set(result.data["pages"]) & set(told_tables(result)))


@pytest.mark.quick
@pytest.mark.parametrize("job", cases(Stores, payloads.BATON, ["low", "span"]))
def test_no_store_hits_the_live_tables(job, outcome):
    assert stores_to_tables(outcome) == [], outcome.story()
    assert outcome.data["split"] == "0"
    # Each iteration of a REP counts: with few exceptions an instruction stores once.
    assert int(outcome.data["instructions"]) > outcome.data["stores"], outcome.story()
    # The watch works: it saw stores to every byte of the judge's pages.
    elf = job.judge_elf()
    for page in range(elf.symbols["image_start"], elf.symbols["image_end"], PAGE):
        assert outcome.data["pages"].get(page, 0) >= PAGE, f"no stores to {page:#x} were seen"


@pytest.mark.quick
@pytest.mark.parametrize("job", cases(Stores, SPOILED, ["low"]))
def test_the_store_watch_detects_the_wrong_build(job, outcome):
    assert stores_to_tables(outcome) != [], outcome.story()
    assert outcome.lines("^judge live-(checksum|identity) FAIL"), outcome.story()


@pytest.mark.quick
@pytest.mark.parametrize("job", cases(Bytes, payloads.BATON, ["low", "span", "linux"]))
def test_the_live_tables_keep_their_bytes(job, outcome):
    assert outcome.data["tables"] == told_tables(outcome), outcome.story()
    assert outcome.data["changes"] == [], outcome.story()


@pytest.mark.quick
@pytest.mark.parametrize("job", cases(Bytes, SPOILED, ["low"]))
def test_the_comparison_detects_the_wrong_build(job, outcome):
    assert outcome.data["changes"] != [], outcome.story()
