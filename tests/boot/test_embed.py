"""The example kernel (examples/embed) hands over to Linux with only libbaton.a."""
import os

import payloads
import pytest
from machine import BUILD, POWERED_OFF, REFUSED, Machine, run

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
