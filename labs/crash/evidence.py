"""Compares answer.txt with the student's own dump, without saying what would be right."""
import dumps
import livetables as lt
from catalogue import Finding, Refused

WORDS = ("name", "root", "table", "entry", "value", "address", "page", "added")
KNOWN = ("root", "entry", "value", "maps", "added")     # the checks


class Wrong(Exception):
    """(expected, found)"""


def number(sheet, word):
    try:
        return int(sheet[word], 0)
    except ValueError:
        raise Wrong(f"{word} is a number, such as 0x01f59000 or 345",
                    f'"{sheet[word][:40]}"' if sheet[word] else "nothing") from None


def root(sheet, dump):
    found = number(sheet, "root")
    if found != dump.root:
        raise Wrong("the physical address of the root of the live tables", f"{found:#x}")


def entry(sheet, dump):
    table, index = number(sheet, "table"), number(sheet, "entry")
    named = f"entry {index} of the table at {table:#x}"
    if table not in dump.tables(dump.after) or not 0 <= index < lt.PAGE // dump.size:
        raise Wrong("an entry in one of the live tables", f"{named}: there is none")
    now = dump.entry(dump.after, table, index)
    if table in dump.tables(dump.before) and dump.entry(dump.before, table, index) == now:
        raise Wrong("an entry that was written on the way to the capture kernel",
                    f"{named}, {now:#x}: it was so before")
    if (table, index) != dump.written()[:2]:
        raise Wrong("the entry that maps the page, in the last table of the walk",
                    f"{named}, {now:#x}: it leads to a table, or nowhere")


def value(sheet, dump):
    found = number(sheet, "value")
    if found != dump.written()[2]:
        raise Wrong("the whole entry, with its flags", f"{found:#x}")


def maps(sheet, dump):
    address, page = number(sheet, "address"), number(sheet, "page")
    if address != dump.written()[3]:
        raise Wrong("the virtual address that the entry maps", f"{address:#x}")
    if page != dump.written()[2] & lt.ADDRESS:
        raise Wrong("the physical address of the page that it leads to", f"{page:#x}")


def added(sheet, dump):
    words = sheet["added"].replace(",", " ").split()
    found = [number({"added": word}, "added") for word in words]
    if not found:
        raise Wrong("the physical addresses of the tables that were added", "nothing")
    new = set(dump.tables(dump.after)) - set(dump.tables(dump.before))
    for table in found:
        if table not in new:
            raise Wrong("a table that the live tables have in the dump, and had not before", f"{table:#x}")
    if set(found) != new:
        raise Wrong(f"all of them, {len(new)}", f"{len(set(found))}")


def judged(sheet):
    """{name of a check: Finding or None}"""
    if not sheet["name"]:
        return dict.fromkeys(KNOWN, Finding("answer.txt", "name is your name", "nothing"))
    try:
        dump = dumps.make(sheet["name"])
    except Refused as why:
        return dict.fromkeys(KNOWN, Finding("your dump", "a dump", str(why)))
    findings = {}
    for check, look in zip(KNOWN, (root, entry, value, maps, added)):
        try:
            look(sheet, dump)
            findings[check] = None
        except Wrong as why:
            findings[check] = Finding(f"answer.txt, the dump of {sheet['name'][:60]}", *why.args)
    return findings
