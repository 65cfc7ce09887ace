"""What the shell refuses and survives: wrong words; changed lists, tables and control pages."""
import random
import re

from test_shell import (BOTH, DONE, INDIRECTION, LEGACY, MODULES, OLD, PAE, PAGE, SOURCE, addresses,
                        begin, control_page, fact, free_pages)
from typist import sessions, shell

# The typed line, and the pattern of the answer, which is one line.
NOTHING_LOADED = [
    ("frobnicate", "there is no command frobnicate; help lists them"),
    ('peek "5', "a double quote is not closed"),
    ("help me", "there is no command or topic me; help alone lists them all"),
    ("help load exec", "too many words; usage: help "),
    ("more 1", "rows are a number from 2 to 1,000, or off; usage: more "),
    ("more 1001", "rows are a number"),
    ("more on", "rows are a number"),
    ("modules 1", "too many words; usage: modules$"),
    ("load 3", "there is no module 3; modules lists"),
    ("load 0", "there is no module 0"),
    ("load 99999999999999999999", "a module is a number"),
    ("load one", "a module is a number; modules lists them; usage: load "),
    ("load 1 2", "after the module's number come initrd=, place=, verify=, type=, load=, entry=, return or append"),
    ("load initrd=3", "there is no module 3"),
    ("load initrd=", "initrd= may be none, or numbers such as 2 or 2,3; modules lists them"),
    ("load initrd=2,", "initrd= may be none, or numbers"),
    ("load initrd=2,3", "there is no module 3"),
    ("load -p 1 initrd=2,none", "initrd= may be none, or numbers"),
    ("load place=here", "place= may be auto, prefer, all or none"),
    ("load place=", "place= may be auto, prefer, all or none"),
    ("load type=", "type= may be the name of a format, such as bzimage"),
    ("load type=averylongformat16", "type= may be the name of a format, such as bzimage"),
    ("load type=bzimages", "there is no type bzimages of payloads; known are linux16, bzimage, multiboot2, "),
    ("load type=bzimage", "the payload is of the type elf32, and the type bzimage was asked for"),
    ("load type=flat", "load= is 0x0: type=flat needs load=ADDRESS"),
    ("load type=flat load=x", "load= and entry= may be addresses, such as 0x100000"),
    ("load type=flat entry=0", "load= and entry= may be addresses"),
    ("load type=flat load=1M entry=1", "entry= is 0x1: type=flat needs"),
    ("load verify=maybe", "verify= may be on or off"),
    ("load 2", "the payload is of no known kind"),
    ("unload", "nothing is loaded; load does that"),
    ("unload now", "too many words"),
    ("unload -p", "no capture kernel is loaded; load -p does that"),
    ("unload -p now", "too many words"),
    ("status 1", "too many words"),
    ("plan", "nothing is loaded"),
    ("list", "nothing is loaded"),
    ("check", "nothing is loaded"),
    ("trampoline", "nothing is loaded"),
    ("exec", "nothing is loaded"),
    ("exec now", "how many times is a number from 1 to 1000000"),
    ("exec 0", "how many times is a number from 1 to 1000000"),
    ("exec 1 2", "too many words"),
    ("crash", "no capture kernel is loaded; load -p does that"),
    ("crash now", "too many words"),
    ("load -p", "no memory is kept for a capture kernel; boot Baton with crashkernel=64M"),
    ("load -p 3", "there is no module 3"),
    ("mem 1", "too many words; usage: mem$"),
    ("tables old", "the tables are live, new or entry; usage: tables "),
    ("tables new", "there are no new tables: nothing is loaded"),
    ("tables entry", "there are no new tables: nothing is loaded"),
    ("tables pages", "nothing is loaded; load does that"),
    ("tables live new", "too many words"),
    ("walk", r"which address\?; usage: walk "),
    ("walk here", "the address is a number up to 0xffffffff"),
    ("walk 4G", "the address is a number up to 0xffffffff"),
    ("walk 0 old", "the tables are live, new or entry"),
    ("walk 0 new", "there are no new tables"),
    ("walk 0 live 1", "too many words"),
    ("peek", r"which address\?; usage: peek "),
    ("peek !", r"which address\?"),
    ("peek 0x100000000 physical", "the address is a number up to 0xffffffff"),
    ("peek 0xc0100000 0", "the bytes are a number, 1 to 1M"),
    ("peek 0xc0100000 2M", "the bytes are a number, 1 to 1M"),
    ("peek 0xc0100000 1 2", "too many words"),
    ("peek 0", "0x00000000 is not mapped in the live tables: that is a page fault; add ! to do it"),
    ("peek 0xfee00000 4 physical", "0xfee00000 is not usable RAM"),
    ("peek 0xc00b8000 2", "0xc00b8000 is not usable RAM"),
    ("peek 0xffffffff 9 physical", "0xffffffff is not usable RAM"),
    ("poke", r"which address, and which bytes\?; usage: poke "),
    ("poke 0x200000", r"which address, and which bytes\?"),
    ("poke 0x200000 physical", r"which address, and which bytes\?"),
    ("poke here 1", "the address is a number"),
    ("poke 0x200000 256 physical", "each byte is a number from 0 to 0xff"),
    ("poke 0x200000 1 two physical", "each byte is a number"),
    ("poke 0x200000" + " 1" * 33 + " physical", "too many bytes"),
    ("poke 0xffffffff 1 2 physical !", "the bytes reach beyond 0xffffffff"),
    ("poke 0 1", "0x00000000 is not mapped"),
    ("poke 0xb8000 1 physical", "not usable RAM"),
    ("poke 0x100000 1 physical", "0x00100000 is Baton itself, and this shell"),
    ("poke 0xfffff 1 2 physical", "0x000fffff is not usable RAM"),
    ("poke 0xc0100000 1", "mapped read-only"),
    ("regs eax", "too many words"),
    ("fault tolerance", "there is no such kind; fault alone lists them; usage: fault "),
    ("fault read twice", "too many words"),
    ("reboot now", "too many words"),
    ("poweroff now", "too many words"),
]


@sessions(*BOTH, quick=True)
def test_each_wrong_word_gets_a_sentence(t):
    begin(t)
    before = t.ask("status")
    for line, pattern in NOTHING_LOADED:
        answer = [line for line in t.ask(line) if not line.startswith("            ")]
        assert len(answer) == 1 and answer[0].startswith("refused     "), (line, answer)
        assert re.search(pattern, answer[0]), (line, answer)
    for line in ("", "   ", "\t"):
        t.send(line.replace("\t", " ") + "\r")
        t.prompt()
    assert t.ask("status") == before
    t.ask("load")
    for line in ("list 0", "list 2", "list one", "list 0x"):
        assert "PAGE is the number of a list page" in t.ask(line)[0]


@sessions(*BOTH, OLD, quick=True)
def test_poke_refuses_to_change_what_baton_needs(t):
    begin(t, "load")
    mem = t.ask("mem")
    ledger, = [addresses(line)[0] for line in mem if line.endswith("the loaded image's ledger")]
    live, = [addresses(line)[0] for line in mem if line.endswith("live page tables")]
    assert "the image's ledger of its pages" in t.ask(f"poke {ledger + 4:#x} 1 physical")[0]
    assert "a live page table: Baton runs on it (H1)" in t.ask(f"poke {live:#x} 1 physical")[0]
    assert t.ask("poke 0x9fbff 1 2 physical")[0].startswith("refused     0x0009fc00 is not usable")
    assert len([line for line in t.ask("check") if " holds " in line]) == 6
    # a byte of the live tables that nothing uses, at the user's own risk
    t.ask(f"poke {live + 0xff0:#x} 2 physical !")
    assert [line for line in t.ask("check") if line.startswith("broken      H1: ")]
    assert t.ask("exec")[0].startswith("refused     H1: the live tables are not as they were")
    t.ask(f"poke {live + 0xff0:#x} 0 physical !")
    assert len([line for line in t.ask("check") if " holds " in line]) == 6


def places(t):
    """Pages that a user may change: those of the list and the tables, the control page."""
    root, = addresses(t.ask("tables new")[0])
    return {"list": addresses(t.ask("list")[0])[0], "root": root, "control": control_page(t)[1],
            "pae": "PAE" in t.ask("tables new")[0]}


def word(value):
    return " ".join(f"{byte:#x}" for byte in value.to_bytes(4, "little"))


@sessions(*BOTH, quick=True)
def test_check_names_what_was_poked_and_exec_refuses(t):
    begin(t, "load 1 initrd=2 place=all")
    at = places(t)
    entry = 8 * 3 if at["pae"] else 4 * 768
    pokes = [(at["list"], word(0x00100005), "H8: a word of the list has no meaning, 0x00100005"),
             (at["list"], word(0x00100008), "H8: the list fills a page before it names one"),
             (at["list"], word(0xfee00000 | INDIRECTION), "H2: the list leads out of the control"),
             (at["list"], word(at["control"] | INDIRECTION), "H[0-9]: "),
             (at["list"], word(DONE), "H4: not every destination is filled"),
             (at["list"], word(0x00400001), "H4: a page is filled that nobody asked for"),
             (at["list"] + 4, word(0x00900000 | SOURCE), "H4: a page gets the wrong source"),
             (at["root"] + entry, "0 0 0 0", "H5: "),
             (at["root"] + entry, "0xff", "H[25]: "),
             (at["control"], "0x90", "H2: the trampoline's copy differs from it"),
             (at["control"] + 0x984, "1", "H2: the parameters are not the image's"),
             (at["control"] + 0xa82, "1", "H2: a fault would not find its handler"),
             (at["control"] + 0xb90, "1", "H2: a fault would not find its handler")]
    for place, values, pattern in pokes:
        size = len(values.split())
        kept = t.qmp.memory(place, size)
        t.ask(f"poke {place:#x} {values} physical")
        broken = [line for line in t.ask("check") if line.startswith("broken ")]
        assert len(broken) == 1 and re.match(rf"broken      {pattern}", broken[0]), broken
        refused = t.ask("exec")
        assert len(refused) == 1 and refused[0].startswith("refused     "), refused
        assert fact(t.ask("status"), "armed").startswith("no")
        for command in ("list", "plan", "tables new", "walk 0xc0100000 new", "trampoline", "mem"):
            t.ask(command)
        t.ask(f"poke {place:#x} " + " ".join(str(b) for b in kept) + " physical")
        assert len([line for line in t.ask("check") if " holds " in line]) == 6
    assert fact(t.ask("status"), "armed").startswith("yes")
    t.send("exec\r")
    text, _ = t.end()
    assert "BATON-VERDICT pass" in text


@sessions(*BOTH, shell("pae-1g", "", MODULES, memory="1G"))
def test_garbage_is_shown_but_not_followed(t):
    """With any contents of lists, tables and control pages, the commands end, the shell works."""
    begin(t)
    free = free_pages(t)
    t.ask("load 1 initrd=2 place=all")
    at, dice = places(t), random.Random(1406)
    tables = [at["root"]] + [
        int(m[1], 16) for line in t.ask("tables new") for m in [re.search(r"0x\w+ 0x(\w+) +table",
                                                                          line)] if m]
    # a table outside RAM; with PAE at an address that no CPU can access
    entry, bits = (8 * 3, "1 0xf0 0xff 0xff 0xff 0xff 0x0f 0") if at["pae"] else (
        4 * 768, "0x23 0xf0 0xff 0xfd")
    t.ask(f"poke {at['root'] + entry:#x} {bits} physical")
    assert any("not usable RAM" in line for line in t.ask("tables new"))
    assert any("not usable RAM" in line for line in t.ask("walk 0xc0000000 new"))
    for _ in range(12):
        page = dice.choice(tables + [at["list"]] * 2 + [at["control"]])
        for _ in range(4):
            values = [dice.randrange(256) for _ in range(28)]
            if dice.randrange(2):               # present entries, words with a flag
                values = [b if i % 4 else dice.choice((1, 2, 8, 16, 0x63, 0xe3, 0x23))
                          for i, b in enumerate(values)]
            offset = dice.choice((0, 0, dice.randrange(0, PAGE - 28, 4)))
            t.ask(f"poke {page + offset:#x} " + " ".join(map(str, values)) + " physical")
        for command in ("check", "list", "list 1", "plan", "tables new", "trampoline", "mem",
                        "walk 0 new", f"walk {dice.randrange(1 << 32):#x} new", "status"):
            lines = t.ask(command)
            assert lines and not [line for line in lines if line.startswith("exception")]
    assert t.ask("exec")[0].startswith("refused ")
    t.ask("unload")
    assert free_pages(t) == free
    t.ask("load")
    assert len([line for line in t.ask("check") if " holds " in line]) == 6


@sessions(PAE, LEGACY)
def test_peek_with_an_exclamation_mark(t):
    """! allows everything: memory that is not RAM, the end of the address space."""
    begin(t)
    assert t.ask("peek 0xfffffff0 16 physical !")[0].startswith("0xfffffff0  ")
    assert len(t.ask("peek 0xfffffff8 64 physical !")) == 1       # no further than 4 GiB
    assert t.ask("peek 0xffff0 16 physical !")[0].endswith("|")
    assert t.ask("peek 0xa0000000 4 physical !")[0].startswith("0xa0000000  ")
    rows = t.ask("peek 0x9fbf8 32 physical")                    # into the EBDA, at a byte
    assert rows[0].startswith("0x0009fbf8  ") and rows[0][10:60].split()[7:] and \
        rows[1].startswith("refused     0x0009fc00 "), rows
    t.send("peek 0 ! \r")
    t.expect(r"exception   vector 14, page fault")
    text, status = t.end()
    assert status == 35 and "cr2 0x00000000" in text
