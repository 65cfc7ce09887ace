"""Bad input: each is refused with one line that names it, and with a status of its own.

The files come from badfiles.py; there are also wrong options, too little memory and unsuitable
CPUs. Baton refuses before the image is armed, so no "hand-off" line may appear.
"""
import badfiles
import images
import payloads
import pytest
from machine import Machine, run

MEMORY = "24M"


class Refusal:
    """One machine that Baton must refuse; pattern: what its line must say."""

    def __init__(self, name, pattern, payload=None, words="", payload_words="", initrd=None,
                 grub=False, until="", linux="", **settings):
        self.name, self.pattern, self.linux = f"refuse-{name}", pattern, linux
        self.payload = payloads.linux(linux) if linux else payload
        self.words, self.payload_words, self.initrd = words, payload_words, initrd
        self.grub, self.settings = grub, {"memory": MEMORY, "until": until, **settings}

    def run(self):
        payload = self.payload() if callable(self.payload) else self.payload
        words = f"{self.words} exitport=0xf4".strip()
        modules = [(payload, self.payload_words)] if payload else []
        if self.initrd:
            modules.append((payloads.initrd(self.initrd), ""))
        if self.grub:
            iso = images.baton_iso(payloads.BATON, words, modules)
            return run(Machine(self.name, iso=iso, **self.settings))
        return run(Machine(self.name, kernel=payloads.BATON, append=words,
                           modules=tuple(" ".join(m).strip() for m in modules), **self.settings))


def _bad_file(name, data, pattern):
    line = "much too long" if "cmdline" in name else ""
    return Refusal(name, pattern, lambda: images.bytes_file(data, name), payload_words=line)


def _long(n):
    return ("word " * (n // 5 + 1))[:n - 1] + "!"


BOCHS = dict(emulator="bochs", machine="-", memory="32M", grub=True, until="^refused", timeout=120)
LOW, LINUX = payloads.judge("low"), payloads.judge("linux")

OTHERS = [
    # no payload, and an empty payload
    Refusal("no-module", r"no payload"),
    Refusal("no-module-grub", r"no payload", grub=True),
    Refusal("empty-grub", r"the payload is empty", lambda: images.bytes_file(b"", "empty"),
            grub=True),
    # Baton's own words
    Refusal("paging-what", r"paging=what .*auto, pae or legacy", LOW, words="paging=what"),
    Refusal("place-what", r"place=what .*auto, prefer, all or none", LOW, words="place=what"),
    Refusal("onfault-what", r"onfault=what .*halt or reset", LOW, words="onfault=what"),
    # without a valid port the emulator gets no exit code: there is only the line
    Refusal("exitport-what", r"exitport=what .*port", LOW, words="exitport=what", until="^stop"),
    Refusal("exitport-big", r"exitport=0x10000 .*port", LOW, words="exitport=0x10000",
            until="^stop"),
    # the CPU
    Refusal("pae-486", r"paging=pae: this CPU has no PAE", LOW, words="paging=pae", cpu="486"),
    Refusal("pae-pentium", r"paging=pae: this CPU has no PAE", LOW, words="paging=pae",
            cpu="pentium"),
    Refusal("pae-bochs-pentium", r"paging=pae: this CPU has no PAE", LOW, words="paging=pae",
            cpu="pentium", **BOCHS),
    Refusal("amd64-on-32-bits", r"long mode", linux="amd64", cpu="qemu32", memory="256M"),
    # command lines
    Refusal("line-elf", r"command line has 4096 characters, .* takes 4095", LOW,
            payload_words=_long(4096)),
    Refusal("line-bzimage", r"command line has 2048 characters, .* takes 2047", LINUX,
            payload_words=_long(2048)),
    Refusal("line-linux", r"command line has 2048 characters, .* takes 2047",
            linux="686", payload_words=_long(2048), memory="64M"),
    # memory
    Refusal("linux-24", r"kernel.*(usable RAM|in one piece)", linux="686", memory="24M"),
    Refusal("linux-16-grub", r"kernel.*(usable RAM|in one piece)", linux="686", memory="16M",
            grub=True),
    Refusal("initrd-linux", r"initrd", linux="686", initrd="23M", memory="40M"),
    Refusal("initrd-window", r"(initrd|kernel)", lambda: images.bytes_file(
        badfiles.bzimage(badfiles.CODE, init_size=20 << 20), "wide"), initrd="3M"),
    Refusal("initrd-addr-max", r"initrd", lambda: images.bytes_file(
        badfiles.bzimage(badfiles.CODE, initrd_addr_max=0x1fffff), "low-initrd"), initrd="3M"),
    Refusal("bss-8", r"PT_LOAD 0.*usable RAM", payloads.judge("bss"), memory="5M"),
    Refusal("high-24", r"PT_LOAD 0.*usable RAM", payloads.judge("high")),
]

CASES = [pytest.param(_bad_file(*case), id=case[0], marks=[pytest.mark.quick] if i % 6 == 0 else [])
         for i, case in enumerate(badfiles.cases())]
CASES += [pytest.param(job, id=job.name.removeprefix("refuse-")) for job in OTHERS]


@pytest.mark.parametrize("job", CASES)
def test_refuses(job, outcome):
    payloads.assert_refused(outcome, job.pattern)
