"""Compares the memory in a core with a snapshot from the time of the fault: every byte, except for
named variables of the old kernel. docs/crash.md, "What is in the core", has the same list for
users.
"""
import bisect
import zlib

import livetables as lt
import payloads
from elf32 import Elf32

KERNEL_BASE, PAGE, HIGH = 0xc0000000, 4096, 1 << 32
LOW = 0xa0000                       # BATON_CRASH_LOW, baton/crash.h

# What changes in the old kernel's memory between the fault and the capture kernel, and why.
CHANGES = {"boot_stack": "the code after the fault runs on the old kernel's stack",
           "row": "of the screen: the lines are printed",
           "rows_before": "of the screen",
           "line_hook": "of the screen: the shell's pager would wait for a key",
           "baton_trampoline_page": "the trampoline's stack and TSS are on it"}
TASK_CHANGES = {"main_tss": "the CPU saves the broken task's registers there [SDM3 7.3]",
                "double_fault_tss": "and writes a link to it in the other one",
                "double_fault_stack": "the stack of the double fault's task",
                "boot_gdt": "the busy bit of a task is in its descriptor [SDM3 7.2.2]"}


def reader(low, high=b""):
    """read(address, size) of memory from address 0 on, and of that from 4 GiB on."""
    def read(at, size):
        memory, start = (high, at - HIGH) if at >= HIGH else (low, at)
        assert start + size <= len(memory), f"there is no memory up to {at + size:#x}"
        return memory[start:start + size]
    return read


def pages_that_differ(fault, core):
    """With physical addresses. fault: read() of the memory at that time."""
    for load in core.loads:
        dumped, memory = core.read(load.pa, load.size), fault(load.pa, load.size)
        if dumped == memory:
            continue
        for at in range(0, load.size, PAGE):
            if dumped[at:at + PAGE] != memory[at:at + PAGE]:
                yield load.pa + at


def variables_that_differ(fault, core):
    """The set of the names of the old kernel's variables that differ; and the addresses of
    differing pages outside its image."""
    symbols = Elf32(payloads.BATON).symbols
    names = {}
    for name, value in symbols.items():
        names.setdefault(value - KERNEL_BASE, set()).add(name)
    starts, end = sorted(names), symbols["kernel_end"] - KERNEL_BASE
    found = {}
    for page in pages_that_differ(fault, core):
        dumped, memory = core.read(page, PAGE), fault(page, PAGE)
        for at in range(page, page + PAGE):
            if memory[at - page] != dumped[at - page]:
                start = starts[bisect.bisect_right(starts, at) - 1]
                key = start if start <= at < end else page
                found[key] = names.get(key, {f"the page {page:#x}"})
    return list(found.values())


def assert_unchanged(core, low, high=b"", double_fault=False):
    """low, high: the memory at the fault, from address 0 and from 4 GiB on."""
    allowed = set(CHANGES) | (set(TASK_CHANGES) if double_fault else set())
    others = [names for names in variables_that_differ(reader(low, high), core)
              if not names & allowed]
    assert not others, f"in the core these are not what they were at the fault: {others}"


def crc_of_unchanged_tables(core, low, root, pae):
    """Compares every live table byte for byte; returns their CRC-32."""
    tables, crc, size = lt.pages(low, root, pae), 0, 8 if pae else 4
    for table in tables:
        before, page = low[table:table + PAGE], core.read(table, PAGE)
        differ = {i // size * size for i in range(PAGE) if before[i] != page[i]}
        assert not differ, "\n".join(
            f"the table at {table:#x}, entry {at // size}: {page[at:at + size][::-1].hex()}, was "
            f"{before[at:at + size][::-1].hex()}" for at in sorted(differ))
        crc = zlib.crc32(page, crc)
    return crc


def assert_tables_unchanged(core, low, root, pae):
    """The same, and their number is the core's."""
    crc = crc_of_unchanged_tables(core, low, root, pae)
    assert core.info["BATON(live_tables)"] == str(len(lt.pages(low, root, pae)))
    return crc
