"""The numbers of Baton's headers, read from the headers: they have one place."""
import re
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]


def numbers(header):
    text = (TOP / header).read_text()
    return {name: int(value, 0) for name, value in
            re.findall(r"^#define (\w+) (0x[0-9a-f]+|\d+)\b", text, re.M)}


CONTROL = numbers("include/baton/control.h")
LIST = numbers("include/baton/list.h")
PAGE = 4096


def param(name):
    """The offset in the control code page of a parameter."""
    return CONTROL["CONTROL_PARAMS"] + CONTROL[f"PARAM_{name}"]
