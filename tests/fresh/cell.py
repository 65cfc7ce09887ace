"""One cell of the table: a copy of a base, a checkout in it, one verb."""
import os
import re
import shutil
import subprocess
import time
from dataclasses import asdict, dataclass, field

import dialogs
import verdicts
from base import ENTER

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# dpkg-query's patterns for each column of the second table: the first installed one counts.
ASKED = {
    "GCC": r"gcc-\d+-i686-linux-gnu", "clang": r"clang-\d+", "QEMU": r"qemu-system-x86",
    "GRUB": r"grub-pc-bin", "xorriso": r"xorriso", "gdb": r"gdb", "Bochs": r"bochs",
    "Python": r"python3\.\d+-minimal",
}


@dataclass
class Result:
    passed: bool
    cell: str
    why: str
    seconds: int
    log: str
    commit: str
    versions: dict = field(default_factory=dict)
    packages: int = 0           # installed by the verb
    download: int = 0           # bytes of those packages
    disk: int = 0               # growth of the system in bytes; 0: unknown

    def plain(self):
        return asdict(self)


class Cell:
    """A system for one verb. Its folder has root/; with overlayfs upper/ and work/, too."""

    def __init__(self, folder, base, user, archives, payloads, overlay):
        self.folder, self.base, self.user = folder, base, user
        self.environment = {"PATH": os.environ["PATH"]}
        if archives:
            self.environment["ARCHIVES"] = archives
        for word in ("TERM", "LANG"):
            if word in os.environ:
                self.environment[word] = os.environ[word]
        self.overlay, self.payloads = overlay, payloads
        self.archives = archives or self.path("var/cache/apt/archives")
        self.home = "root" if user == "root" else f"home/{user}"

    def make(self):
        self.remove()
        os.makedirs(self.folder)
        if self.overlay:
            for name in ("root", "upper", "work"):
                os.mkdir(f"{self.folder}/{name}")
            self.environment |= {"LOWER": self.base, "UPPER": f"{self.folder}/upper",
                                 "WORK": f"{self.folder}/work"}
        else:
            subprocess.run(["cp", "-a", "--reflink=auto", self.base, f"{self.folder}/root"],
                           check=True)
        # Only committed files, as another user would get them.
        subprocess.run(["git", "clone", "-q", "--no-hardlinks", ROOT, f"{self.folder}/checkout"],
                       check=True)

    def remove(self):
        if os.path.exists(self.folder):
            shutil.rmtree(self.folder)

    def command(self, commands):
        return [ENTER, f"{self.folder}/root", self.user, commands]

    def run(self, verb, log):
        """The exit status, or None at a timeout. No process is left running."""
        environment = self.environment | {"CHECKOUT": f"{self.folder}/checkout"}
        if self.payloads:
            environment["PAYLOADS"] = self.payloads
        command = self.command(f"cd baton && {verb.command}")
        if verb.name in dialogs.DIALOGS:
            return dialogs.have(dialogs.DIALOGS[verb.name], command, environment, log, verb.seconds)
        # In its own session: this program gets Ctrl-C, and then ends the other one.
        child = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log,
                                 stderr=subprocess.STDOUT, start_new_session=True)
        try:
            return child.wait(verb.seconds)
        except subprocess.TimeoutExpired:
            return None
        finally:
            child.kill()        # all processes in the system end with unshare
            child.wait()

    def ask(self, commands):
        return subprocess.run(self.command(commands), env=self.environment, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              check=True).stdout

    def packages(self):
        """The packages that are installed now: {name: (version, architecture)}."""
        answer = self.ask("dpkg-query -W -f '${db:Status-Status} ${Package} ${Version} "
                          "${Architecture}\\n'")
        words = [line.split() for line in answer.splitlines()]
        return {name: (version, arch) for status, name, version, arch in words
                if status == "installed"}

    def path(self, name):
        return f"{self.folder}/{'upper' if self.overlay else 'root'}/{name}"

    def keep_logs(self, folder):
        """Keeps the checkout's logs, to find the cause of a failure."""
        shutil.rmtree(folder, ignore_errors=True)
        top = self.path(f"{self.home}/baton/build")
        for where, _, names in os.walk(top):
            for name in names:
                if name.endswith((".log", ".xml")) and "/lists" not in where:
                    target = os.path.join(folder, os.path.relpath(where, top))
                    os.makedirs(target, exist_ok=True)
                    shutil.copyfile(os.path.join(where, name), os.path.join(target, name))

    def weigh(self, result, before):
        """What the verb has added: packages, their bytes, bytes on the disk."""
        now = self.packages()
        new = {name: now[name] for name in now if name not in before}
        result.packages = len(new)
        for name, (version, arch) in new.items():
            file = f"{self.archives}/{name}_{version.replace(':', '%3a')}_{arch}.deb"
            result.download += os.path.getsize(file) if os.path.exists(file) else 0
        if self.overlay:
            result.disk = 1024 * int(subprocess.run(
                ["du", "-sk", f"{self.folder}/upper"], stdout=subprocess.PIPE,
                check=True).stdout.split()[0])
        result.versions = versions(now)
        with open(self.path("etc/os-release") if os.path.exists(self.path("etc/os-release"))
                  else f"{self.base}/etc/os-release") as file:
            release = dict(line.strip().split("=", 1) for line in file if "=" in line)
        result.versions["distribution"] = release["PRETTY_NAME"].strip('"')
        file = self.path(f"{self.home}/baton/build/payloads/versions")
        if os.path.exists(file):
            with open(file) as lines:
                result.versions["kernels"] = kernels(lines)


def versions(installed):
    """{column: upstream version}."""
    found = {}
    for column, pattern in ASKED.items():
        for name, (version, _) in sorted(installed.items()):
            if re.fullmatch(pattern, name):
                found[column] = upstream(version)
    return found


def upstream(version):
    """Debian's "1:7.2+dfsg-7+deb12u15" is upstream's 7.2."""
    return re.split(r"[+~-]", version.split(":", 1)[-1])[0]


def kernels(lines):
    """From the lines of build/payloads/versions: "vmlinuz-686 linux-image-6.1.0-50-686 6.1.170-1
    i386"; if there was no such kernel, "vmlinuz-686 none for i386"."""
    words = [line.split() for line in lines if line.startswith("vmlinuz-")]
    return sorted({f"{upstream(row[2])} {row[0].removeprefix('vmlinuz-')}" for row in words
                   if row[1] != "none"})


def see(cell, verb, log, commit):
    """The whole of a cell, from the copy of the base to the verdict."""
    start = time.monotonic()
    cell.make()
    before = cell.packages()
    with open(log, "wb") as output:
        status = cell.run(verb, output)
    with open(log, errors="replace") as file:
        verdict = verdicts.judge(verb.name, status, file.read(), verb.least)
    result = Result(verdict.passed, verdict.cell, verdict.why, round(time.monotonic() - start),
                    os.path.relpath(log), commit)
    cell.weigh(result, before)
    return result
