"""Kernels of old boot protocols, which map little memory before they read boot_params.

An imitation (oldlinux.py) unpacks through low memory, and switches paging on with tables for its
first 4 or 8 MiB. Only then it loads SS from Baton's GDT, and reads boot_params and the command
line. Baton reports a fault that it raises before it has its own IDT.
"""
import re
from functools import partial

import images
import joblist
import oldlinux
import payloads
import pytest
from machine import FAULTED, PASSED, Machine, run

LOW = (0x10000, 0xa0000)            # memory below 640 KiB that firmware does not use
SEEN = (0x100000, 0x400000)         # else: the minimum that such a kernel maps
CPU = {"pae": "pentium3", "legacy": "pentium"}
WORDS = "root=/dev/hda1 ro"
PAGED_CR0 = 0x80000011              # paging on, as the imitation sets it
NOWHERE = 0x40000000                # old.S: an address that it does not map


class Old:
    def __init__(self, name, kind="pae", memory="64M", words="", reach=LOW, lies="", via="",
                 settings=None, **kernel):
        self.name, self.kind, self.memory, self.words = f"old-{name}", kind, memory, words
        self.reach, self.lies, self.via, self.kernel = reach, lies, via, kernel
        self.settings = settings or {"cpu": CPU[kind]}

    def run(self):
        words = f"exitport=0xf4 paging={self.kind} {self.words}".strip()
        kernel = oldlinux.kernel(**self.kernel)
        settings = {"memory": self.memory, "timeout": 40, **self.settings}
        if self.via == "grub":
            iso = images.baton_iso(payloads.BATON, words, [(kernel, WORDS)])
            return run(Machine(self.name, iso=iso, **settings))
        module = f"{kernel} {WORDS}"
        if self.lies:
            return run(Machine(self.name, kernel=payloads.LIAR, append=self.lies,
                               modules=(f"{payloads.BATON} {words}", module), **settings))
        return run(Machine(self.name, kernel=payloads.BATON, append=words, modules=(module,),
                           **settings))


cases = partial(joblist.cases, "old-")


def each(**settings):
    """On machines of three sizes, with both kinds of tables, for kernels that map 4 and 8 MiB."""
    return [Old(f"{memory}-{kind}-{mapped}", kind, memory, mapped=mapped, **settings)
            for memory in ("8M", "64M", "512M") for kind in CPU for mapped in (4, 8)]


def assert_well(job, outcome):
    assert outcome.status in (PASSED, "until"), outcome.story()
    params, line, words = oldlinux.heard(outcome)
    assert words == WORDS, outcome.story()
    # Baton's page, too: SS was loaded from its GDT
    page = int(re.search(r"both lead to (0x\w+),", outcome.log)[1], 16)
    assert params < line < page, outcome.story()
    for at in (params, line, page):
        assert job.reach[0] <= at and at + 0x1000 <= job.reach[1], outcome.story()


@pytest.mark.parametrize("job", cases(
    *each(), quick=("8M-legacy-4", "64M-pae-4", "512M-legacy-8")))
def test_it_sees_what_it_reads(job, outcome):
    assert_well(job, outcome)


@pytest.mark.parametrize("job", cases(
    Old("2.02", protocol=0x0202),
    Old("grub", via="grub"),
    Old("all", words="place=all", kind="legacy"),
    Old("compared", words="verify=on"),
    Old("traced", words="trace=2", kind="legacy"),
    Old("3583M", memory="3583M"),
    Old("bochs", via="grub", settings={"emulator": "bochs", "machine": "-", "cpu": "p2_klamath",
                                       "until": '^(old command line "|refused|panic|fault)',
                                       "timeout": 120}),
    Old("no-low-memory", reach=SEEN, lies="map=nolow"),
    Old("no-low-memory-legacy", kind="legacy", reach=SEEN, lies="map=nolow")))
def test_other_ways_to_it(job, outcome):
    assert_well(job, outcome)


@pytest.mark.parametrize("job", cases(
    Old("refused", lies="map=nolow", size=3 << 20), Old("refused-capture", words="crashkernel=16M "
                                                        "crash=1")))
def test_it_is_refused_with_a_reason(job, outcome):
    """It fills all memory that it maps itself; or it cannot run where a capture kernel must."""
    payloads.assert_refused(outcome, {
        "old-refused": r"no free page below 0x400000 for the pages that the payload reads first "
                       r"\(boot_params, command line, GDT\)",
        "old-refused-capture": "runs at 0x00100000 only; a capture kernel must be relocatable",
    }[job.name])


# fault of old.S: vector, error code, cr2
FAULTS = {
    "page": (r"0x0000000e page fault; error 0x00000000", NOWHERE),
    "opcode": (r"0x00000006 invalid opcode; error none", None),
    "protection": (r"0x0000000d general protection; error 0x00007ff8", None),
    "stack": (r"0x0000000e page fault; error 0x00000002", NOWHERE - 4),
    "nmi": (r"0x00000002 NMI; error none", None),
}


@pytest.mark.parametrize("job", cases(
    *[Old(f"fault-{fault}-{kind}-{memory}", kind, memory, fault=fault)
      for fault in FAULTS for kind in CPU for memory in ("8M", "512M")],
    Old("fault-page-bochs", via="grub", fault="page",
        settings={"emulator": "bochs", "machine": "-", "cpu": "p2_klamath",
                  "until": r"^fault .*\n", "timeout": 120}),
    quick=("fault-page-pae-512M", "fault-stack-legacy-8M")))
def test_a_fault_before_it_has_an_idt_is_told(job, outcome):
    """In the payload's own tables: they map Baton's IDT, GDT and task, and the fault task loads
    Baton's root."""
    vector, address = FAULTS[job.kernel["fault"]]
    lines = outcome.lines("^fault")
    assert outcome.status in (FAULTED, "until") and len(lines) == 1, outcome.story()
    assert outcome.lines("^old ")[-1] == "old paged", outcome.story()
    told = re.search(rf"in the payload, or a wild jump: vector {vector} eip (0x\w+) .* "
                     r"cr0 (0x\w+) cr2 (0x\w+) cr3 (0x\w+)", lines[0])
    assert told, outcome.story()
    assert 0x100000 <= int(told[1], 16) < 0x101000, outcome.story()
    assert int(told[2], 16) == PAGED_CR0, outcome.story()
    assert address is None or int(told[3], 16) == address, outcome.story()
