"""./baton debug: what its own commands show, against the machine's memory."""
import re

import pexpect
import pytest

PROMPT = r"\(gdb\) "
PARAMETERS = 0x980                      # CONTROL_PARAMS, include/baton/control.h: the list's first word
DESTINATION, INDIRECTION, DONE = 1, 2, 4                        # include/baton/list.h


@pytest.fixture
def gdb(checkout):
    child = pexpect.spawn("./baton", ["debug"], cwd=str(checkout.top), encoding="utf-8", timeout=120,
                          env={**checkout.cached(), "TERM": "dumb"})
    child.expect(PROMPT)
    yield child
    child.send("quit\r")
    child.expect(pexpect.EOF)
    child.close()


def ask(gdb, command):
    gdb.send(f"{command}\r")
    gdb.expect(PROMPT)
    return gdb.before


def test_to_list_shows_the_page_of_the_list(gdb):
    said = ask(gdb, "to-list")
    rows = re.findall(r"^([0-9a-f]{16}):((?: 0x[0-9a-f]{8}){4})", said, re.M)
    assert len(rows) == 4, said
    first = int(re.search(r"= (0x\w+)", ask(gdb, f"print/x *(unsigned *)($copy + {PARAMETERS})"))[1], 16)
    assert first % 4096 == INDIRECTION
    assert [int(at, 16) for at, _ in rows] == [first - INDIRECTION + 16 * i for i in range(4)]
    assert int(rows[0][1].split()[0], 16) % 4096 in (DESTINATION, DONE), said
