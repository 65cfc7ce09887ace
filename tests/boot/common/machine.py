"""One machine, run to its end in QEMU or Bochs: its description and its result.

A Machine is data; run() starts it, waits for its exit and returns a Result. There is always a
result: a machine that does not end by itself is killed, and its status is "timeout".
"""
import os
import re
import shlex
import subprocess
import time
from dataclasses import dataclass, field

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
START = os.getcwd()                 # the user's current folder
# All paths are relative to the top of the checkout: QEMU's -initrd accepts no blank in a file name,
# and the path of a socket has at most 107 bytes.
os.chdir(ROOT)
BUILD = os.path.relpath(os.path.join(START, os.environ.get("BATON_BUILD", os.path.join(ROOT, "build"))))
RUNS = os.path.join(BUILD, "tests", "boot", "runs")

# QEMU's exit statuses: isa-debug-exit makes 2 * code + 1 of a byte.
POWERED_OFF, REFUSED, PANICKED, FAULTED, PASSED, FAILED = 0, 33, 35, 37, 65, 67
# With these options a plugin sees each iteration of a REP as one instruction. Without them QEMU 10
# executes many at once.
COUNTING = ("-icount", "shift=0,sleep=off")
SOFT_OFF = "soft power off"         # Bochs has no such port; the judge switches it off
VERDICT = "BATON-VERDICT"           # a judge's last line
TAIL = 40                           # lines of a log that a failure shows

# The fewer instructions a second of the machine's clock has, the sooner the BIOS has waited for drives
# that are not there.
BOCHS_RC = """\
config_interface: textconfig
display_library: rfb, options="timeout=0"
romimage: file=/usr/share/seabios/bios.bin
vgaromimage: file=/usr/share/seabios/vgabios-isavga.bin
cpu: model={cpu}, ips=4000000, reset_on_triple_fault=0
memory: guest={memory}, host={host_memory}
ata0-master: type=cdrom, path={iso}, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev={log}
clock: sync=none
log: {folder}/bochs.log
panic: action=fatal
speaker: enabled=0
sound: driver=dummy
"""


@dataclass(frozen=True)
class Machine:
    name: str                       # unique: it names the folder of the run
    emulator: str = "i386"          # i386 | x86_64 | bochs
    cpu: str = "qemu32"
    machine: str = "pc"             # QEMU's -M, with options
    memory: str = "64M"
    kernel: str = ""                # -kernel, or
    iso: str = ""                   # a CD to boot from
    append: str = ""
    modules: tuple = ()             # "file words": -initrd
    extra: tuple = ()               # further arguments to the emulator
    timeout: float = 60
    until: str = ""                 # a pattern: seen in the log, the machine may be killed

    def folder(self):
        path = os.path.join(RUNS, re.sub(r"[^A-Za-z0-9._=-]", "_", self.name))
        os.makedirs(path, exist_ok=True)
        return path

    def log(self):
        return os.path.join(self.folder(), "com1")

    def command(self):
        """The emulator's argument list; writes Bochs' files."""
        if self.emulator == "bochs":
            return self._bochs()
        args = [f"qemu-system-{self.emulator}", "-M", self.machine, "-cpu", self.cpu,
                "-m", self.memory, "-accel", "tcg", "-display", "none", "-monitor", "none",
                "-net", "none", "-no-reboot", "-serial", f"file:{self.log()}",
                "-device", "isa-debug-exit,iobase=0xf4,iosize=4"]
        if self.kernel:
            args += ["-kernel", self.kernel]
            if self.append:
                args += ["-append", self.append]
            if self.modules:
                # QEMU splits modules at commas; a double comma is a literal one.
                args += ["-initrd", ",".join(m.replace(",", ",,") for m in self.modules)]
        if self.iso:
            args += ["-cdrom", self.iso]
        return args + list(self.extra)

    def _bochs(self):
        megabytes = int(self.memory.rstrip("M"))
        folder = self.folder()
        with open(os.path.join(folder, "rc"), "w") as f:
            f.write(BOCHS_RC.format(cpu=self.cpu, memory=megabytes, folder=folder,
                                    host_memory=min(megabytes, 512), iso=self.iso,
                                    log=self.log()))
        with open(os.path.join(folder, "commands"), "w") as f:
            f.write("c\n")
        return ["bochs", "-q", "-f", os.path.join(folder, "rc"),
                "-rc", os.path.join(folder, "commands")]


@dataclass
class Result:
    machine: Machine
    status: object                  # exit status, SOFT_OFF, "until" or "timeout"
    log: str
    seconds: float
    data: dict = field(default_factory=dict)    # what a job of several steps adds

    def lines(self, pattern):
        """The log's lines that match (re.search)."""
        return [line for line in self.log.splitlines() if re.search(pattern, line)]

    def story(self):
        """For a failure message: how to start it again, and how it ended."""
        tail = "\n".join(self.log.splitlines()[-TAIL:])
        said = read_log(os.path.join(self.machine.folder(), "emulator"))[-500:]
        return (f"{self.machine.name}: status {self.status} after {self.seconds:.1f} s\n"
                f"$ {shlex.join(self.machine.command())}\n{tail or '(silence on COM1)'}"
                + (f"\nthe emulator says: {said}" if said else ""))


def read_log(path):
    try:
        with open(path, "rb") as f:
            return f.read().decode("latin-1").replace("\r", "")
    except FileNotFoundError:
        return ""


def start(machine, **options):
    """Starts it and returns the process; its own output goes to a file beside the log."""
    if os.path.exists(machine.log()):
        os.remove(machine.log())
    with open(os.path.join(machine.folder(), "emulator"), "w") as output:
        return subprocess.Popen(machine.command(), stdin=subprocess.DEVNULL, stdout=output,
                                stderr=subprocess.STDOUT, **options)


def wait(machine, process):
    """Its exit status, within its time. Kills what does not end."""
    end = time.monotonic() + machine.timeout
    while time.monotonic() < end:
        try:
            return process.wait(0.2 if machine.until else machine.timeout)
        except subprocess.TimeoutExpired:
            log = read_log(machine.log())
            if machine.until and re.search(machine.until, log, re.M):
                # Time for the rest of its output; Bochs needs longer to end after a power-off.
                try:
                    return process.wait(10 if machine.emulator == "bochs" and VERDICT in log
                                        else 0.3)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                    return "until"
    process.kill()
    process.wait()
    return "timeout"


def run(machine):
    begin = time.monotonic()
    process = start(machine)
    try:
        status = wait(machine, process)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    if machine.emulator == "bochs" and isinstance(status, int):
        with open(os.path.join(machine.folder(), "emulator"), errors="replace") as f:
            status = SOFT_OFF if "soft power off" in f.read() else status
    return Result(machine, status, read_log(machine.log()), time.monotonic() - begin)
