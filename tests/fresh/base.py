"""Bases: minimal systems with only the packages of debootstrap's minbase, updated. They are kept
for later runs. There is one for each kind of user:

  root    apt was never used: there are no package lists
  user    the same, with sudo and a user named student
  stale   root, but with old package lists: a file in them is no longer on the mirror
"""
import os
import shutil
import subprocess
import time

import mirrors

HERE = os.path.dirname(os.path.abspath(__file__))
ENTER = os.path.join(HERE, "enter")
USERS = {"root": "root", "user": "student", "stale": "root"}
STUDENT = USERS["user"]
APT = "apt-get -q -y -o APT::Install-Recommends=false"
FORGET = "apt-get clean && find /var/lib/apt/lists -type f -delete"
UPGRADE = f"{APT} update && DEBIAN_FRONTEND=noninteractive {APT} dist-upgrade && {FORGET}"
ADD_STUDENT = (f"{APT} update && {APT} install sudo && {FORGET} && "
               f"useradd --create-home --shell /bin/bash {STUDENT} && "
               f"echo '{STUDENT} ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/{STUDENT}")
# make is one of the packages that every verb installs.
AGE_LISTS = (f"{APT} -o Acquire::GzipIndexes=false update && "
             "sed -i 's,^Filename: .*/make_,&0,' /var/lib/apt/lists/*_Packages && "
             # Makes the lists look old: changes the hashes that apt compares, and the dates.
             "sed -i 's,^ [0-9a-f]\\{63\\},&0,;s,^ \\([0-9a-f]\\{63\\}\\)0.,\\1f,' "
             "/var/lib/apt/lists/*Release && touch -d 2020-01-01 /var/lib/apt/lists/*Release && "
             "grep -q '^Filename: .*/make_0' /var/lib/apt/lists/*_Packages")
STEPS = {"root": UPGRADE, "user": ADD_STUDENT, "stale": AGE_LISTS}


class Failed(Exception):
    """A sentence for the user."""


class Bases:
    def __init__(self, folder, anew, say):
        self.folder, self.anew, self.say = folder, anew, say
        self.made = set()               # in this run
        self.failed = {}                # {path: why}: it is tried only once

    def path(self, machine, user):
        return f"{self.folder}/base-{machine.name}" + ("" if user == "root" else f"-{user}")

    def get(self, machine, user):
        """The folder of that base; makes it if necessary."""
        path = self.path(machine, user)
        if path in self.failed:
            raise self.failed[path]
        if os.path.exists(path) and (path in self.made or not self.anew):
            return path
        try:
            self.make(machine, user, path)
        except Failed as why:
            self.failed[path] = why
            raise
        self.made.add(path)
        return path

    def make(self, machine, user, path):
        if user != "root":
            self.get(machine, "root")
        log = f"{path}.log"
        self.say(f"{machine.name}: makes the base for {user}, log {os.path.relpath(log)}")
        start = time.monotonic()
        for old in (path, f"{path}.part"):
            shutil.rmtree(old, ignore_errors=True)
        with open(log, "w") as output:
            if user == "root":
                self.bootstrap(machine, f"{path}.part", output)
            else:
                run(["cp", "-a", "--reflink=auto", self.path(machine, "root"), f"{path}.part"],
                    output)
            run([ENTER, f"{path}.part", "root", STEPS[user]], output)
        os.rename(f"{path}.part", path)
        os.utime(path)
        self.say(f"{machine.name}: made the base for {user}, {time.monotonic() - start:.0f} s")

    def bootstrap(self, machine, target, output):
        uri = mirrors.mirror(machine)
        script = f"/usr/share/debootstrap/scripts/{machine.script or machine.suite}"
        try:
            keys = mirrors.keyring(machine, f"{self.folder}/keyrings")
        except mirrors.NotFound as why:
            raise Failed(str(why)) from why
        # In a mount namespace: when that ends, all mounts in it end, too.
        run(["unshare", "--mount", "--propagation", "private", "debootstrap", "--variant=minbase",
             f"--components={','.join(machine.components)}", f"--keyring={keys}",
             machine.suite, target, uri, script], output)
        if os.environ.get("FRESH_OLD_MIRROR") == "1":
            with open(f"{target}/etc/apt/apt.conf.d/90old-mirror", "w") as conf:
                conf.write('Acquire::Check-Valid-Until "false";\n')
        # If no mirror was given, debootstrap has written its own.
        with open(f"{target}/etc/apt/sources.list", "r+") as sources:
            uri = uri or sources.read().split()[1]
            for where, suite in mirrors.further_sources(machine, uri):
                sources.seek(0, os.SEEK_END)
                sources.write(f"deb {where} {suite} {' '.join(machine.components)}\n")

    def age(self, path):
        days = (time.time() - os.stat(path).st_mtime) / 86400
        return f"{days:.0f} days old" if days >= 1 else f"{days * 24:.0f} hours old"


def run(command, output):
    if subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output,
                      stderr=subprocess.STDOUT).returncode:
        output.flush()
        with open(output.name, errors="replace") as log:
            said = [line.strip() for line in log if line.strip()]
        raise Failed(f"{os.path.basename(command[0])}: {said[-1] if said else 'it said nothing'}; "
                     f"log {os.path.relpath(output.name)}")
