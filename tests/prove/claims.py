"""The claims, and how each is checked: a function from the evidence to a list of objections.

An empty list means that the claim holds. must_break: the claim is about the live tables, so it must
fail on the build that is wrong on purpose (make spoil); a check that cannot fail shows nothing.
"""
import re
from dataclasses import dataclass
from typing import Callable

from evidence import PAGE, lookup

KEEP = "the live tables keep every byte"
UNTOUCHED = "no store falls into them, from exec to the payload"
DUMP = "a dump of a crash shows them as they were at the fault"
NO_IDENTITY = "they never map the control page at its physical address"
TWICE = "the new tables map one page, the control page, at two addresses"
THERE = "from the switch on the CPU runs the control page"
HOME = "every other store has its place"
PAYLOAD = "the payload arrives whole and is entered in the documented state"
WORDS = "what Baton prints is true"


def bytes_from_outside(e):
    changed, (before, after) = changes(e), (e.before.tables, e.arrival.tables)
    wrong = ["bytes that differ: {}, the first at {:#010x}: {:#04x}, was {:#04x}".format(
        len(changed), changed[0][0], changed[0][2], changed[0][1])] if changed else []
    return wrong + ([] if list(after) == list(before) else
                    [f"{len(after)} table pages are reachable, there were {len(before)}"])


def changes(e):
    """[(address, byte before, byte at the payload's first instruction)] of the live tables."""
    return [(page + i, old, new) for page, data in e.before.tables.items()
            for i, (old, new) in enumerate(zip(data, e.arrival.tables.get(page, b"")))
            if old != new]


def bytes_in_the_dump(e):
    wrong = []
    for page, data in e.fault.items():
        found = e.dump.get(page, b"")
        if found != data:
            at = next((i for i, (old, new) in enumerate(zip(data, found)) if old != new), 0)
            wrong.append(f"the table at {page:#010x} differs from byte {at:#x} on")
    return wrong + ([] if list(e.dump) == list(e.fault) else
                    [f"{len(e.dump)} table pages are reachable in it, there were {len(e.fault)}"])


def judged(e, names):
    found = e.judged()
    return [f"the payload says: {name} {found.get(name, 'was not checked')}"
            for name in names if found.get(name) != "ok"]


def bytes_by_the_payload(e):
    return judged(e, ["live-root", "live-tables", "live-checksum"])


def stores_into_tables(e):
    wrong = []
    for phase, watch in e.stores.items():
        if watch.end != "stop":
            wrong.append(f"the watch did not reach its end: {watch.end}")
        if watch.split:
            wrong.append(f"{watch.split} stores cross a page boundary; the watch counts one page")
        hit = sorted(set(watch.pages) & set(e.before.tables))
        wrong += [f"{watch.pages[page][0]} stores into the table at {page:#010x}" for page in hit]
    blind = [page for page in e.destinations if e.stores["new"].pages.get(page, (0, 0))[1] < PAGE]
    if blind:
        wrong.append(f"the watch is blind: it saw no whole page stored at {min(blind):#010x}")
    return wrong


def identity_by_our_walk(e):
    moments = {"before the load": e.before, "at the trampoline": e.call, "afterwards": e.arrival}
    return [f"{when} {e.control:#010x} leads to {lookup(m.live, e.control):#010x}"
            for when, m in moments.items() if lookup(m.live, e.control) is not None]


def identity_by_qemu(e):
    moments = {"before the load": e.before, "at the trampoline": e.call}
    wrong = [f"{when} {e.control:#010x} leads to {lookup(m.qemu, e.control):#010x}"
             for when, m in moments.items() if lookup(m.qemu, e.control) is not None]
    return wrong + [f"{when} QEMU's walk and ours differ" for when, m in moments.items()
                    if m.qemu != m.live]


def identity_by_the_payload(e):
    return judged(e, ["live-identity", "live-trampoline"])


def wanted_mappings(e):
    return sorted((va, PAGE, e.control) for va in (e.template_va, e.control))


def mapped(mappings):
    return ", ".join(f"{va:#010x} to {address:#010x}" for va, _, address in mappings) or "nothing"


def twice_by_our_walk(e):
    return [] if e.control != e.template and e.switch.now == wanted_mappings(e) \
        else [f"they map {mapped(e.switch.now)}"]


def twice_by_qemu(e):
    wrong = [] if e.switch.qemu == wanted_mappings(e) else [f"they map {mapped(e.switch.qemu)}"]
    wanted = [(va, va + PAGE) for va, *_ in wanted_mappings(e)]
    return wrong + ([] if e.switch.ranges == wanted
                    else [f"info mem has {len(e.switch.ranges)} ranges, not these two pages"])


def executed_there(e):
    """The old page is not needed: the run came this far although it is full of INT3."""
    return [] if e.needs_control else \
        ["the payload was reached although the control page was overwritten"]


def stores_have_their_place(e):
    allowed = {"live": {"live tables", "old kernel's own memory"},
               "new": {"live tables", "destinations", "control page"}}
    return [f"{stores} stores on {pages} pages, {'before' if phase == 'live' else 'after'} "
            f"the switch: {name}" for phase, watch in e.stores.items()
            for name, (stores, pages) in watch.by_kind(e.kinds(phase)).items()
            if stores and name not in allowed[phase]]


JUDGED = 30     # the minimum number of the judge's other checks


def other_checks(e):
    return [name for name in e.judged() if not name.startswith("live-")]


def payload_is_well(e):
    ended = re.search("^BATON-VERDICT ", e.log, re.M)
    checks = other_checks(e)
    return judged(e, checks) + ([] if ended else ["the payload gave no verdict"]) + \
        ([] if len(checks) >= JUDGED else [f"the payload checked only {len(checks)} things"])


def tables_as_told(e):
    seen = (next(iter(e.before.tables)), len(e.before.tables), e.before.checksum())
    return [] if e.told_tables() == seen else [f"Baton says {e.told_tables()}, seen were {seen}"]


def trampoline_as_told(e):
    seen = (e.template_va, e.control, e.control)
    return [] if e.told_trampoline() == seen \
        else [f"Baton says {e.told_trampoline()}, seen were {seen}"]


@dataclass(frozen=True)
class Claim:
    text: str
    how: str
    objections: Callable
    must_break: bool = False


CLAIMS = [
    Claim(KEEP, "all compared from outside, through QMP", bytes_from_outside, True),
    Claim(KEEP, "CRC-32 and pages, by the payload", bytes_by_the_payload, True),
    Claim(UNTOUCHED, "every store watched by a QEMU plugin", stores_into_tables, True),
    Claim(DUMP, "its bytes, by a debugger", bytes_in_the_dump, True),
    Claim(NO_IDENTITY, "our walk: before, at the call, after", identity_by_our_walk, True),
    Claim(NO_IDENTITY, "QEMU's, info tlb: before, at the call", identity_by_qemu, True),
    Claim(NO_IDENTITY, "a walk by the payload", identity_by_the_payload, True),
    Claim(TWICE, "our walk, at the switch", twice_by_our_walk),
    Claim(TWICE, "QEMU's, info tlb and info mem, there", twice_by_qemu),
    Claim(THERE, "INT3 over the old page: goes on; here: ends", executed_there),
    Claim(HOME, "the same watch, by owner of the page", stores_have_their_place, True),
    Claim(PAYLOAD, "its own checks", payload_is_well),
    Claim(WORDS, "the live tables' root, pages, CRC-32", tables_as_told),
    Claim(WORDS, "the trampoline's two addresses", trampoline_as_told),
]
