"""The indirection list, read from RAM by its definition (include/baton/list.h), cut into steps."""
from dataclasses import dataclass

from definitions import CONTROL, LIST, PAGE, param

KINDS = ("DESTINATION", "INDIRECTION", "DONE", "SOURCE", "ZERO")
MOST = 400          # steps for the list; a longer one has several pages in a step


@dataclass
class Word:
    at: int         # pa of the word
    value: int
    kind: str
    to: int         # the page that is written, for SOURCE and ZERO; else 0

    @property
    def page(self):
        return self.value & ~LIST["LIST_FLAGS"]

    def data(self):
        return {"at": self.at, "word": self.value, "kind": self.kind, "page": self.page,
                "to": self.to}


def read(guest, control):
    """Every word, in the order in which the trampoline reads them. The first is a parameter."""
    at, to, words = control + param("LIST"), 0, []
    while True:
        value = guest.word(at)
        kind = next(k for k in KINDS if value & LIST["LIST_FLAGS"] == LIST[f"LIST_{k}"])
        word = Word(at, value, kind, to if kind in ("SOURCE", "ZERO") else 0)
        words.append(word)
        at += 4
        if kind == "DONE":
            return words
        if kind == "INDIRECTION":
            at = word.page
        elif kind == "DESTINATION":
            to = word.page
        else:
            to += PAGE


def joins(a, b):
    """Does b go on where a ends?"""
    return a.kind == b.kind and b.to == a.to + PAGE and \
        (a.kind == "ZERO" or b.page == a.page + PAGE)


def groups(words):
    """[(first, how many)]: one word each. If there are too many, moves that go on where the last
    one ended are one; if there are still too many, whatever follows one another."""
    if len(words) <= MOST:
        return [(i, 1) for i in range(len(words))]
    found = grouped(words, ("SOURCE", "ZERO"), joins, len(words))
    if len(found) > MOST:
        found = grouped(words, ("SOURCE", "ZERO", "DESTINATION"), lambda a, b: True,
                        -(-len(words) // MOST))
    return found


def grouped(words, kinds, belongs, longest):
    found = []
    for i, word in enumerate(words):
        first, count = found[-1] if found else (0, longest)
        if count < longest and {word.kind, words[i - 1].kind} <= set(kinds) and \
                belongs(words[i - 1], word):
            found[-1] = first, count + 1
        else:
            found.append((i, 1))
    return found


def list_pages(words):
    return sorted({word.at & -PAGE for word in words[1:]})


def control_uses(guest, control):
    """{name: pa} of what else the control code page names, 0 if there is none."""
    return {"digest": guest.word(control + param("DIGEST")),
            "fault": guest.word(control + CONTROL["CONTROL_FAULT_ROOT"])}
