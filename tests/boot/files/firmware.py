"""The three kinds of firmware that GRUB starts Baton on: BIOS, and UEFI of 64 and of 32 bits.

machine(FIRMWARE, ...) is a Machine with that firmware. UEFI stores its variables in a second flash
chip; what a run writes there is thrown away.
"""
import functools
import os
import subprocess

from machine import Machine

OVMF = "/usr/share/OVMF"
FIRMWARES = ("bios", "uefi", "uefi32")
# Debian builds the 32-bit firmware only with secure boot, which needs SMM. Nothing is enrolled.
CHIPS = {"uefi": ("OVMF_CODE_4M.fd", "OVMF_VARS_4M.fd"),
         "uefi32": ("OVMF32_CODE_4M.secboot.fd", "OVMF32_VARS_4M.fd")}


@functools.lru_cache
def no_32_bits():
    """Debian has no 32-bit firmware since edk2 2025.11; apt knows."""
    return (not os.path.exists(f"{OVMF}/{CHIPS['uefi32'][0]}") and
            subprocess.run(["apt-cache", "show", "ovmf-ia32"], capture_output=True).returncode != 0)


def missing_everywhere(test):
    """Does the test of this name need a firmware that the distribution does not have?"""
    return "uefi32" in test and no_32_bits()


def settings(firmware):
    """A Machine's settings, but for its name, its ISO and its memory."""
    if firmware == "bios":
        return {"emulator": "x86_64", "cpu": "max", "machine": "pc"}
    code, variables = (f"{OVMF}/{file}" for file in CHIPS[firmware])
    extra = ("-drive", f"if=pflash,unit=0,format=raw,readonly=on,file={code}",
             "-drive", f"if=pflash,unit=1,format=raw,snapshot=on,file={variables}")
    board = "q35"
    if firmware == "uefi32":
        board = "q35,smm=on"
        extra += ("-global", "driver=cfi.pflash01,property=secure,value=on")
    return {"emulator": "x86_64", "cpu": "max", "machine": board, "extra": extra}


def machine(name, firmware, iso, extra=(), **more):
    """This ISO on this firmware."""
    given = settings(firmware)
    return Machine(name, iso=iso, **{**given, "memory": "256M", "timeout": 400, **more,
                                     "extra": (*given.get("extra", ()), *extra)})
