"""Crashes the student's Baton, and looks at the tables that it leaves on, from outside."""
import re
from dataclasses import dataclass, replace

import boots
import dumps
import images
import livetables as lt
from catalogue import Finding

MIB, PAGE, BASE = dumps.MIB, lt.PAGE, dumps.KERNEL_BASE
MEMORY = 32                         # MiB
START, END = 16 * MIB, 24 * MIB     # of the region
# baton/crash.h: BATON_CRASH_POOL, _LOW, _HEADERS, _VAULT; the region's tail is all of them
POOL = 96
TAIL = END - (POOL + 4 + 3) * PAGE - 0xa0000
TAKEN_BYTES = POOL // 8             # in struct baton_crash: a bit for each page that is in use
TOO_FEW = 3                         # pages of the pool that a check leaves
STRAYS_BYTES = 4                    # what follows, the last field
ONES = b"\xff" * (POOL * PAGE)
MOST = 1 << 16                      # pages that own tables may map before they are called boundless


def taken_offset():
    """Of the bits in struct baton_crash."""
    header = (boots.TOP / "include" / "baton" / "crash.h").read_text()
    return int(re.search(r"^BATON_LAYOUT\(baton_crash, (\d+)\)", header, re.M)[1]) - STRAYS_BYTES - TAKEN_BYTES


def machine(folder, elf, kind):
    """The pool is full of ones: a page is not empty because nobody has used it."""
    made = dumps.machine(folder, elf, kind, MEMORY, f"crashkernel={(END - START) >> 20}M@{START >> 20}M")
    return replace(made, extra=made.extra + (
        "-device", f"loader,file={images.bytes_file(ONES, 'ones')},addr={TAIL:#x},force-raw=on"))


@dataclass
class Seen:
    """Memory, and CR3, at the fault, when the trampoline is called, and at the capture kernel's entry."""
    log: str = ""
    live: int = 0
    own: int = 0
    before: bytes = b""
    during: bytes = b""
    after: bytes = b""


def at_fault(d, seen, symbols, case):
    """Runs to the crash. A Finding if no capture kernel is loaded."""
    d.go_to(symbols["divide"])
    seen.log, seen.live = boots.machines.read_log(d.machine.log()), d.registers()["CR3"] & -32
    refused = re.search("^refused +(.*)", seen.log, re.M)
    return Finding(case, "the tables are made at the load", refused[1]) if refused else None


def crash(elf, kind, break_it=None):
    """(Seen, Finding if the capture kernel was not entered as it should be)"""
    case, seen = f"a crash on {kind} tables", Seen()
    crashing = machine("crash-damaged" if break_it else "crash", elf, kind)
    symbols = boots.Elf32(crashing.kernel).symbols

    def before(d):
        finding = at_fault(d, seen, symbols, case)
        if finding:
            return finding
        if break_it:
            break_it(d, seen.live, kind == "pae")
            return None
        seen.before = d.memory(0, MEMORY * MIB)
        d.go_to(symbols["baton_trampoline"])
        seen.own, seen.during = d.registers()["CR3"] & -32, d.memory(0, MEMORY * MIB)
        if kind == "pae":           # a PDPT may lie anywhere in a page: a copy that has a page of its own
            seen.during += seen.during[seen.own:seen.own + 32].ljust(PAGE, b"\0")
            seen.own = MEMORY * MIB
        return None

    def arrived(d):
        seen.after = d.memory(0, MEMORY * MIB)
        with open(dumps.payloads.capture_kernel(), "rb") as file:
            image = file.read()
        code = image[(image[0x1f1] + 1) * 512:][:PAGE]      # behind the setup [LBP 1.1]
        at = dumps.staged(seen.log)
        return None if seen.after[at:at + len(code)] == code else \
            Finding("its entry", "the capture kernel's first instructions", "other bytes")

    boot, finding = boots.hand_over(crashing, lambda: dumps.staged(seen.log), before, arrived)
    finding = finding or boots.arrived(boot, None, case)
    if not finding and boot.status != boots.machines.PASSED:
        finding = Finding(case, "the capture kernel runs to its end", f"the status {boot.status}")
    return seen, finding


# ---- the tables that the trampoline is called on -----------------------------------------------------

def pages(memory, root, pae):
    """{va: (pa, writable)} of each page of 4 KiB; None: more than MOST."""
    found = {}
    for va, size, pa, _, writable in lt.mappings(memory, root, pae):
        if len(found) + size // PAGE > MOST:
            return None
        found.update((va + at, ((pa & -size) + at, writable)) for at in range(0, size, PAGE))
    return found


def text(page):
    return f"page {page[0]:#010x}, {'writable' if page[1] else 'read-only'}" if page else "not mapped"


def shared(seen, pae):
    """A table of the live ones that is used; None: they are left alone."""
    live, own = lt.pages(seen.during, seen.live, pae), lt.pages(seen.during, seen.own, pae)
    return next((table for table in own if table in live), None)


def compare(seen, kind, kernel_end):
    """{check: Finding or None} of image, region, alone and global."""
    case, pae = f"{kind} tables, at the trampoline's call", kind == "pae"
    names = ("image", "region", "alone", "global")
    table = shared(seen, pae)
    if table is not None:
        return dict.fromkeys(names, Finding(case, "CR3 leads to tables of its own",
                                            f"it leads to a live table, at {table:#010x}"))
    own, live = pages(seen.during, seen.own, pae), pages(seen.during, seen.live, pae)
    if own is None:
        return dict.fromkeys(names, Finding(case, "some hundred pages", f"more than {MOST} pages are mapped"))
    parts = {"image": range(BASE, kernel_end, PAGE), "region": range(BASE + TAIL, BASE + END, PAGE)}
    found = {}
    for name, part in parts.items():
        wrong = next((va for va in part if own.get(va) != live.get(va)), None)
        found[name] = wrong and Finding(f"{case}, {wrong:#010x}", text(live.get(wrong)), text(own.get(wrong)))
    more = next((va for va in own if not any(va in part for part in parts.values())), None)
    found["alone"] = None if more is None else \
        Finding(f"{case}, {more:#010x}", "not mapped", text(own[more]))
    entry = next(((va, entry) for va, _, _, entry, _ in lt.mappings(seen.during, seen.own, pae)
                  if entry & lt.GLOBAL), None)
    found["global"] = entry and Finding(f"{case}, {entry[0]:#010x}", "not global", f"entry {entry[1]:#x}")
    return found


def untouched(seen, kind):
    """Are the live tables byte for byte as they were at the fault, and as many as at the start?"""
    case, pae = f"{kind} tables, at the capture kernel's entry", kind == "pae"
    table = shared(seen, pae)
    if table is not None:
        return Finding(case, "tables of its own were used", f"the live table at {table:#010x}")
    size = 8 if pae else 4
    for at, _, _ in lt.changes(seen.before, seen.after, lt.pages(seen.before, seen.live, pae)):
        entry = at & -size
        was, now = (int.from_bytes(memory[entry:entry + size], "little")
                    for memory in (seen.before, seen.after))
        return Finding(f"{case}, the live table at {at & -PAGE:#010x}, entry {entry % PAGE // size}",
                       f"{was:#x}, as at the fault", f"{now:#x}")
    began = int(re.search(r"^tables .*, (\d+) pages,", seen.log, re.M)[1])
    now = len(lt.pages(seen.after, seen.live, pae))
    return None if now == began else Finding(case, f"{began} live tables, as at the start", f"{now}")


def out(elf):
    """A crash in each format."""
    found = {}
    kernel_end = boots.Elf32(str(elf)).symbols["kernel_end"]
    for kind in ("legacy", "pae"):
        seen, finding = crash(elf, kind)
        told = compare(seen, kind, kernel_end) if seen.during else \
            dict.fromkeys(("image", "region", "alone", "global"), finding)
        for name, wrong in told.items():
            found[name] = found.get(name) or wrong
        found[f"untouched-{kind}"] = finding or untouched(seen, kind)
    return found


# ---- a kernel that has written over its tables, and one that has no pages ----------------------------

def unmap_the_trampoline(d, live, pae):
    """The live entry of the page that the hand-off begins on becomes 0, as by a wild store."""
    page, size = boots.Elf32(d.machine.kernel).symbols["baton_trampoline_page"], 8 if pae else 4
    table, index = next((table, index) for table, index, _, va, _, _ in
                        lt.leaves(d.memory(0, MEMORY * MIB), live, pae) if va == page)
    d.write_physical(table + index * size, bytes(size))
    d.forget_translations()


def damaged(elf):
    for kind in ("legacy", "pae"):
        seen, finding = crash(elf, kind, unmap_the_trampoline)
        if finding:
            return {"damaged": replace(finding, case=f"{finding.case}; the live entry of the trampoline's "
                                                     "page is 0")}
    return {"damaged": None}


def failure(elf):
    """crashtables_make, with a pool that has fewer pages than the tables need."""
    case, returned = f"a pool with {TOO_FEW} free pages", []
    crashing = machine("crash-pool", elf, "pae")
    symbols = boots.Elf32(crashing.kernel).symbols

    def before(d):
        at = symbols["region"] - BASE + taken_offset()
        d.go_to(symbols["crashtables_make"])
        back = int.from_bytes(d.memory(d.registers()["ESP"] - BASE, 4), "little")
        used = (1 << POOL) - (1 << TOO_FEW)
        d.write_physical(at, used.to_bytes(TAKEN_BYTES, "little"))
        d.go_to(back)
        returned.append(back)
        if d.registers()["EAX"] & 0xff:
            return Finding(case, "crashtables_make returns false", "true")
        kept = int.from_bytes(d.memory(at, TAKEN_BYTES), "little") & ~used
        return Finding(case, "no page is kept", f"{kept.bit_count()} pages") if kept else None

    boot, finding = boots.hand_over(crashing, symbols["divide"], before)    # the load is refused: it ends
    if not returned:
        finding = Finding(case, "crashtables_make returns", boot.found)
    return {"failure": finding}
