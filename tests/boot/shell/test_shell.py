"""The shell's commands over COM1: the output of each is compared with QEMU, the files, or an
independent walker of the tests.
"""
import os
import re
import struct

import images
import livetables as lt
import payloads
from elf32 import Elf32
from machine import ROOT
from typist import PROMPT, sessions, shell

WORDS = 'one "two  three" four'
INITRD = payloads.initrd("300K")
MODULES = (f"{payloads.judge('low')} {WORDS}", INITRD)
PAE = shell("pae", "paging=pae", MODULES)
LEGACY = shell("legacy", "paging=legacy", MODULES)
OLD = shell("486", "", MODULES, cpu="486,-pse,-vme", memory="8M")
BOTH = (PAE, LEGACY)
PAGE = 4096
LIST_WORDS, DESTINATION, INDIRECTION, DONE, SOURCE, ZERO = 1024, 1, 2, 4, 8, 16


def begin(t, *lines):
    """Waits for the first prompt and turns the pager off; returns the answers to these lines."""
    t.prompt()
    t.ask("more off")
    return [line for command in lines for line in t.ask(command)]


def fact(lines, name):
    """The text after this name, in the one line that begins with it."""
    found = [line[12:] for line in lines if line[:12].strip() == name]
    assert len(found) == 1, f"{name} in {lines}"
    return found[0]


def number(text):
    return int(text.replace(",", ""), 0)


def addresses(text):
    return [int(word, 16) for word in re.findall(r"\b0x[0-9a-f]+", text)]


def ram(t):
    return t.qmp.memory(0, int(t.machine.memory.rstrip("M")) << 20)


def free_pages(t):
    return number(re.match(r"([\d,]+) free", fact(t.ask("status"), "pages"))[1])


# ---- help

@sessions(PAE, quick=True)
def test_help_names_every_command_with_an_example(t):
    t.prompt()
    page = begin_paged(t)
    commands = [line.split()[0] for line in page if line[:12].strip() and len(line) > 12
                and not line.startswith("help COMMAND")]
    topics = [line for line in page if line and " " not in line]
    assert len(commands) >= 20 and len(topics) == 5, page
    t.ask("more off")
    assert t.ask("help") == page
    for name in commands:
        text = t.ask(f"help {name}")
        assert fact(text, "usage").split()[0] == name
        assert [line for line in text if re.search(r"for example: .*\b" + name, line)], text
        assert all(len(line) <= 80 for line in text), text
    for topic in topics:
        assert set(t.ask(f"help {topic}")) < set(page)
    assert all(len(line) <= 80 for line in page), page


def begin_paged(t):
    """help is longer than a screen: the first 23 rows, then the rest."""
    t.send("help\r")
    t.expect(r"help\r\n")
    t.expect("-- more[^\r]*--")
    lines = t.talk.before.replace("\r", "").split("\n")
    assert len(lines) == 24 and not lines[-1], lines
    t.send(" ")
    t.expect(r"\r +\r")
    return lines[:-1] + t.prompt()


# ---- memory

@sessions(*BOTH, OLD, quick=True)
def test_mem_shows_who_owns_what(t):
    begin(t, "load")
    lines, registers = t.ask("mem"), t.qmp.registers()
    table = [(*addresses(line)[:2], line[50:]) for line in lines if line.startswith("mem ")]
    assert all(a[1] <= b[0] for a, b in zip(table, table[1:])) and all(s < e for s, e, _ in table)

    def pages_of(owner):
        return {page for start, end, who in table if who.startswith(owner)
                for page in range(start // PAGE, -(-end // PAGE))}

    memory, image_end = ram(t), Elf32(payloads.BATON).symbols["kernel_end"] - 0xc0000000
    assert pages_of("Baton") == set(range(0x100, -(-image_end // PAGE)))
    live = lt.pages(memory, registers["CR3"], bool(registers["CR4"] & 1 << 5))
    assert pages_of("live") == {page // PAGE for page in live}
    for i, file in enumerate((payloads.judge("low"), INITRD), 1):
        with open(file, "rb") as f:
            data = f.read()
        start = min(pages_of(f"module {i}")) * PAGE
        assert memory[start:start + len(data)] == data
        assert len(pages_of(f"module {i}")) == -(-len(data) // PAGE)
    top = len(memory)
    assert {(s, e) for s, e, who in table if who == "reserved" and e <= top} == {
        (0x9fc00, 0xa0000), (0xf0000, 0x100000), (top - 0x20000, top)}
    # in the first MiB, a load can use only 64 to 636 KiB
    free = sum(page >= 0x100 or 0x10 <= page < 0x9f for page in pages_of("free"))
    assert free == free_pages(t)
    given = number(re.match(r"([\d,]+) pages given back", fact(t.ask("unload"), "unload"))[1])
    assert given == len(pages_of("the loaded image"))
    assert_bar(lines, table, top)


def assert_bar(lines, table, top):
    bar = fact(lines, "bar")[1:-1]
    scale = addresses(lines[lines.index("bar         |" + bar + "|") + 1])
    cell = scale[1] // len(bar)
    assert len(bar) == 64 and scale[0] == 0 and top <= scale[1] < 2 * top
    letters = {"free": ".", "Baton's own image": "B", "live page tables": "T", "reserved": "#",
               "the loaded image": "i", "the loaded image's ledger": "i"}
    for i, drawn in enumerate(bar):
        there = {}
        for start, end, who in table:
            share = min(end, (i + 1) * cell) - max(start, i * cell)
            letter = letters.get(who) or who[-1]
            if share > 0:
                there[letter] = there.get(letter, 0) + share
        owned = {letter: share for letter, share in there.items() if letter != "."}
        if owned:
            assert owned[drawn] == max(owned.values()), (i, bar, there)
        else:
            assert drawn == ("." if there else " "), (i, bar, there)


@sessions(shell("5g", "", MODULES, cpu="pentium3", memory="5G", emulator="x86_64"))
def test_memory_above_4_gib_is_shown_and_left_alone(t):
    lines = begin(t, "load", "mem")
    assert [line for line in lines if "0x100000000 to 0x180000000" in line
            and line.endswith("2 GiB  free")], lines
    assert len(fact(lines, "bar")) == 66
    assert "beyond 0xffffffff" in t.ask("poke 0xffffffff 1 2 physical !")[0]
    for command in ("tables live", "tables new", "list", "plan", "check", "walk 0xff800000"):
        said = t.ask(command)
        assert said and not [line for line in said if line.startswith(("refused", "broken"))]


@sessions(*BOTH, OLD, quick=True)
def test_peek_shows_the_memory(t):
    begin(t)
    place, = addresses(fact(t.ask("modules"), "module 1"))[:1]
    memory = ram(t)
    for line, start, size in [(f"peek {place:#x} 100 physical", place, 100),
                              (f"peek {place | 0xc0000000:#x}", place, 64),
                              (f"peek {place + 5:#x} 1 physical", place + 5, 1),
                              ("peek 0xc0100000 0x1K", 0x100000, 1024),
                              ("peek 0x100000 1K physical !", 0x100000, 1024)]:
        rows, shown = t.ask(line), b""
        for row in rows:
            assert addresses(row)[0] & 0x3fffffff == start + len(shown)
            data = bytes.fromhex(row[10:60])
            text = "".join(chr(b) if 0x20 <= b < 0x7f else "." for b in data)
            assert row.endswith(f"|{text}|") and len(row) <= 79
            shown += data
        assert shown == memory[start:start + size], line


@sessions(*BOTH, quick=True)
def test_poke_is_seen_from_outside(t):
    begin(t)
    t.ask("poke 0x800000 0xde 173 0xBE 0xef physical")
    answer = t.ask("poke 0xc0800004 1 2 3")
    assert t.qmp.memory(0x800000, 8) == b"\xde\xad\xbe\xef\1\2\3\0"
    assert answer == ["poke        3 bytes written at 0xc0800004"]
    assert t.ask("peek 0x800000 4 physical")[0].startswith("0x00800000  de ad be ef ")
    long = " ".join(str(n) for n in range(28))
    t.ask(f"poke 0x800010 {long} physical !")
    assert t.qmp.memory(0x800010, 29) == bytes(range(28)) + b"\0"
    t.ask("poke 0xb8000 0x42 0x4f physical !")
    assert t.qmp.memory(0xb8000, 2) == b"BO"


# ---- page tables

def assert_tables(t, name, root, pae):
    """Compares the lines of `tables`, unfolded, with an independent walk."""
    bits, lines = (9 if pae else 10), t.ask(f"tables {name}")
    assert lines[0] == f"tables      {'PAE' if pae else 'legacy'}, root {root:#010x}", lines[0]
    spans = {"PDPT": 1 << 30, "PD": 1 << 12 + bits, "PT": PAGE}
    shown, tables = set(), [root]
    for line in lines[1:-1]:
        level, first, last, va, pa, rest = re.match(
            r" *(\w+) (\d+)(?:-(\d+))? +0x(\w{8}) 0x(\w+) +(.*)", line).groups()
        va, pa, span = int(va, 16), int(pa, 16), spans[level]
        if rest.startswith("table"):
            tables.append(pa)
            continue
        flags = re.sub(r"^\S+ \S+", "", rest).split()
        for i in range(int(last or first) - int(first) + 1):
            shown.add((va + i * span, span, pa + i * span, *(
                flag in flags for flag in ("write", "accessed", "dirty", "global", "nx"))))
        assert ("large" in flags) == (level == "PD")
    memory = ram(t)
    there = {(va, size, pa, *(bool(entry & bit) for bit in (
        lt.WRITABLE, lt.ACCESSED, lt.DIRTY, lt.GLOBAL, lt.NO_EXECUTE)))
        for va, size, pa, entry, _ in lt.mappings(memory, root, pae)}
    there = {(m[0], m[1], m[2] & -m[1], *m[3:]) for m in there}
    assert shown == there
    assert tables == lt.pages(memory, root, pae)
    assert lines[-1] == f"tables      {len(tables)} pages"
    return {(va, pa): size for va, size, pa, *_ in there}


def control_page(t):
    return addresses(fact(t.ask("status"), "trampoline"))[:2]


@sessions(*BOTH, OLD, shell("nx", "", MODULES, cpu="n270"), quick=True)
def test_tables_show_every_mapping_and_no_other(t):
    begin(t)
    registers = t.qmp.registers()
    pae = bool(registers["CR4"] & 1 << 5)
    assert_tables(t, "live", registers["CR3"], pae)
    assert "nothing is loaded" in t.ask("tables new")[0]
    t.ask("load")
    root, = addresses(t.ask("tables new")[0])
    trampoline, control = control_page(t)
    mapped = assert_tables(t, "new", root, pae)
    assert mapped == {(trampoline, control): PAGE, (control, control): PAGE}
    pages = [addresses(line)[0] for line in t.ask("tables pages") if line.startswith("table ")]
    tables = int(re.search(r"through (\d+) new table", "\n".join(t.ask("status")))[1])
    assert pages[0] == root and len(set(pages)) == len(pages) == tables + 2 * pae
    assert "entry belongs to an ELF64" in t.ask("tables entry")[0]
    assert_tables(t, "live", registers["CR3"], pae)


@sessions(*BOTH, quick=True)
def test_walk_translates_as_the_tables_do(t):
    begin(t, "load")
    registers = t.qmp.registers()
    pae = bool(registers["CR4"] & 1 << 5)
    new, = addresses(t.ask("tables new")[0])
    memory, (trampoline, control) = ram(t), control_page(t)
    for name, root in (("", registers["CR3"]), (" live", registers["CR3"]), (" new", new)):
        mappings = list(lt.mappings(memory, root, pae))
        for va in (0xc0100000, 0xc0abcdef, trampoline + 5, control, 0, 0xffffffff, 0xff810008):
            lines = t.ask(f"walk {va:#x}{name}")
            inside = [(pa & -size) + va - at for at, size, pa, *_ in mappings
                      if at <= va < at + size]
            assert addresses(lines[0]) == [va, root]
            result = fact(lines, "result")
            if inside:
                assert addresses(result) == [va, *inside], result
            else:
                assert "is not mapped" in result
            for line in [line for line in lines if re.match("P[DT]", line)]:
                table, index, entry = re.search(r"table 0x(\w+), index (\d+): entry 0x(\w+)",
                                                line).groups()
                size = 8 if pae else 4
                at = int(table, 16) + int(index) * size
                assert int.from_bytes(memory[at:at + size], "little") == int(entry, 16)


# ---- payloads and the list

@sessions(*BOTH, quick=True)
def test_loads_and_unloads_leak_no_page(t):
    begin(t)
    free = free_pages(t)
    for line in ("load", "load 1", "load 1 initrd=2 place=all", "load place=none append x",
                 "load 1 initrd=1", "load 2", "load 1 initrd=none place=auto", "load verify=on", "load verify=off"):
        t.ask(line)
        status = t.ask("status")
        assert fact(status, "armed").startswith("yes")
        said = t.ask("check")
        assert len(said) == 6 and all(re.match(r"H[1-58] holds ", line) for line in said), said
        compared = [text for text in (status, t.ask("trampoline"))
                    if re.search(r"^(verify|digests) +.*\bcompare", "\n".join(text), re.M)]
        assert len(compared) == (2 if line == "load verify=on" else 0), line
    renamed = t.ask("load check=on")
    assert fact(renamed, "renamed") == "check=on: taken, but its name is verify= now", renamed
    assert "compared right before the entry" in fact(renamed, "verify"), renamed
    t.ask("unload")
    assert free_pages(t) == free
    assert t.ask("unload")[0].startswith("refused     nothing is loaded")


@sessions(*BOTH, quick=True)
def test_a_refused_load_keeps_the_loaded_image(t):
    begin(t, "load place=all append kept")
    before = t.ask("status")
    refused = t.ask("load 2")               # an initrd is no kernel
    assert refused[0].startswith("refused ") and fact(refused, "kept"), refused
    assert t.ask("status") == before
    assert "command     \"kept\"" in before
    assert len([line for line in t.ask("check") if " holds " in line]) == 6


def words_of_list(memory, page):
    """[(list page, index, word)], and the source of each page: {destination: source or ZERO}."""
    words, moves, i, dest = [], [], 0, None
    while True:
        word, = struct.unpack_from("<I", memory, page + 4 * i)
        words.append((page, i, word))
        flag, i = word & 0xfff, i + 1
        if flag == DONE:
            return words, moves
        if flag == INDIRECTION:
            page, i = word & -PAGE, 0
        elif flag == DESTINATION:
            dest = word & -PAGE
        else:
            moves.append((dest, ZERO if flag == ZERO else word & -PAGE))
            dest += PAGE


@sessions(*[shell(f"{name}{words}", words, (f"{payloads.judge(name)} x", INITRD))
            for name in ("pieces", "circles", "bss", "odd")
            for words in ("", "paging=legacy place=all")])
def test_list_and_plan_show_what_is_in_memory(t):
    assert_list_and_plan(t)


@sessions(*BOTH, quick=True)
def test_list_and_plan_of_a_small_payload(t):
    assert_list_and_plan(t)


def assert_list_and_plan(t):
    begin(t, "load")
    first, = addresses(t.ask("list")[0])
    words, moves = words_of_list(ram(t), first)
    assert {page for page, *_ in words} == {
        addresses(line)[0] for line in t.ask("list") if line.startswith("list ")}
    folded = sum(int(m[2] or m[1]) - int(m[1]) + 1 for line in t.ask("list")
                 for m in [re.match(r"  (\d+)(?:-(\d+))? ", line)] if m)
    assert folded == len(words)
    found = []
    for n in range(1, len({page for page, *_ in words}) + 1):
        lines = t.ask(f"list {n}")
        page = addresses(lines[0])[0]
        found += [(page, int(line.split()[0]), addresses(line)[0]) for line in lines[1:]]
    assert found == words

    planned, plan = [], t.ask("plan")
    for line in plan:
        kind, spots = line.split()[0], addresses(line)
        size = spots[1] - spots[0] if len(spots) > 1 else 0
        pages = range(0, size, PAGE)
        if kind == "zero":
            planned += [(spots[0] + i, ZERO) for i in pages]
        elif kind == "move":
            way = -1 if f"{spots[2]:#010x} down" in line else 1
            planned += [(spots[0] + i, spots[2] + way * i) for i in pages]
        elif kind == "save":
            planned.append(("spare", spots[0]))
        elif kind == "restore":
            planned.append((spots[0], "spare"))
    spares = {dest for dest, _ in moves} & {source for _, source in moves}
    spares = {s for s in spares if ("spare", dict(moves)[s]) in planned}
    assert len(spares) <= 1
    moves = [("spare" if d in spares else d, "spare" if s in spares else s) for d, s in moves]
    assert planned == moves
    # the ELF's own words: every loaded byte is where the file says, entry included
    elf = Elf32(payloads.judge(re.search(r"judge-(\w+)", t.machine.modules[0])[1]))
    assert addresses(fact(plan, "entry")) == [elf.entry]
    numbers = re.match(r"([\d,]+) pages? moves?, .*stay, ([\d,]+) zeroed", fact(
        t.ask("status"), "plan"))
    assert [number(n) for n in numbers.groups()] == [
        sum(s != ZERO for d, s in moves if d != "spare"), sum(s == ZERO for _, s in moves)]


@sessions(PAE)
def test_plan_keeps_ranges_apart_that_do_not_touch(t):
    """A list made by hand: contiguous sources with separate destinations; zeros with a gap."""
    begin(t, "load")
    at, = addresses(t.ask("list")[0])
    words = (0x400001, 0x200008, 0x500001, 0x201008, 0x202008, 0x600001, ZERO, 0x602001, ZERO, DONE)
    for i in range(0, len(words), 5):
        values = " ".join(str(byte) for byte in struct.pack("<5I", *words[i:i + 5]))
        t.ask(f"poke {at + 4 * i:#x} {values} physical")
    assert [addresses(line) for line in t.ask("plan") if re.match("move|zero", line)] == [
        [0x400000, 0x401000, 0x200000], [0x500000, 0x502000, 0x201000],
        [0x600000, 0x601000], [0x602000, 0x603000]]


@sessions(*BOTH, quick=True)
def test_trampoline_shows_what_its_page_holds(t):
    begin(t, "load")
    lines = t.ask("trampoline")
    trampoline, control = control_page(t)
    assert addresses(fact(lines, "trampoline")) == [trampoline]
    assert addresses(fact(lines, "copy")) == [control]
    page = t.qmp.memory(control, PAGE)
    listed, eip, eax, ebx = struct.unpack_from("<4I", page, 0x980)
    assert addresses(fact(lines, "list")) == [listed, listed & -16]
    assert addresses(fact(lines, "entry"))[:3] == [eip, eax, ebx]
    parts = [addresses(line) for line in lines if line.startswith("part ")]
    assert parts[0][0] == control and parts[-1][1] == control + PAGE
    assert all(a[1] <= b[0] for a, b in zip(parts, parts[1:]))


@sessions(PAE, LEGACY, OLD, shell("nx-regs", "", MODULES, cpu="n270"), quick=True)
def test_regs_are_the_same_as_in_qemu(t):
    lines, seen = begin(t, "regs"), t.qmp.registers()
    assert addresses(fact(lines, "cr0")) == [seen["CR0"]]
    assert addresses(fact(lines, "cr3")) == [seen["CR3"]]
    assert " PG" in fact(lines, "cr0") and " WP" in fact(lines, "cr0")
    if t.machine.cpu.startswith("486"):
        assert fact(lines, "cr4") == fact(lines, "efer") == "this CPU has none"
    else:
        assert addresses(fact(lines, "cr4")) == [seen["CR4"]]
        assert ("PAE" in fact(lines, "cr4")) == (t.machine.append.find("legacy") < 0)
    if t.machine.cpu == "n270":
        assert fact(lines, "efer") == "0x00000800 NXE"
    for name in ("GDT", "IDT"):
        assert addresses(fact(lines, f"{name.lower()}r")) == [seen[name]]
    assert 0xc0000000 < addresses(fact(lines, "esp"))[0] < 0xc0400000


@sessions(shell("many", "", tuple(f"{INITRD} number {i}" for i in range(1, 32))
                + (f"{payloads.judge('low')} last",), memory="64M"))
def test_thirty_two_modules(t):
    lines = begin(t, "modules")
    assert len(lines) == 32
    for i, line in enumerate(lines[:-1], 1):
        assert re.match(rf'module {i:<5}0x\w+ to 0x\w+, 300 KiB, "number {i}"$', line), line
    assert not t.ask("load 32 initrd=31")[0].startswith("refused")
    assert fact(t.ask("status"), "command") == '"last"'
    mem = t.ask("mem")
    assert len([line for line in mem if "  module " in line]) == 32, mem
    t.send("exec\r")
    text, status = t.end()
    assert "BATON-VERDICT pass" in text and 'command-line "last"' in text, text


@sessions(shell("none"), quick=True)
def test_no_modules_at_all(t):
    lines = begin(t, "modules", "load", "load 1", "status", "mem", "tables", "plan", "list",
                  "check", "exec", "trampoline", "unload", "tables new", "walk 0 new")
    assert fact(lines, "modules").startswith("none;")
    refused = [line for line in lines if line.startswith("refused")]
    assert len(refused) == 10 and "no payload" in refused[0], refused


LONG = "x" * 1500


@sessions(shell("long", "", (f"{payloads.judge('low')} {LONG}",)))
def test_a_command_line_longer_than_a_line(t):
    lines = begin(t, "load", "modules")
    assert [line for line in lines if line.endswith(f'"{LONG}"')], lines
    assert fact(t.ask("status"), "command") == f'"{LONG}"'
    assert PROMPT == "baton> " and t.ask("help more")


@sessions(PAE, quick=True)
def test_pci_lists_every_function(t):
    """A host bridge, an ISA bridge, its IDE and ACPI functions, and the screen."""
    t.prompt()
    *functions, last = t.ask("pci")
    assert len(functions) >= 4 and all(", vendor 0x" in line for line in functions), functions
    assert last.startswith(f"pci         {len(functions)} functions, "), last
    assert fact(t.ask("pci 1"), "refused").endswith("usage: pci")


@sessions(PAE, quick=True)
def test_timers_are_listed(t):
    """test_devices.py has what they say."""
    t.prompt()
    assert [line.split()[0] for line in t.ask("timers")] == ["PIT", "RTC", "HPET"]
    assert fact(t.ask("timers 1"), "refused").endswith("usage: timers")


def test_every_file_of_the_shell_names_its_tests():
    """A test types every command of commands.c."""
    folder = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(ROOT, "kernel", "shell", "commands.c")) as f:
        source = f.read()
    commands = re.findall(r'^    \{"(\w+)", "', source, re.M)
    typed = ""
    for name in os.listdir(folder):
        if name.startswith("test_shell"):
            with open(os.path.join(folder, name)) as f:
                typed += f.read()
    assert len(commands) == len(re.findall(r'^    \{"', source, re.M)) >= 20
    assert not [name for name in commands if not re.search(rf'"{name}\b', typed)]
