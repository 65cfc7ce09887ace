"""Runs a lab's judging program on this machine, and reads what it says."""
import re
import subprocess
import tempfile

from catalogue import Finding
from work import relative

LIMIT = 90                  # seconds for the whole program; each check has its own limit
FLOOD = 1 << 20             # bytes of output that are read
ENDLESS = re.compile("it does not end|it died of signal 24,|it died of signal 9,")


def judge(lab, built, paths):
    """{name of a check: Finding, or None if all is well}"""
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as errors:
        try:
            subprocess.run([built.judge], stdin=subprocess.DEVNULL, stdout=said, stderr=errors,
                           timeout=LIMIT)
        except subprocess.TimeoutExpired:
            pass                            # what it has not come to is missing in its output
        said.seek(0)
        errors.seek(0)
        lines = said.read(FLOOD).decode(errors="replace").split("\n")
        noise = errors.read(FLOOD).decode(errors="replace")
    told = {}
    for line in lines:
        name, *rest = line.split("\t")
        if rest == ["ok"]:
            told[name] = None
        elif rest and rest[0] == "wrong" and len(rest) == 4:
            told[name] = Finding(*rest[1:])
        elif rest and rest[0] == "died":
            told[name] = died(rest, errors_of(noise, name), paths)
    missing = Finding("the judging program", "a result", f"none within {LIMIT} s")
    booted = {name for trial in lab.trials for name in trial.names}
    return {check.name: told.get(check.name, missing) for check in lab.checks
            if check.name not in booted}


def errors_of(noise, name):
    """What was said on standard error during this check."""
    found = re.search(rf"^check {re.escape(name)}\n(.*?)(?=^check |\Z)", noise, re.M | re.S)
    return found[1] if found else ""


def died(rest, errors, paths):
    how, case = rest[1], rest[2] if len(rest) > 2 else ""
    line = re.search("(?:" + "|".join(re.escape(relative(path)) for path in paths) + r"):\d+", errors)
    if ENDLESS.match(how):
        return Finding(case, "an end", "an endless loop, stopped after 4 s")
    sort = re.search(r"ERROR: AddressSanitizer: ([\w-]+)", errors)
    if sort and sort[1] == "stack-overflow":
        how = "it calls itself without an end"
    elif sort:
        access = re.search(r"^(READ|WRITE) of size (\d+)", errors, re.M)
        verb = {"READ": "a read", "WRITE": "a store"}.get(access and access[1], "an access")
        how = f"{verb} outside of the memory that it may use ({sort[1]})"
    elif "signal 11," in how:
        how = "a wild read or store, or a recursion without an end (signal 11)"
    elif undefined := re.search(r"runtime error: (.*)", errors):
        how = undefined[1]
    return Finding(case, "an end", how, line[0] if line else "")
