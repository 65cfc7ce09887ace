"""What is to be recorded: the options of ./baton record, and the machine that they make."""
import os
from dataclasses import dataclass

import machine as machines
import payloads

SPOILED = os.path.join(machines.BUILD, "spoil", "baton.elf")
SHOWN = payloads.judge("shown")         # the payload, if none is named
XLOADFLAGS, KERNEL_64 = 0x236, 1        # of Linux's setup header [LBP xloadflags]
LEAST, MOST = 3 << 20, 1 << 30          # bytes of memory: what Baton needs, what is read quickly
SIZES = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


class NotRecorded(Exception):
    """Why there is no recording, for the user; and the exit status."""

    def __init__(self, text, status=1):
        super().__init__(text)
        self.status = status


@dataclass
class Request:
    payload: str = ""
    initrds: tuple = ()
    append: str = ""
    modules: tuple = ()         # "FILE words"
    words: str = ""             # of Baton's own command line
    memory: str = "4M"
    cpu: str = "max"
    machine: str = "pc"
    naive: bool = False
    timeout: int = 60           # seconds from one point of the recording to the next

    @classmethod
    def of_environment(cls, env):
        def given(name, otherwise=""):
            return env.get(name) or otherwise

        words = [f"{word}={given(name)}" for word, name in (
            ("paging", "PAGING"), ("type", "TYPE"), ("trace", "TRACE")) if given(name)]
        words.append(f"place={given('PLACE', 'prefer')}")
        return cls(given("KERNEL"), tuple(filter(None, given("INITRD").split("\n"))),
                   given("APPEND"), tuple(filter(None, given("MODULES").split("\n"))),
                   " ".join([*words, given("BATON")]).strip(), given("MEMORY", "4M"),
                   given("CPU", "max"), given("MACHINE", "pc"), given("NAIVE") == "yes",
                   int(given("TIMEOUT", "60")))

    @property
    def kernel(self):
        """Baton: the real one, or the one that is wrong on purpose."""
        return SPOILED if self.naive else payloads.BATON

    @property
    def file(self):
        return self.payload or SHOWN

    def bytes(self):
        """The machine's memory, in bytes."""
        if self.memory[-1] in SIZES:
            return int(self.memory[:-1]) * SIZES[self.memory[-1]]
        return int(self.memory) << 20

    def emulator(self):
        """A 64-bit Linux needs the other QEMU."""
        with open(self.file, "rb") as f:
            start = f.read(XLOADFLAGS + 1)
        is_64 = start[:5] == b"\x7fELF\x02" or (
            start[0x202:0x206] == b"HdrS" and start[XLOADFLAGS] & KERNEL_64)
        return "x86_64" if is_64 else "i386"

    def boot(self, name):
        """The machine, its RAM in the file ram() that other programs can look at."""
        if not LEAST <= self.bytes() <= MOST:
            raise NotRecorded(f"record reads all memory after each step; it takes {LEAST >> 20}M "
                              f"to {MOST >> 20}M, not {self.memory}", 2)
        made = machines.Machine(name)
        folder = made.folder()
        # QEMU splits a module's string at its first blank, so no file may have one in its name.
        files = [(self.file, self.append), *((file, "") for file in self.initrds),
                 *(module_words(module) for module in self.modules)]
        modules = []
        for i, (file, words) in enumerate(files):
            link = os.path.join(folder, f"module{i}")
            if os.path.lexists(link):
                os.remove(link)
            os.symlink(os.path.abspath(file), link)
            modules.append(f"{link} {words}".strip())
        return machines.Machine(
            name, emulator=self.emulator(), cpu=self.cpu,
            machine=f"{self.machine},memory-backend=ram", memory=f"{self.bytes() >> 10}K",
            kernel=self.kernel, modules=tuple(modules),
            append=f"verbose exitport=0xf4 {self.words}", timeout=self.timeout,
            extra=("-object", f"memory-backend-file,id=ram,mem-path={ram(folder)},"
                              f"size={self.bytes()},share=on"))


def ram(folder):
    return os.path.join(folder, "ram")


def module_words(module):
    """("FILE", "words"): the file's name may have blanks; it is the longest part that is a file."""
    file, rest = module, []
    while not os.path.isfile(file) and " " in file:
        file, word = file.rsplit(" ", 1)
        rest.insert(0, word)
    return file, " ".join(rest)
