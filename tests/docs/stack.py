"""How much stack the core needs, at most: computed from what GCC says of each function
(-fcallgraph-info=su) along the deepest path of calls."""
import re
from pathlib import Path

CALL = 4                                # bytes of a return address
# Calls through pointers that stay in the core: by the caller's file, or its name. All others are
# functions of the host.
POINTERS = {
    "payload/payload.c": r"(bzimage|vmlinux|elf)_(is|read|finish|enters_physical)$",
    "relocate/image/moves.c": r"put_(copy|save|restore)$",
    "pt_tables": r"visit_table$",
    "baton_image_pages": r"page_is_safe$",
}
RECURSION = {"leaves_of": 3}            # the functions that call themselves, and how often: levels


class Calls:
    """The calls of all files in a folder of .ci files."""

    def __init__(self, folder):
        self.bytes, self.file, self.edges = {}, {}, {}
        for path in sorted(Path(folder).rglob("*.ci")):
            self._read(path)
        self.memo = {}

    def _read(self, path):
        text = path.read_text()
        local = {}                      # "file.c:name" or "name" -> the node's own title
        for title, label in re.findall(r'^node: \{ title: "(.*?)" label: "(.*?)"', text, re.M):
            size = re.search(r"\\n(\d+) bytes \((.*)\)$", label)
            if not size:
                continue
            if size[2] not in ("static", "dynamic,bounded"):
                raise AssertionError(f"{title}: its stack has no bound: {size[2]}")
            local[title] = title
            self.bytes[title] = int(size[1])
            self.file[title] = re.search(r"\\n(.*?):\d+:\d+\\n", label)[1]
        for source, target in re.findall(r'^edge: \{ sourcename: "(.*?)" targetname: "(.*?)"', text,
                                         re.M):
            self.edges.setdefault(source, set()).add(target)

    @staticmethod
    def name(title):
        """Without the file's name, and without what GCC appends to copies of a function."""
        return title.rsplit(":", 1)[-1].split(".")[0]

    def _pointed(self, title):
        pattern = POINTERS.get(self.name(title)) or POINTERS.get(self.file[title])
        found = [t for t in self.bytes if pattern and re.match(pattern, self.name(t))]
        if pattern and not found:
            raise AssertionError(f"{title}: nothing is called {pattern}")
        return found

    def depth(self, title, path=()):
        """Bytes from the call on, the return address included, and the path of names."""
        if title in self.memo:
            return self.memo[title]
        if title not in self.bytes:     # memcpy and its like: the host's
            return CALL, [title]
        if title in path:
            raise AssertionError(f"recursion: {' -> '.join([*path, title])}")
        turns = RECURSION.get(self.name(title), 1)
        best, way = 0, []
        for target in sorted(self.edges.get(title, ())):
            if turns > 1 and self.name(target) == self.name(title):
                continue
            for real in self._pointed(title) if target == "__indirect_call" else [target]:
                size, names = self.depth(real, (*path, title))
                if size > best:
                    best, way = size, names
        own = (self.bytes[title] + CALL) * turns
        self.memo[title] = own + best, [f"{self.name(title)} {own}", *way]
        return self.memo[title]
