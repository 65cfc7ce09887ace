"""Judges by its exit status and its log whether a verb has worked."""
import re
from dataclasses import dataclass

import dialogs

# The log must contain each of these, and the exit status must be 0. An empty log is a failure.
MUST_SAY = {
    "run": [("handed me this machine", r"handed me this machine\.")],
    "uefi": [("UEFI's system table", r"(?m)^  UEFI +64 bits, system table at 0x"),
             ("multiboot 2", r"(?m)^  protocol +multiboot 2$"),
             ("handed me this machine", r"handed me this machine\.")],
    "prove": [('a line "proved"', r"(?m)^proved +\S")],
    "record": [('a line "page"', r"(?m)^page +\S+: \d+ steps, ")],
    "crash": [("kernel_main in gdb's backtrace", r"(?m)^#\d+ .*\bkernel_main\b"),
              ('"as it was at the start"', r"(?m)^checksum +0x[0-9a-f]+, as it was at the start")],
    "lab": [("a line with all points", r"(?m)^total +100 of 100 points\b")],
    "iso": [("xorriso's line that a BIOS can boot it", r"(?m)^El Torito boot img : +1 +BIOS +y\b")],
    "netboot": [("GRUB for a BIOS", r"(?m)^net/boot/grub/i386-pc/core\.0$"),
                ("GRUB for UEFI", r"(?m)^net/boot/grub/x86_64-efi/core\.efi$")],
    "web": [("the emulator", r"(?m)^page/v86\.wasm$"), ("the BIOS", r"(?m)^page/seabios\.bin$")],
}
COUNTED = ("check", "test", "ci")
DIALOGS = tuple(dialogs.DIALOGS)


@dataclass
class Verdict:
    passed: bool
    cell: str           # a word for the table
    why: str = ""       # what is wrong


def plain(text):
    """The text without colours and carriage returns."""
    return re.sub(r"\x1b\[[0-9;?]*[ -/]*[@-~]", "", text).replace("\r", "")


def lines(text):
    return [line.strip() for line in plain(text).splitlines() if line.strip()]


def last_word(text):
    """The last line with a reason: without make's own lines, and without the name of a log."""
    noise = r"make(\[\d+\])?: |baton: failed with status \d+; the whole log"
    told = [line for line in lines(text) if not re.match(noise, line)]
    return told[-1] if told else "no output"


def judge(verb, status, text, least=0):
    """status None: a timeout. least: the minimum of tests that must pass."""
    if status is None and verb in DIALOGS and (missing := dialogs.seen(verb, plain(text))):
        return Verdict(False, "timeout", f"timeout before the output {missing!r}")
    if status is None:
        return Verdict(False, "timeout", f"timeout; its last line: {last_word(text)}")
    if status != 0:
        return Verdict(False, f"exit {status}", last_word(text))
    if verb in COUNTED:
        return count(text, least)
    if verb in MUST_SAY:
        missing = next((name for name, pattern in MUST_SAY[verb]
                        if not re.search(pattern, plain(text))), None)
    elif verb in DIALOGS:
        missing = dialogs.seen(verb, plain(text))
    else:
        raise ValueError(f"there is no rule to judge {verb!r}")
    if missing:
        return Verdict(False, "not seen", f"exit status 0, but its log lacks {missing}")
    return Verdict(True, "ok")


def count(text, least):
    """The last line is "N passed, M failed"; fewer tests than there were is a failure."""
    last = (lines(text) or [""])[-1]
    found = re.fullmatch(r"(\d+) passed, (\d+) failed", last)
    if not found:
        return Verdict(False, "no count", f"exit status 0, but its last line is {last!r}")
    passed, failed = int(found[1]), int(found[2])
    if failed:
        return Verdict(False, f"{failed} failed", last)
    if passed < least:
        return Verdict(False, f"only {passed}", f"{passed} passed, fewer than {least}")
    return Verdict(True, f"{passed} ok")
