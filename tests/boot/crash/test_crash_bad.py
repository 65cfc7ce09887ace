"""What can go wrong with a capture kernel: each error is reported in one line, at boot or at the
crash.

And a second fault on the path to the capture kernel: it is entered nevertheless, without a message.
"""
import re
from functools import partial

import joblist
import payloads
import pytest
import vmcore
from debugger import Debugger
from elf32 import Elf32
from machine import PANICKED, PASSED, POWERED_OFF, Machine, read_log, run
from typist import sessions, shell

REGION = "crashkernel=16M"
MIB = 1 << 20


class Words:
    """Baton with these options and one module; settings: of the machine."""

    def __init__(self, name, words, said="", module=payloads.capture_kernel, memory="40M",
                 linux="", **settings):
        self.name, self.words, self.said, self.memory = f"crash-bad-{name}", words, said, memory
        self.module, self.linux, self.settings = module, linux, settings

    def run(self):
        return run(Machine(self.name, memory=self.memory, kernel=payloads.BATON, timeout=60,
                           append=f"{self.words} exitport=0xf4", modules=(self.module(),),
                           **self.settings))


cases = partial(joblist.cases, "crash-bad-")


def judge():
    return payloads.judge("low")


def linux(name="686-pae"):
    return payloads.linux(name)


@pytest.mark.quick
@pytest.mark.parametrize("job", cases(
    Words("region-tiny", "crashkernel=1M crash=1", "crashkernel=, 1 MiB: it is too small for any "
          "capture kernel; 64M is usual"),
    Words("region-huge", "crashkernel=64M crash=1", "crashkernel=, 64 MiB: it is more than Baton"),
    Words("region-nowhere", "crashkernel=36M crash=1", "crashkernel=, 36 MiB: there is no free, "
          "usable range of that size; take a smaller size"),
    Words("region-odd", "crashkernel=16M@0x1000800", "its offset is not a multiple of 4,096"),
    Words("region-taken", "crashkernel=16M@1M", "that range is not free, usable memory; take "),
    Words("region-high", "crashkernel=16M@32M", "it is too high for Baton to map it"),
    Words("region-word", "crashkernel=much", "crashkernel=much on Baton's command line: the value "
          "may be a size such as 64M"),
    Words("no-region", "crash=1", "no memory is kept for a capture kernel; boot Baton with crash"),
    Words("no-module", f"{REGION} crash=9", "crash= names module 9, but there are only 1"),
    Words("no-initrd", f"{REGION} crash=1,2", "crash= names module 2, but there are only 1"),
    Words("no-number", f"{REGION} crash=one", "crash=one on Baton's command line: the value may "
          "be the number of a module"),
    Words("elf", f"{REGION} crash=1", r"ELF.*, runs at 0x00100000 only; a capture kernel must "
          "be relocatable", judge),
    Words("fixed-bzimage", f"{REGION} crash=1", r"Linux judge, bzImage, .* runs at 0x00100000 only",
          lambda: payloads.judge("linux")),
    Words("long-line", f"{REGION} crash=1", "the capture kernel's command line has no room for "
          "elfcorehdr=: it may have 2046 characters in all",
          lambda: f"{payloads.capture_kernel()} {'x' * 2030}"),
    Words("fault-word", f"{REGION} crash=1 fault=nonsense", "fault= names no kind of fault")))
def test_it_is_refused_before_anything_can_go_wrong(job, outcome):
    payloads.assert_refused(outcome, job.said)


@pytest.mark.parametrize("job", cases(
    Words("region-small", "crashkernel=8M crash=1", "8 MiB, has no room for the kernel, which needs "
          r"17.2 MiB in one piece .*; boot Baton with crashkernel=48M", linux, "64M", "686-pae"),
    Words("region-small-amd64", "crashkernel=48M crash=1", r"in one piece", lambda: linux("amd64"),
          "128M", "amd64", emulator="x86_64", cpu="max")))
def test_a_kernel_that_does_not_fit_into_the_region(job, outcome):
    payloads.assert_refused(outcome, job.said)


def unpacking(size, **fields):
    """A capture kernel that claims to unpack itself into so many bytes."""
    return lambda: payloads.capture_kernel(init_size=size, **fields)


# Of 16 MiB at 16 MiB the last 1,052 KiB are Baton's: include/baton/crash.h. The kernel's first
# aligned address is 0x1001000.
AT_16M, ROOM = "crashkernel=16M@16M crash=1", 0x1ef9000 - 0x1001000
KERNEL_64 = 1               # xloadflags [LBP]; such a kernel uses these bytes from its start on


@pytest.mark.quick
@pytest.mark.parametrize("job", cases(
    *(Words(f"window-{paging}", f"paging={paging} {AT_16M}", "kernel", unpacking(ROOM + 0x2000))
      for paging in ("pae", "legacy")),
    Words("window-amd64", AT_16M, "kernel", unpacking(ROOM + 0x2000, xloadflags=KERNEL_64),
          emulator="x86_64", cpu="max")))
def test_a_kernel_that_would_unpack_itself_over_batons_pages(job, outcome):
    payloads.assert_refused(outcome, job.said)


@pytest.mark.quick
@pytest.mark.parametrize("job", cases(
    *(Words(f"window-fits-{paging}", f"paging={paging} {AT_16M} fault=divide", "",
            unpacking(ROOM)) for paging in ("pae", "legacy"))))
def test_a_kernel_that_unpacks_itself_up_to_batons_pages(job, outcome):
    assert outcome.status == PASSED, outcome.story()


@pytest.mark.quick
@pytest.mark.parametrize("job, status, last", [
    pytest.param(*case, id=case[0].name.removeprefix("crash-bad-")) for case in (
        (Words("none-exit", f"{REGION} fault=divide"), PANICKED, "cr0 "),
        (Words("none-reset", f"{REGION} fault=panic onfault=reset"), PANICKED, "panic "))])
def test_without_a_capture_kernel_it_ends_as_usual(job, status, last, outcome):
    assert outcome.status == status, outcome.story()
    assert not outcome.lines("^crash "), outcome.story()
    assert last in outcome.log.splitlines()[-1], outcome.story()


class Reset(Words):
    """No exit port, or a wrong one: then only onfault= has an effect."""

    def run(self):
        return run(Machine(self.name, memory=self.memory, kernel=payloads.BATON, timeout=60,
                           append=self.words, modules=(self.module(),)))


@pytest.mark.quick
@pytest.mark.parametrize("job", cases(
    Reset("reset", f"{REGION} fault=divide onfault=reset"),
    Reset("reset-nothing-there", f"{REGION} fault=divide onfault=reset exitport=0xf8")))
def test_onfault_resets_without_a_capture_kernel(job, outcome):
    assert outcome.status == POWERED_OFF, outcome.story()
    assert outcome.lines(r"^stop +resetting the machine \(onfault=reset\)"), outcome.story()
    assert outcome.lines(r"^exception +vector 0,"), outcome.story()


@sessions(shell("crash-no-region", modules=(judge(),)), quick=True)
def test_the_shell_reports_that_there_is_no_region(t):
    t.prompt()
    answer = t.ask("load -p")
    assert "no memory is kept for a capture kernel; boot Baton with crashkernel=64M" in answer[0]
    assert "no capture kernel is loaded; load -p does that, or crash= at boot" in t.ask("crash")[0]


@sessions(shell("crash-no-image", REGION, (judge(),), memory="40M"), quick=True)
def test_the_shell_reports_that_there_is_no_capture_kernel(t):
    t.prompt()
    assert "must be relocatable" in t.ask("load -p")[-1]
    assert "no capture kernel is loaded" in t.ask("crash")[0]


@sessions(shell("crash-unload", REGION, (payloads.capture_kernel(),), memory="40M"), quick=True)
def test_a_capture_kernel_is_unloaded_and_staged_again(t):
    t.prompt()
    t.ask("load -p")
    status = t.ask("status")
    assert [line for line in status if line.startswith("crash ")], status
    assert "is empty; a crash ends without a dump" in t.ask("unload -p")[0]
    assert not [line for line in t.ask("status") if line.startswith("crash ")]
    assert "no capture kernel is loaded" in t.ask("crash")[0]
    assert t.ask("load -p") == status[1:-1]
    t.send("crash\r")
    assert t.end()[1] == PASSED


@sessions(shell("crash-words", REGION, (payloads.capture_kernel(),), memory="40M"), quick=True)
def test_elfcorehdr_is_before_the_users_words(t):
    """After a "--", Linux would pass elfcorehdr= to init."""
    t.prompt()
    staged = t.ask("load -p append one -- two")
    headers, = re.findall(r"core headers at (0x\w+);", "\n".join(staged))
    line = f"elfcorehdr={int(headers, 16):#x} one -- two\0".encode()
    assert t.qmp.memory(0, 40 * MIB).count(line) >= 1
    assert b"-- two elfcorehdr" not in t.qmp.memory(0, 40 * MIB)


class Twice:
    """After the registers are saved, printing fails: a wild jump, or a double fault."""

    def __init__(self, paging, kind):
        self.paging, self.kind, self.name = paging, kind, f"crash-bad-twice-{kind}-{paging}"

    def run(self):
        symbols = Elf32(payloads.BATON).symbols
        machine = Machine(self.name, memory="40M", kernel=payloads.BATON, timeout=60,
                          append=f"paging={self.paging} {REGION} crash=1 fault=divide "
                                 "exitport=0xf4",
                          modules=(payloads.capture_kernel(),))
        with Debugger(machine) as d:
            d.go_to(symbols["divide"])
            d.go_to(symbols["console_urgent"])
            if self.kind == "wild":
                d.set_register("eip", 0x12345678)
            else:                       # no stack: the next push faults, and so does its frame
                d.set_register("esp", 0x1000)
            d.go_to(int(re.search(r"staged at (0x\w+);", read_log(machine.log()))[1], 16))
            memory = d.memory(0, 40 * MIB)
            result = d.end()
        headers = int(re.search(r"core headers at (0x\w+);", result.log)[1], 16)
        result.data["registers"] = vmcore.of_memory(memory, headers).registers
        result.data["divide"] = symbols["divide"]
        return result


@pytest.mark.quick
@pytest.mark.parametrize("job", cases(
    *(Twice(paging, kind) for paging in ("pae", "legacy") for kind in ("wild", "stack"))))
def test_a_second_fault_ends_in_the_capture_kernel_with_the_first_ones_registers(job, outcome):
    assert outcome.status == PASSED, outcome.story()
    assert not outcome.lines("^(exception|panic|crash +handing)"), outcome.story()
    assert 0 <= outcome.data["registers"]["eip"] - outcome.data["divide"] < 0x40
