"""Multiboot kernels as payloads: a small one that reports how it was entered, once through GRUB's own
commands and once through Baton, and real ones, which come up.
"""
import os
import re

import images
import joblist
import payloads
import pytest
from machine import BUILD, PASSED, Machine, run

MODULES = ((payloads.initrd("300K"), "first module  'two words'"), (payloads.initrd("12345"), ""),
           (payloads.initrd("3M"), "x=1"))
LINE = "a line for the kernel"
SAME = r"^entered |^told (line|module|memory|sizes|section)"


def kernel(version):
    return os.path.join(BUILD, "tests", "payloads", f"mbkernel{version}")


def entry(version, files):
    """An ISO: the first file is the kernel, the others are its modules."""
    command, module = (("multiboot", "module"), ("multiboot2", "module2"))[version - 1]
    lines = [f"{command if i == 0 else module + ' --nounzip'} /file{i} {words}"
             for i, (_, words) in enumerate(files)]
    return images.grub_iso(["set gfxpayload=text", *lines],
                           {f"file{i}": path for i, (path, _) in enumerate(files)}, all_bios=True)


class Both:
    """The report through GRUB, and through Baton with both kinds of its own tables."""

    def __init__(self, version):
        self.version, self.name = version, f"mbkernel{version}"

    def run(self):
        files = [(kernel(self.version), LINE), *MODULES]
        direct = run(Machine(f"{self.name}-grub", iso=entry(self.version, files)))
        through = {}
        for tables in ("pae", "legacy"):
            baton = (payloads.BATON, f"exitport=0xf4 paging={tables}")
            through[tables] = run(Machine(f"{self.name}-{tables}",
                                          iso=entry(1, [baton, *files])))
        direct.data = through
        return direct


@pytest.mark.parametrize("job", joblist.cases("mbkernel-", Both(1), Both(2)))
def test_it_is_entered_as_by_grub(job, outcome):
    assert outcome.status == PASSED, outcome.story()
    wanted = outcome.lines(SAME)
    assert len([line for line in wanted if line.startswith("told module")]) == 3, outcome.story()
    assert len([line for line in wanted if line.startswith("told section ")]) > 1, outcome.story()
    for through in outcome.data.values():
        assert through.status == PASSED, through.story()
        assert through.lines(rf"^payload +a kernel, multiboot {job.version}, ELF32"), through.story()
        assert sorted(through.lines(SAME)) == sorted(wanted), through.story()   # tags have no order
        assert through.lines("^told loader") == [
            'told loader "Baton 0.1 (strings as GRUB 2 gives them)"'], through.story()
        if job.version == 1:    # memory, line, modules, sections, map, name, screen; nothing else
            assert through.lines("^told flags") == ["told flags 0x0000126d"], through.story()
        else:
            assert through.lines("^told root pointer") == outcome.lines("^told root pointer")
            assert through.lines("^told end") == ["told end 1"], through.story()
        assert [re.sub(r"at 0x\w+ ", "", line) for line in through.lines("^told screen")] == [
            "told screen pitch 160, 80 by 25, bits 16, type 2"], through.story()
