"""QEMU's monitor protocol, only what the tests need: commands, events, memory, keys."""
import json
import mmap
import os
import re
import socket
import tempfile
import time

TAKEN = 5       # seconds for a guest to read a typed key

# The keys on a US keyboard for each character without a key of its name. [QKeyCode]
KEYS = {" ": "spc", "\n": "ret", "\t": "tab", "\b": "backspace", "-": "minus", "=": "equal",
        "[": "bracket_left", "]": "bracket_right", ";": "semicolon", "'": "apostrophe",
        "`": "grave_accent", "\\": "backslash", ",": "comma", ".": "dot", "/": "slash"}
SHIFTED = dict(zip('!@#$%^&*()_+{}:"~|<>?', "1234567890-=[];'`\\,./"))


def keys_of(character):
    """The keys to hold down together."""
    if character in SHIFTED:
        return ["shift", *keys_of(SHIFTED[character])]
    if character.isupper():
        return ["shift", character.lower()]
    return [KEYS.get(character, character)]


SOCKET_PATH = 107                   # bytes [unix(7), sun_path]


def socket_folder():
    """A new folder with a path that is short enough for a socket in it."""
    for place in (tempfile.gettempdir(), "/tmp", "/dev/shm"):
        if len(os.fsencode(place)) < SOCKET_PATH - 40 and os.access(place, os.W_OK):
            return tempfile.mkdtemp(prefix="baton-", dir=place)
    raise RuntimeError(f"{tempfile.gettempdir()} is too long for a socket; set TMPDIR")


def connect(path, process, timeout):
    """Connects to the socket that QEMU opens there soon after its start."""
    end = time.monotonic() + 10
    while True:
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(timeout)
        try:
            s.connect(path)
            return s
        except OSError:
            s.close()
            if time.monotonic() > end or process.poll() is not None:
                raise
            time.sleep(0.01)


class Qmp:
    def __init__(self, path, process, timeout):
        self.folder = os.path.dirname(path)
        self.events = []            # (name, data), in order
        self.file = connect(path, process, timeout).makefile("rw")
        self.file.readline()        # the greeting
        self.command("qmp_capabilities")

    def _read(self):
        answer = json.loads(self.file.readline() or '{"error": "QEMU is gone"}')
        if "event" in answer:
            self.events.append((answer["event"], answer.get("data", {})))
        return answer

    def command(self, name, **arguments):
        self.file.write(json.dumps({"execute": name, "arguments": arguments}) + "\n")
        self.file.flush()
        while True:
            answer = self._read()
            if "error" in answer:
                raise RuntimeError(f"{name}: {answer['error']}")
            if "return" in answer:
                return answer["return"]

    def event(self, name):
        """The data of the next event of that name."""
        while name not in [seen for seen, _ in self.events]:
            if "error" in self._read():
                raise RuntimeError(f"no event {name}, but {self.events}")
        at = [seen for seen, _ in self.events].index(name)
        return self.events.pop(at)[1]

    def monitor(self, line):
        """The answer of QEMU's monitor to a line such as "info tlb"."""
        return self.command("human-monitor-command", **{"command-line": line})

    def registers(self):
        """All registers: {"EIP": ..., "CR3": ..., "IDT" and "TR": their bases, ...}"""
        text = self.monitor("info registers")
        found = re.findall(r"\b([A-Z][A-Z0-9]{2,4})\s*= *([0-9a-f]+)", text)
        found += re.findall(r"^(TR) *=\w+ (\w+)", text, re.M)
        return {name: int(value, 16) for name, value in found}

    def memory(self, start, size):
        """Physical memory, as bytes."""
        path = os.path.join(self.folder, "memory")
        self.command("pmemsave", val=start, size=size, filename=path)
        with open(path, "rb") as f:
            data = f.read()
        os.remove(path)
        return data

    def snapshot(self, start, size, folder):
        """Like memory(), for large parts that many tests keep: in `folder` on the disk, not in
        RAM."""
        path = os.path.join(folder, "snapshot")
        self.command("pmemsave", val=start, size=size, filename=path)
        with open(path, "rb") as f:
            data = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ)
        os.remove(path)
        return data

    def press(self, *names):
        """Presses these keys together, by their QKeyCode, and releases them."""
        self.command("send-key", keys=[{"type": "qcode", "data": name} for name in names],
                     **{"hold-time": 10})
        time.sleep(0.02)            # QEMU releases them by its own clock
        # The keyboard buffers 16 bytes. On a busy host the guest may need time to read them.
        end = time.monotonic() + TAKEN
        while self.keyboard_is_full() and time.monotonic() < end:
            time.sleep(0.01)

    def keyboard_is_full(self):
        """Bit 0 of the keyboard controller's status: a byte is ready for the guest."""
        return int(re.search(r"= (0x\w+)", self.monitor("i /b 0x64"))[1], 16) & 1

    def type(self, text):
        for character in text:
            self.press(*keys_of(character))
