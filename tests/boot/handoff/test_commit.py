"""H6: Baton hands over exactly what the dry run has checked. Between the last dry run and the
trampoline it reads nothing again, writes nothing, and nothing can fail.
"""
import subprocess

import payloads
import pytest
from debugger import Debugger
from elf32 import Elf32
from machine import PASSED, Machine
from test_shell import PAGE, addresses, begin, control_page, fact
from typist import ROWS, sessions, shell

KERNEL_BASE, KERNEL_LOAD = 0xc0000000, 0x100000
SCREEN = range(0xa0000 // PAGE, 0xc0000 // PAGE)    # video memory
MEMORY = 24 << 20
HEADER_LENGTH, E_IDENT = 0x201, 16                  # of a bzImage's header; of an ELF header
INITRD = payloads.initrd("300K")


def both(payload, words=""):
    return [shell(f"{kind}-{payload}", f"paging={kind} {words}", (payloads.judge(payload), INITRD))
            for kind in ("pae", "legacy")]


def spoil_header(t, offset, size):
    place, = addresses(fact(t.ask("modules"), "module 1"))[:1]
    t.ask(f"poke {place + offset:#x} {'0xff ' * size}physical")


def assert_entered(t):
    assert len([line for line in t.ask("check") if " holds " in line]) == 6
    t.send("exec\r")
    text, status = t.end()
    assert status == PASSED and "BATON-VERDICT pass" in text, text


@sessions(*both("linux"), *both("linux", "verify=on"), quick=True)
def test_a_bzimage_whose_header_changes_after_the_load_is_entered_as_it_was_loaded(t):
    begin(t, "load")
    spoil_header(t, HEADER_LENGTH, 1)
    assert_entered(t)


@sessions(*both("low"))
def test_an_elf_file_whose_header_changes_after_the_load_is_entered_as_it_was_loaded(t):
    begin(t, "load")
    spoil_header(t, 0, E_IDENT)
    assert_entered(t)


@sessions(*both("linux"), *both("linux", "verify=on"))
def test_bytes_poked_into_boot_params_are_overwritten(t):
    """exec writes Baton's pages again before it checks them: bytes outside of fields are zero."""
    begin(t, "load")
    params, = [addresses(line)[-1] for line in t.ask("plan") if "boot_params" in line]
    for offset in (0x1d0, 0xf00):
        t.ask(f"poke {params + offset:#x} 1 2 3 physical")
    assert_entered(t)


@sessions(*both("linux"), quick=True)
def test_a_refused_exec_leaves_the_shell_and_the_image(t):
    begin(t, "load")
    control = control_page(t)[1]
    byte = t.qmp.memory(control, 1)[0]
    before = t.ask("status")
    for _ in range(2):
        t.ask(f"poke {control:#x} {byte ^ 1} physical")
        assert [line[:7] for line in t.ask("exec")] == ["refused"]
        assert fact(t.ask("status"), "armed").startswith("no")
        t.ask(f"poke {control:#x} {byte} physical")
        assert len([line for line in t.ask("check") if " holds " in line]) == 6
    assert t.ask("status") == before
    assert_entered(t)


# ---- the cursor

STAYS = (payloads.capture_kernel(stays=True),)


def assert_cursor_was_told(t):
    t.expect("hand-off .*")
    t.expect(payloads.CAPTURED)
    params = t.qmp.registers()["ESI"]
    column, row = t.qmp.memory(params, 2)           # [zero page: orig_x, orig_y]
    assert (row, column) == t.cursor(), "boot_params do not say where the cursor stands"
    return row


@sessions(shell("cursor-pae", "paging=pae verify=on", STAYS),
          shell("cursor-legacy", "paging=legacy", STAYS), quick=True)
def test_the_next_kernel_is_told_where_the_cursor_stands(t):
    begin(t, "load", "help")
    t.send("exec\r")
    assert assert_cursor_was_told(t) == ROWS - 1


@sessions(*(Machine(f"cursor-boot-{kind}", kernel=payloads.BATON, modules=STAYS,
                    append=f"paging={kind} verify=on") for kind in ("pae", "legacy")), quick=True)
def test_the_next_kernel_is_told_where_the_cursor_stands_at_boot(t):
    assert 0 < assert_cursor_was_told(t) < ROWS - 1


# ---- from the dry run to the trampoline

class Watched:
    """Two snapshots of memory, right after the last dry run and at the hand-off, and the image's
    flag `armed` then."""

    def __init__(self, kind):
        self.kind, self.name = kind, f"commit-{kind}"

    def run(self):
        machine = Machine(self.name, cpu="pentium3", memory=f"{MEMORY >> 20}M", timeout=60,
                          kernel=payloads.BATON, modules=(payloads.judge("linux"), INITRD),
                          append=f"paging={self.kind} verify=on exitport=0xf4")
        symbols = Elf32(payloads.BATON).symbols
        with Debugger(machine) as d:
            def word(address):
                return int.from_bytes(d.memory(address % KERNEL_BASE, 4), "little")

            for _ in range(2):      # of the load, and of the hand-off
                d.go_to(symbols["baton_image_check"])
                back = word(d.registers()["ESP"])
                d.go_to(back)
            proved = d.memory(0, MEMORY)
            d.go_to(symbols["baton_handoff"])
            image = word(d.registers()["ESP"] + 4)
            armed = d.memory(image % KERNEL_BASE + offset_of_armed(), 1)[0]
            handed_over = d.memory(0, MEMORY)
            return proved, handed_over, armed, d.end()


def offset_of_armed():
    said = subprocess.run(["gdb", "-batch", "-nx", "-ex",
                           "print/d (int)&((struct baton_image *)0)->armed", payloads.BATON],
                          capture_output=True, text=True, check=True).stdout
    return int(said.split("=")[1])


@pytest.mark.quick
@pytest.mark.parametrize("job", [pytest.param(Watched(kind), id=kind) for kind in ("pae", "legacy")])
def test_nothing_is_written_between_the_dry_run_and_the_trampoline(job, outcome):
    """Except for Baton's own variables and the screen; and the image is still armed."""
    proved, handed_over, armed, result = outcome
    assert result.status == PASSED, result.story()
    assert armed == 1, "what is handed over was changed after the dry run"
    end = Elf32(payloads.BATON).symbols["kernel_end"] - KERNEL_BASE
    own = range(KERNEL_LOAD // PAGE, end // PAGE + 1)
    changed = [page for page in range(MEMORY // PAGE) if page not in own and page not in SCREEN
               and proved[page * PAGE:(page + 1) * PAGE] != handed_over[page * PAGE:(page + 1) * PAGE]]
    assert not changed, [hex(page * PAGE) for page in changed]
