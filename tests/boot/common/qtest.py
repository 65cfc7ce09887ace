"""QEMU's qtest protocol beside a running guest: reads and writes ports and memory as a device would
see them, and PCI's configuration space through the ports."""
from qmp import connect

ADDRESS, DATA, ENABLE = 0xcf8, 0xcfc, 0x80000000
COMMAND, CLASS, BAR0 = 0x04, 0x08, 0x10
MASTER, MEMORY = 4, 2


class Qtest:
    def __init__(self, path, process):
        self.file = connect(path, process, 60).makefile("rw")

    def ask(self, line):
        """Sends a command; returns what follows OK."""
        self.file.write(line + "\n")
        self.file.flush()
        while True:
            answer = self.file.readline().split()
            assert answer and answer[0] in ("OK", "IRQ"), f"{line}: {answer}"
            if answer[0] == "OK":
                return answer[1:]

    def read(self, pa, size):
        return bytes.fromhex(self.ask(f"read {pa:#x} {size:#x}")[0][2:])

    def write(self, pa, data):
        self.ask(f"write {pa:#x} {len(data):#x} 0x{data.hex()}")

    def peek(self, pa):
        return int(self.ask(f"readl {pa:#x}")[0], 16)

    def poke(self, pa, value):
        self.ask(f"writel {pa:#x} {value:#x}")

    def config(self, device, register, function=0):
        """32 bits of a function on bus 0."""
        self.ask(f"outl {ADDRESS:#x} {ENABLE | device << 11 | function << 8 | register:#x}")
        return int(self.ask(f"inl {DATA:#x}")[0], 16)

    def set_config(self, device, register, value):
        self.ask(f"outl {ADDRESS:#x} {ENABLE | device << 11 | register:#x}")
        self.ask(f"outl {DATA:#x} {value:#x}")

    def masters(self):
        """{(device, function): class} of the bus masters on bus 0."""
        found = {}
        for device in range(32):
            for function in range(8):
                if self.config(device, 0, function) == 0xffffffff:
                    continue
                if self.config(device, COMMAND, function) & MASTER:
                    found[device, function] = self.config(device, CLASS, function) >> 8
        return found
