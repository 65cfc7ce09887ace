"""Lab trampoline: from one kernel's page tables to the next kernel."""
import re
from dataclasses import replace

import boots
import road
from catalogue import Check, Finding, Lab, Part, Trial
from hole import FIRST, Lines

GLOBAL = f"""
        /* {FIRST} (1). Global pages off; machine checks on where the CPU has them.
         * A CPU without CR4 has neither. README.md, "Step 3". */
"""
SWITCH = f"""
        /* {FIRST} (2). The new root is in edi; ecx and ebx are in use.
         * README.md, "Step 4". */
"""
JUMP = f"""
        /* {FIRST} (3). Go on at .Lidentity, at its physical address: esi has that
         * of the page. README.md, "Step 4". */

"""
IDENTITY = f"""
        /* {FIRST} (4). The page is at its physical address now: ebp, GDT, task
         * register, IDT and stack follow. README.md, "Step 5". */
"""
UNPAGED = f"""
        /* {FIRST} (5). Paging off, caches on: CR0 in one write. README.md, "Step 6". */
"""
LIST = f"""
        /* {FIRST} (6). Follow the list, from the word at PARAM(LIST) on, until
         * DONE; a word that has no meaning is an error: ud2. README.md, "Step 7"; the words are in
         * include/baton/list.h. */

        /* 8. Is what lies there now what was loaded? The digest page has told if not. */
"""
PGE = 1 << 7
OLD = "486,-vme,-pse"       # no feature that CR4 governs
PE_ET = 0x11


def register(name, value):
    return f"{name} {value:#010x}"


def facts(r, kind):
    """{check: Finding or None}, from the road of one boot. None as a road: it never began."""
    found = {}
    case = f"{kind} tables"
    switch = r.change("CR3")
    never = r.end or "it never happens"
    found["pge"] = found["switch"] = None
    if not switch or switch[0]["CR4"] & PGE:
        found["pge"] = Finding(case, "CR4.PGE is 0 when CR3 is written",
                               register("CR4", switch[0]["CR4"]) if switch else
                               f"CR3 is never written: {never}")
    if not switch:
        found["switch"] = Finding(case, register("CR3", r.root), f"CR3 is never written: {never}")
    elif switch[1]["CR3"] != r.root:
        found["switch"] = Finding(f"{case}, CR3 is written at 0x{switch[0]['EIP']:08x}",
                                  register("CR3", r.root), register("CR3", switch[1]["CR3"]))
    elif not r.in_template(switch[1]["EIP"]):
        found["switch"] = Finding(case, "the next instruction is at the kernel address",
                                  register("EIP", switch[1]["EIP"]))
    found.update(behind(r, case, never))
    return found


def behind(r, case, never):
    """The facts from the jump on."""
    found = {"jump": None, "tables": None, "unpaged": None}
    off = r.unpaged()
    arrived = [s for s in r.states
               if r.in_copy(s["EIP"]) and s["CR0"] & road.PG and s["CR3"] == r.root]
    if not arrived:
        at = off[0]["EIP"] if off else r.states[-1]["EIP"]
        found["jump"] = Finding(case, f"an instruction in the page at 0x{r.copy:08x}, in the new tables",
                                f"the last one with paging on is at 0x{at:08x}" if off else never)
    if not off:
        for check in ("tables", "unpaged"):
            found[check] = Finding(case, "paging goes off", never)
        return found
    before, after = off
    for name in ("GDT", "IDT", "TR", "ESP"):
        value = before[name] - (4 if name == "ESP" else 0)
        if not r.in_copy(value) and not found["tables"]:
            found["tables"] = Finding(f"{case}, when paging goes off",
                                      f"{name} in the page at 0x{r.copy:08x}",
                                      register(name, before[name]))
    if not r.in_copy(before["EIP"]):
        found["unpaged"] = Finding(case, f"paging goes off in the page at 0x{r.copy:08x}",
                                   register("EIP", before["EIP"]))
    elif after["CR0"] != PE_ET:
        found["unpaged"] = Finding(case, register("CR0", PE_ET), register("CR0", after["CR0"]))
    return found


def machine(name, elf, kind, payload, cpu="pentium3,-apic"):
    # Without a local APIC, QEMU's NMI button always reaches the CPU.
    return replace(boots.machine(f"trampoline-{name}", elf, kind, payload), cpu=cpu)


def roads(elf):
    """Both formats; the first Finding counts."""
    found = {}
    for kind in ("legacy", "pae"):
        r, how = road.follow(machine("road", elf, kind, boots.judge("tiny")[0]))
        told = facts(r, kind) if r else \
            {name: Finding(f"{kind} tables", "the trampoline is called", how)
             for name in ("pge", "switch", "jump", "tables", "unpaged")}
        for name, finding in told.items():
            found[name] = found.get(name) or finding
    return found


def moved(check, name, kind):
    """A hand-over to a judge: what the list has moved, and what the judge says."""
    def run(elf):
        payload, entry = boots.judge(name)
        boot, finding = boots.hand_over(machine(name, elf, kind, payload), entry,
                                        arrived=lambda d: boots.same_memory(d, payload))
        case = f"{kind} tables, the payload judge-{name}"
        return {check: boots.arrived(boot, finding, case), "verdict": boots.judged(boot, finding, case)}
    return Trial((check, "verdict"), run)


def old(elf):
    """A 486 has no CR4; QEMU's has one all the same, so the instructions are looked at."""
    case = "a 486"
    r, how = road.follow(machine("old", elf, "legacy", boots.judge("tiny")[0], OLD))
    if not r or r.end:
        return {"old": Finding(case, "paging goes off", r.end if r else how)}
    for state in r.states:
        if re.match("0f2[02]", state["code"]) and int(state["code"][4:6], 16) >> 3 & 7 == 4:
            return {"old": Finding(case, "no instruction reads or writes CR4",
                                   f"the one at 0x{state['EIP']:08x} does")}
    return {"old": None}


def fault(elf):
    """An NMI at the physical address: the fault task must name the phase."""
    payload, entry = boots.judge("tiny")
    case = "an NMI right after the jump to the physical address"

    def strike(d):
        d.go_to(d.symbols["baton_trampoline"])
        copy = d.registers()["EDX"]
        for _ in range(road.MOST):
            d.step()
            if 0 <= d.eip() - copy < 4096:
                d.command("inject-nmi")
                return None
        return None

    def before(d):
        d.symbols = boots.Elf32(d.machine.kernel).symbols
        return strike(d)

    boot, _ = boots.hand_over(machine("fault", elf, "pae", payload), entry, before=before)
    expected = "fault in the hand-off, at the physical address, vector 2"
    if re.search(r"^fault .*in the hand-off, (?!in the payload).*: vector 0x00000002 NMI", boot.log,
                 re.M) and boot.status == boots.machines.FAULTED:
        return {"fault": None}
    return {"fault": Finding(case, expected,
                             boot.found or "the payload was entered, and no fault was told")}


LAB = Lab(
    name="trampoline",
    title="switch the page tables, turn paging off, and move the payload",
    parts=(Part("relocate/trampoline/trampoline.inc", (
        Lines("STEP(2)", ".Lswitch:", GLOBAL),
        Lines("movl    CONTROL_TRACE_TICKS + 4(%ebp), %ebx", ".Lswitched:", SWITCH),
        Lines("STEP(4)", ".Lidentity:", JUMP),
        Lines(".Lidentity:", "STEP(5)", IDENTITY),
        Lines("STEP(5)", ".Lunpaged:", UNPAGED),
        Lines(".Llist:", ".Lcheck:", LIST),
    ), includers=("relocate/trampoline/trampoline.S", "relocate/trampoline/trampoline_copy.S")),),
    stop="baton_trampoline",
    trials=(Trial(("pge", "switch", "jump", "tables", "unpaged"), roads),
            Trial(("old",), old), Trial(("fault",), fault), moved("copy", "span", "legacy"),
            moved("zero", "bss", "pae"), moved("shuffle", "shuffle", "pae")),
    host=False,
    checks=(
        Check("pge", 12, "global pages are off before CR3 is written",
              'README.md, "Step 3"; SDM volume 3, 4.10.2.4 and 4.10.4.1'),
        Check("old", 4, "a CPU that has no CR4, a 486", 'README.md, "Step 3"; SDM volume 3, 2.5'),
        Check("switch", 14, "CR3 has the new root, and the code goes on at the same address",
              'README.md, "Step 4"; SDM volume 3, 4.10.4.1'),
        Check("jump", 14, "the jump to the physical address, with paging still on",
              'README.md, "Step 4" and "Why two addresses"'),
        Check("tables", 12, "GDT, IDT, task register and stack are at the physical address",
              'README.md, "Step 5"; SDM volume 3, 2.4'),
        Check("unpaged", 10, "paging goes off there", 'README.md, "Step 6"; SDM volume 3, 9.9.2'),
        Check("copy", 10, "the list: pages are copied", 'README.md, "Step 7"'),
        Check("zero", 6, "the list: pages are zeroed", 'README.md, "Step 7"'),
        Check("shuffle", 6, "the list: longer than a page, destinations in any order",
              'README.md, "Step 7"'),
        Check("verdict", 6, "the payload finds the machine as it should be", 'README.md, "Step 5"'),
        Check("fault", 6, "a fault on the way is told", 'README.md, "When it goes wrong"'),
    ))
