"""Baton's innermost loops on this machine, beside libc and OpenSSL: tests/bench/native."""
import os
import subprocess

from machine import BUILD

PROGRAM = os.path.join(BUILD, "tests", "bench", "native", "native")
LIBRARIES = "/usr/i686-linux-gnu/lib"
LIBCRYPTO = os.path.join(BUILD, "payloads", "libcrypto.so.3")


class NotRun(Exception):
    """The program has found something wrong, or this machine cannot run it."""


def native():
    command = [os.path.join(LIBRARIES, "ld-linux.so.2"), "--library-path", LIBRARIES, PROGRAM,
               os.path.abspath(LIBCRYPTO)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise NotRun(f"{PROGRAM}: status {done.returncode}\n{done.stderr}")
    for line in done.stdout.splitlines():
        name, value = line.split("\t")
        yield name, float(value)


EVERY = (native,)
