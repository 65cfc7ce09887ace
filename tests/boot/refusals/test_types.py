"""type=: a format that the user names. The judge as a flat file is entered as the ELF32 is.

What is refused is in tests/host/payload/test_type.c, and typed in test_shell_wrong.py.
"""
from functools import partial

import images
import joblist
import payloads
import pytest
from elf32 import Elf32
from machine import Machine, run

WORDS = "one two"


class Flat:
    """A judge without its headers. It has no memory behind its file, which a flat file cannot ask
    for."""

    def __init__(self, name, words, cpu):
        self.name, self.words, self.cpu = f"types-{name}", words, cpu

    def run(self):
        elf = Elf32(payloads.judge("tiny"))
        base, image, size = elf.image()
        assert size == len(image)
        file = images.bytes_file(bytes(image), "judge.flat")
        append = f"type=flat load={base:#x} entry={elf.entry:#x} {self.words} exitport=0xf4"
        return run(Machine(self.name, cpu=self.cpu, kernel=payloads.BATON, append=append,
                           modules=(f"{file} {WORDS}",)))


@pytest.mark.parametrize("job", partial(joblist.cases, "types-")(
    Flat("flat-pae", "place=all verify=on", "qemu32"), Flat("flat-legacy", "", "486"),
    quick=("flat-legacy",)))
def test_a_flat_file(job, outcome):
    payloads.assert_judged_well(outcome, WORDS)
    assert outcome.lines("^payload +a kernel, flat file, "), outcome.story()
