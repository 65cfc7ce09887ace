"""What other readers of a dump look for in build/baton.elf (docs/crash.md, kernel/crash/readers.c).

Not every system has the package crash; this tests what crash requires before it reads anything.
"""
import subprocess

import payloads
import pytest
from elf32 import Elf32

pytestmark = pytest.mark.quick


def test_crash_finds_where_the_text_begins():
    symbols = Elf32(payloads.BATON).symbols
    assert symbols["_stext"] == symbols["text_start"]


def test_crash_finds_its_type_in_the_debug_information():
    done = subprocess.run(["gdb", "-batch", "-nx", "-ex", "ptype struct task_struct", payloads.BATON],
                          capture_output=True, text=True, check=True)
    assert done.stdout == "type = struct task_struct {\n    char baton_has_no_tasks;\n}\n", done
