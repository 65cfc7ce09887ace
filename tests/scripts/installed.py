"""Asks dpkg for the commands of packages and of all their dependencies.

A minimal system has the essential packages, those of priority "required", and apt. A verb of
./baton must not use anything else unless iso/packages names it for that verb.
"""
import os
import re
import subprocess
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
FOLDERS = ("/bin", "/sbin", "/usr/bin", "/usr/sbin")
FIELDS = ("Package", "db:Status-Status", "Essential", "Priority", "Provides", "Pre-Depends",
          "Depends")


def ask(*arguments):
    return subprocess.run(["dpkg-query", *arguments], check=True, text=True,
                          stdout=subprocess.PIPE).stdout


class Installed:
    def __init__(self):
        self.packages, self.provided = {}, {}
        for line in ask("-W", "-f", "\t".join(f"${{{f}}}" for f in FIELDS) + "\n").splitlines():
            name, status, essential, priority, provides, *needs = line.split("\t")
            if status != "installed":
                continue
            self.packages[name] = (essential == "yes" or priority == "required",
                                   [each for field in needs for each in field.split(",") if each])
            for one in provides.split(","):
                self.provided.setdefault(bare(one), []).append(name)

    def closure(self, names):
        """Those of these packages that are installed, and all their dependencies."""
        found, queue = set(), list(names)
        while queue:
            name = queue.pop()
            for real in [name] if name in self.packages else self.provided.get(name, []):
                if real not in found:
                    found.add(real)
                    for alternatives in self.packages[real][1]:
                        # Only the first installed alternative counts.
                        queue += [name for name in map(bare, alternatives.split("|"))
                                  if name in self.packages or name in self.provided][:1]
        return found

    def minimal(self):
        return self.closure([name for name, (base, _) in self.packages.items() if base] + ["apt"])

    def commands(self, names):
        """{name: path} of the commands in these packages, including those of alternatives."""
        paths = set()
        for path in ask("-L", *sorted(names)).splitlines():
            if os.path.dirname(path) in FOLDERS and os.access(path, os.X_OK):
                paths.add(path)
        real = {os.path.realpath(path) for path in paths}
        for folder in FOLDERS:
            for path in Path(folder).iterdir():
                if path.is_symlink() and os.readlink(path).startswith("/etc/alternatives/") and \
                        os.path.realpath(path) in real:
                    paths.add(str(path))
        return {os.path.basename(path): path for path in paths}


def bare(text):
    """A package's name, without its version and architecture."""
    return re.split(r"[ (:\[]", text.strip(), maxsplit=1)[0]


def rows_for(*verbs):
    """[(package, how to find it)] from iso/packages for these verbs."""
    rows, wanted = [], False
    for line in (TOP / "iso" / "packages").read_text().splitlines():
        if line.startswith("["):
            wanted = set(line.partition("]")[2].split()) & set(verbs)
        elif line and not line.startswith("#") and wanted:
            rows.append(tuple(line.split(maxsplit=1)))
    return rows


def folder_for(folder, *verbs):
    """Fills the folder with links to the commands of a minimal system after iso/setup VERB..."""
    here = Installed()
    names = here.minimal() | here.closure([package for package, _ in rows_for(*verbs)])
    folder.mkdir()
    for name, path in here.commands(names).items():
        (folder / name).symlink_to(path)
    return folder
