"""A packed kernel: GRUB unpacks it by the menu lines that Baton's refusal names."""
import gzip
import lzma

import images
import joblist
import payloads
import pytest
from machine import Machine, run

WORDS = "was packed"


class Packed:
    def __init__(self, name, pack, lines=(), option=""):
        self.name, self.pack, self.lines, self.option = f"packed-{name}", pack, lines, option

    def run(self):
        with open(payloads.judge("low"), "rb") as f:
            packed = images.bytes_file(self.pack(f.read()), f"judge.{self.name}")
        iso = images.grub_iso([*self.lines, "multiboot /baton.elf exitport=0xf4",
                               f"module {self.option} /kernel {WORDS}"],
                              {"baton.elf": payloads.BATON, "kernel": packed},
                              more=("gzio", "xzio"))
        return run(Machine(self.name, iso=iso))


@pytest.mark.parametrize("job", joblist.cases(
    "packed-", Packed("gzip", gzip.compress), Packed("xz", lzma.compress, ["insmod xzio"])))
def test_grub_unpacks_it(job, outcome):
    payloads.assert_judged_well(outcome, WORDS)


@pytest.mark.parametrize("job", joblist.cases(
    "packed-", Packed("gzip-nounzip", gzip.compress, option="--nounzip"),
    Packed("xz-without-xzio", lzma.compress)))
def test_it_stays_packed_without_them(job, outcome):
    payloads.assert_refused(outcome, "the payload is packed with .*GRUB unpacks a kernel")
