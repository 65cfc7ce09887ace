"""The output for the reader: a line or a small table for each step, then the table of claims.

The layout is Baton's own: a label of 12 columns, then a sentence.
"""
from claims import changes, other_checks
from evidence import NAMES, lookup

VERDICT = {True: "holds", False: "fails"}


def say(label, text):
    print(f"{label:<12}{text}".rstrip(), flush=True)


def hexa(address):
    return "nowhere" if address is None else f"{address:#010x}"


def plural(number, noun):
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def step(name, evidence):
    STEPS[name](evidence)


def before(e):
    m = e.before
    say("before", f"the live tables: root {hexa(m.cr3)}, {len(m.tables)} pages, {m.size():,} "
                  f"bytes, CRC-32 {hexa(m.checksum())}")
    same = "the same" if m.qemu == m.live else "NOT the same"
    say("", f"they have {len(m.live):,} mappings by our walk, {same} by QEMU's (info tlb)")


def switch(e):
    told = e.told_trampoline()
    say("switch", f"CR3 was {hexa(e.call.cr3)} and is {hexa(e.switch.cr3)}; the next instruction "
                  f"is at {hexa(e.switch.eip)}")
    say("", "            by the live tables      by the new tables")
    say("", "address     our walk    QEMU's      our walk    QEMU's      Baton says")
    for i, va in enumerate((e.template_va, e.control)):
        row = [va] + [lookup(walk, va) for walk in (e.call.live, e.call.qemu, e.switch.now,
                                                    e.switch.qemu)]
        row.append(told[2] if told and told[i] == va else None)
        say("", "  ".join(f"{hexa(value):<10}" for value in row))


def arrival(e):
    judged = e.judged()
    failed = [name for name, found in judged.items() if found != "ok"]
    say("payload", f"its first instruction, {hexa(e.arrival.eip)}: of the {e.before.size():,} "
                   f"bytes {len(changes(e)):,} have changed")
    say("", f"it checks {plural(len(judged), 'thing')}, {len(judged) - len(other_checks(e))} of "
            f"them in the live tables; wrong: {', '.join(failed) or 'none'}")


def without_control(e):
    reached = "it is not" if e.needs_control else "it is, too"
    say("overwritten", "with INT3 at the switch: the old kernel's page "
                       f"{hexa(e.template)}, and the")
    say("", f"payload is reached; the control page {hexa(e.control)}, and {reached}")


def stores(e):
    tables = {phase: watch.by_kind(e.kinds(phase)) for phase, watch in e.stores.items()}

    def row(name, value):
        say("", f"{name:<26}" + "".join(f"{value(phase):<23}" for phase in ("live", "new")))

    def on(kind):
        def text(phase):
            count, pages = tables[phase][kind]
            return f"{count:>7,}" + (f" on {plural(pages, 'page')}" if pages else "")
        return text

    say("stores", f"{'':<26}{'exec to the switch':<23}the switch to the payload")
    row("instructions", lambda phase: f"{e.stores[phase].instructions:>7,}")
    row("stores to memory", lambda phase: f"{e.stores[phase].total():>7,}")
    for kind in tables["live"]:
        row(f"  {kind}", on(kind))
    row("stores to devices", lambda phase: f"{e.stores[phase].device:>7,}")


def crash(e):
    differ = sum(old != new for page, data in e.fault.items()
                 for old, new in zip(data, e.dump.get(page, b"")))
    say("crash", "another machine, with a capture kernel waiting in it, divides by zero: its core")
    say("", f"has {plural(len(e.dump), 'page')} of live tables, there were {len(e.fault)}; of the "
            f"bytes {differ:,} have changed")


STEPS = {"before": before, "switch": switch, "arrival": arrival, "nocontrol": without_control,
         "stores": stores, "crash": crash}


def table(verdicts, wrong):
    """verdicts: {kind: {claim: objections}}; wrong: the same for the wrong build."""
    columns = [NAMES[kind] for kind in verdicts] + ["wrong build"]
    print(f"\n{'claim, and how it was checked':<48}" + "".join(f"{c:<8}" for c in columns).rstrip())
    text = None
    for claim in next(iter(verdicts.values())):
        if claim.text != text:
            text = claim.text
            print(text)
        cells = [VERDICT[not verdicts[kind][claim]] for kind in verdicts]
        broken = [bool(wrong[kind][claim]) for kind in wrong]
        cells.append(VERDICT[not all(broken)] if all(broken) or not any(broken) else "differs")
        print(f"  {claim.how:<46}" + "".join(f"{cell:<8}" for cell in cells).rstrip())
    print()
