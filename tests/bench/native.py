"""Baton's innermost loops and its load on this machine, beside libc and OpenSSL: tests/bench/native."""
import os
import subprocess

from firstlinux import LIBRARIES
from machine import BUILD

PROGRAMS = os.path.join(BUILD, "tests", "bench", "native")
LIBCRYPTO = os.path.join(BUILD, "payloads", "libcrypto.so.3")


class NotRun(Exception):
    """The program has found something wrong, or this machine cannot run it."""


def lines(program, *words, **environment):
    """(name, value) of each line that the program prints."""
    command = [os.path.join(LIBRARIES, "ld-linux.so.2"), "--library-path", LIBRARIES,
               os.path.join(PROGRAMS, program), *words]
    done = subprocess.run(command, capture_output=True, text=True,
                          env={**os.environ, **environment})
    if done.returncode:
        raise NotRun(f"{program}: status {done.returncode}\n{done.stderr}")
    for line in done.stdout.splitlines():
        name, value = line.split("\t")
        yield name, float(value)


def native():
    library = os.path.abspath(LIBCRYPTO)
    yield from lines("native", library)
    # the same beside what OpenSSL has for an i386 without any extension
    for name, value in lines("native", library, "digests", OPENSSL_ia32cap="0:0"):
        if name.startswith("SHA-256, ") and "SHA instructions" not in name:
            yield name.replace("OpenSSL", "OpenSSL for any CPU"), value
    yield from lines("planner")


EVERY = (native,)
