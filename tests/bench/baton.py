"""What Baton needs, in instructions, pages and bytes."""
import re
from dataclasses import replace

import images
import payloads
from count import between, number, symbol
from machine import Machine, run

ENTRY, HANDOFF = "boot_entry", "baton_handoff"
LOAD = ("baton_load", "report_stage")     # its first instruction, and the first one after it
LINUX, JUDGE = "linux-686-pae", "judge-low"
HAND_OFF_LINE = r"^hand-off +to (0x\w+)"


def machine(name, payload, initrd, memory="256M", words="", cpu="max"):
    """Through QEMU's -kernel: the loader's own instructions are not counted."""
    return Machine(f"bench-{name}", cpu=cpu, memory=memory, kernel=payloads.BATON, timeout=300,
                   append=f"{words} exitport=0xf4",
                   modules=(f"{payloads.path(payload)} {payloads.LINUX_WORDS}",
                            images.sparse(initrd << 20)))


def first_sight(of):
    """The log up to the hand-off, and the payload's entry."""
    log = run(replace(of, until=HAND_OFF_LINE + ".*\n")).log
    return log, int(re.search(HAND_OFF_LINE, log, re.M)[1], 16)


def handoffs():
    """From the first instruction of baton_handoff to the payload's first."""
    for place in ("auto", "prefer", "all"):
        of = machine(f"handoff-{place}", LINUX, 1, words=f"place={place}")
        log, entry = first_sight(of)
        cost, _ = between(of, symbol(HANDOFF), entry)
        yield f"hand-off, place={place}", cost
        moved = number(r"^plan +([\d,]+) pages? move", log)
        yield f"pages moved, place={place}", moved
        if place == "prefer":
            yield "a page moved", cost // moved
        if place == "auto":
            start, _ = between(of, symbol(ENTRY), symbol(HANDOFF))
            yield "start to hand-off", start
            yield "text printed by default", len(log[:log.index("\n", log.index("\nhand-off")) + 1])


def loads():
    """baton_load, the dry run included."""
    for size in (1, 6, 36, 128, 512, 1024):
        of = machine(f"load-{size}", LINUX, size, memory="1G" if size < 1024 else "2G")
        cost, _ = between(of, *(symbol(name) for name in LOAD))
        yield f"load, initrd {size} MiB", cost


def verify():
    """SHA-256, for each byte: what 2 MiB more cost with it, less what they cost without it. Without the
    SHA extensions, which QEMU has from 8.2 on; the group `native` counts these."""
    cost = {}
    for word in ("off", "on"):
        for size in (1, 3):
            of = machine(f"verify-{word}-{size}", JUDGE, size, words=f"verify={word} place=none",
                         cpu="max,-sha-ni")
            entry = first_sight(of)[1]
            cost[word, size] = (between(of, *(symbol(name) for name in LOAD))[0],
                                between(of, symbol(HANDOFF), entry)[0])
    for i, what in enumerate(("at the load", "in the hand-off")):
        more = {word: cost[word, 3][i] - cost[word, 1][i] for word in ("off", "on")}
        yield f"verify, a byte {what}", round((more["on"] - more["off"]) / (2 << 20), 1)


def seal():
    """A SHA-256 over what the crash path needs before it can check the rest; once at the load, once at
    the crash."""
    of = Machine("bench-seal", cpu="max", memory="256M", kernel=payloads.BATON, timeout=300,
                 append="crashkernel=64M crash=1,2 fault=divide exitport=0xf4",
                 modules=(payloads.path(LINUX), images.sparse(6 << 20)))
    yield "crash, seal and report", between(of, symbol("baton_vault_is_whole"),
                                            symbol("vault_leave"))[0]


EVERY = (handoffs, loads, verify, seal)
