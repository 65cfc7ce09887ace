"""The live page tables are kept (H1): a payload that is linked onto any one of them is refused.

A verbose run prints where the tables are; the same machine then gets a payload for each of these
pages.
"""
import re

import badfiles
import images
import payloads
import pytest
from machine import REFUSED, Machine, run

PAGE = 4096
# Code that must never run: it writes 0x21 to the exit port, then HLT.
SAYS_FAILED = b"\xb0\x21\xe6\xf4\xf4"


class OnTheTables:
    """(tables, [(table, Result of a payload that is linked there)])."""

    def __init__(self, paging, cpu):
        self.paging, self.cpu, self.name = paging, cpu, f"keep-{cpu}-{paging}"

    def start(self, name, file):
        return run(Machine(name, cpu=self.cpu, memory="24M", kernel=payloads.BATON, timeout=30,
                           append=f"paging={self.paging} verbose exitport=0xf4", modules=(file,)))

    def run(self):
        # Refused for another reason: this run only finds the tables.
        learnt = self.start(self.name, images.bytes_file(b"no kernel\n", "no-kernel"))
        assert learnt.status == REFUSED, learnt.story()
        tables = [int(t, 16) for t in re.findall(r"^  table\s+(0x\w+)$", learnt.log, re.M)]
        results = []
        for table in tables:
            code = SAYS_FAILED.ljust(16, b"\xf4")
            file = badfiles.elf(segments=[(table, len(code), PAGE)], entry=table)
            file = file[:-len(code)] + code
            results.append((table, self.start(f"{self.name}-{table:x}",
                                              images.bytes_file(file, f"on-{table:x}"))))
        return tables, results


def lowest_of_run(tables, table):
    """The first page of the contiguous tables that contain this one: a refusal names it."""
    while table - PAGE in tables:
        table -= PAGE
    return table


# 486: a table for every 4 MiB; pentium3: large pages, global ones.
@pytest.mark.quick
@pytest.mark.parametrize("job", [
    pytest.param(OnTheTables(*words), id="-".join(words))
    for words in (("legacy", "486"), ("legacy", "pentium3"), ("pae", "pentium3"))])
def test_no_payload_lands_on_a_live_table(job, outcome):
    tables, results = outcome
    assert len(tables) > 2 and len(set(tables)) == len(tables) == len(results)
    for table, result in results:
        payloads.assert_refused(
            result, f"segment PT_LOAD 0 at {table:#x} would overwrite the live page tables, or "
                    f"a table of UEFI firmware, at {lowest_of_run(tables, table):#x} ")
