"""The example kernel (examples/embed) hands over to Linux with only libbaton.a."""
import os

import captured
import members
import payloads
import pytest
from debugger import Debugger
from elf32 import Elf32
from machine import BUILD, PASSED, POWERED_OFF, REFUSED, Machine, run

EMBED = os.path.join(BUILD, "examples", "embed.elf")


class Boot:
    def __init__(self, kernel):
        self.linux, self.name = kernel, f"embed-{kernel or 'nothing'}"

    def run(self):
        modules = (f"{payloads.linux(self.linux)} {payloads.LINUX_WORDS}",
                   payloads.initrd("demo"))
        return run(Machine(self.name, emulator="x86_64", cpu="max", memory="256M", kernel=EMBED,
                           modules=modules if self.linux else (), timeout=120))


@pytest.mark.parametrize("job", [pytest.param(Boot(k), id=k) for k in ("686-pae", "amd64")])
def test_linux_comes_up(outcome, job):
    assert outcome.status == POWERED_OFF, outcome.story()
    assert outcome.lines(r"^embed: handing over to Linux 6"), outcome.story()
    assert outcome.lines(r"^BATON-VERDICT pass$"), outcome.story()
    assert outcome.lines(r"^test record loader embed$"), outcome.story()


@pytest.mark.parametrize("job", [pytest.param(Boot(None), id="no-module")])
def test_it_reports_that_it_has_no_module(outcome, job):
    assert outcome.status == REFUSED, outcome.story()
    assert outcome.lines(r"^embed: no module$"), outcome.story()


class Zeroed:
    """The control page that is entered first is zeros when embed panics."""
    name, linux = "embed-crash-zeroed", None

    def run(self):
        symbols = Elf32(EMBED).symbols
        control, = members.offsets("baton_vault", "image.control")
        with Debugger(Machine(self.name, emulator="x86_64", cpu="max", memory="256M", kernel=EMBED,
                              append="crash", modules=(payloads.capture_kernel(),),
                              timeout=60)) as d:
            d.go_to(symbols["panic"])
            vault = int.from_bytes(d.memory(symbols["vault"], 4), "little")
            page = int.from_bytes(d.memory(vault + control, 4), "little")
            assert any(d.memory(page, 4096))
            d.write_physical(page, bytes(4096))
            return d.end()


@pytest.mark.parametrize("job", [pytest.param(Zeroed(), id="zeroed")])
def test_a_zeroed_control_page_is_noticed(outcome, job):
    assert outcome.lines(r"^embed: no capture kernel is entered$"), outcome.story()
    assert outcome.status == REFUSED, outcome.story()


class Crash:
    """embed loads module 1 as a capture kernel, and panics."""

    def __init__(self, name, kernel, linux=None):
        self.name, self.kernel, self.linux = f"embed-crash-{name}", kernel, linux

    def run(self):
        return run(Machine(self.name, emulator="x86_64", cpu="max", memory="256M", kernel=EMBED,
                           append="crash", modules=self.kernel(), timeout=180))


def captured_linux():
    return (f"{payloads.linux('686-pae')} {captured.WORDS}",
            os.path.join(BUILD, "capture-686-pae.gz"))


@pytest.mark.parametrize("job", [pytest.param(Crash("small", lambda: (payloads.capture_kernel(),)),
                                              id="small")])
def test_a_panic_hands_over_to_the_capture_kernel(outcome, job):
    assert outcome.lines(r"^embed: panic: on purpose$"), outcome.story()
    assert outcome.status == PASSED, outcome.story()


@pytest.mark.parametrize("job", [pytest.param(Crash("linux", captured_linux, linux="686-pae"), id="linux")])
def test_linux_finds_the_dump(outcome, job):
    """Without a disk it can save to: it says what is in /proc/vmcore."""
    assert outcome.lines(r"^dump +15\d(\.\d)? MiB in /proc/vmcore"), outcome.story()


@pytest.mark.parametrize("job", [pytest.param(
    Crash("fixed", lambda: (payloads.judge("low"),)), id="fixed")])
def test_a_kernel_with_a_fixed_address_is_refused(outcome, job):
    assert outcome.lines(r"^embed: segment .* runs at 0x\w+ only; a capture kernel must be"), \
        outcome.story()
    assert outcome.status == REFUSED, outcome.story()
