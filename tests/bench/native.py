"""Baton's innermost loops on this machine, beside libc and OpenSSL: tests/bench/native."""
import os
import subprocess

from firstlinux import LIBRARIES
from machine import BUILD

PROGRAM = os.path.join(BUILD, "tests", "bench", "native", "native")
LIBCRYPTO = os.path.join(BUILD, "payloads", "libcrypto.so.3")


class NotRun(Exception):
    """The program has found something wrong, or this machine cannot run it."""


def lines(*words, **environment):
    """(name, value) of each line that the program prints."""
    command = [os.path.join(LIBRARIES, "ld-linux.so.2"), "--library-path", LIBRARIES, PROGRAM,
               os.path.abspath(LIBCRYPTO), *words]
    done = subprocess.run(command, capture_output=True, text=True,
                          env={**os.environ, **environment})
    if done.returncode:
        raise NotRun(f"{PROGRAM}: status {done.returncode}\n{done.stderr}")
    for line in done.stdout.splitlines():
        name, value = line.split("\t")
        yield name, float(value)


def native():
    yield from lines()
    # the same beside what OpenSSL has for an i386 without any extension
    for name, value in lines("digests", OPENSSL_ia32cap="0:0"):
        if name.startswith("SHA-256, ") and "SHA instructions" not in name:
            yield name.replace("OpenSSL", "OpenSSL for any CPU"), value


EVERY = (native,)
