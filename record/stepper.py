"""Executes the trampoline in steps: a line of the source, or a word of the list.

A call of a subroutine belongs to the line that calls; a line that is several instructions (a macro)
is one step.
"""
import re

from definitions import CONTROL, LIST, PAGE, param
from request import NotRecorded
from sourcelines import text

CALL, GROUP_5, CALL_INDIRECT = 0xe8, 0xff, 2    # opcodes; the second one's field /2 [SDM2 CALL]
LONG = 400                  # instructions of a subroutine; a longer one runs to its end at once
MOST = 4000                 # instructions on one line
READS_WORD = r"\blodsl\b"


class Stepper:
    def __init__(self, guest, lines, template, control, entry):
        self.guest, self.lines = guest, lines
        self.template, self.control, self.entry = template, control, entry
        self.readers = [control + at for at in lines.addresses(READS_WORD)]
        self.instructions = 0

    def place(self, eip):
        """(file, line) of an address in the template or the copy; None elsewhere."""
        for page in (self.template, self.control):
            if 0 <= eip - page < PAGE:
                return self.lines.at(eip - page)
        return None

    def arrived(self):
        return self.guest.eip() == self.entry

    def one(self):
        """One instruction; a call with all that it calls."""
        eip = self.guest.eip()
        code = self.guest.bytes_at(eip, 5)
        call = code[0] == CALL and any(code[1:5]) or \
            code[0] == GROUP_5 and code[1] >> 3 & 7 == CALL_INDIRECT
        self.guest.step()
        self.instructions += 1
        if not call:
            return
        stack = self.guest.state()["ESP"]
        back = int.from_bytes(self.guest.bytes_at(stack, 4), "little")
        for _ in range(LONG):
            if self.guest.eip() == back:
                return
            self.guest.step()
            self.instructions += 1
        self.guest.to(back, "the end of a subroutine")

    def line(self):
        """The instructions of one line; returns [(file, line)]."""
        first = self.place(self.guest.eip())
        if first is None:
            raise NotRecorded(f"the trampoline went to {self.guest.eip():#x}, no line of it")
        for _ in range(MOST):
            self.one()
            if self.arrived() or self.place(self.guest.eip()) != first:
                return [first]
        raise NotRecorded(f"line {first[1]} of {first[0]} does not end after {MOST} instructions")

    def at_word(self):
        """Is the next instruction one that reads a word of the list?"""
        place = self.place(self.guest.eip())
        return bool(place) and bool(re.search(READS_WORD, text(*place)))

    def words(self, following):
        """Words of the list, up to the one at the address `following` (None: one word, the last);
        returns the lines for the first one."""
        lines = []
        for _ in range(MOST):
            place = self.place(self.guest.eip())
            if lines and (self.at_word() or "STEP(7)" in text(*place)):
                break
            if place not in lines:
                lines.append(place)
            self.one()
        if following is not None and self.word() != following:
            self._to_word(following)
        return lines

    def word(self):
        """The address of the word that is read next."""
        return self.guest.state()["ESI"]

    def _to_word(self, following):
        for _ in range(LIST["LIST_WORDS"]):
            self.guest.step()       # QEMU stops at once at a breakpoint that it stands on
            for at in self.readers:
                self.guest.breakpoint(at)
            self.guest.go()
            for at in self.readers:
                self.guest.remove(at)
            if self.word() == following:
                return
        raise NotRecorded(f"the trampoline does not come to the word of the list at {following:#x}")


def entry_of(guest, control):
    return guest.word(control + param("EIP"))


def exit_bytes(guest, control):
    at = control + CONTROL["CONTROL_EXIT"]
    return guest.ram[at:at + CONTROL["CONTROL_EXIT_SIZE"]]
