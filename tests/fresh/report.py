"""The tables, in Markdown. Results of earlier runs are kept, so that a machine or a verb can be
tried alone; a result of another commit shows that commit."""
import json
import os


class Results:
    """{machine: {user: {verb: a cell.Result as a dictionary}}}, in a file."""

    def __init__(self, path):
        self.path = path
        self.cells = {}
        if os.path.exists(path):
            with open(path) as file:
                self.cells = json.load(file)

    def put(self, machine, user, verb, result):
        self.cells.setdefault(machine, {}).setdefault(user, {})[verb] = result
        with open(f"{self.path}.part", "w") as file:
            json.dump(self.cells, file, indent=1)
        os.replace(f"{self.path}.part", self.path)

    def rows(self, machines, users):
        for machine in machines:
            for user in users:
                if machine in self.cells and user in self.cells[machine]:
                    yield machine, user, self.cells[machine][user]


def table(head, rows):
    rows = [[str(word) for word in row] for row in rows]
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]

    def line(words):
        return "| " + " | ".join(word.ljust(width) for word, width in zip(words, widths)) + " |"
    return [line(head), "|" + "|".join("-" * (width + 2) for width in widths) + "|",
            *[line(row) for row in rows]]


def cell_text(result, commit):
    text = f"{result['cell']}, {result['seconds']} s"
    if not result["passed"]:
        text = f"**{result['cell']}**"
    return text + ("" if result["commit"] == commit else f" ({result['commit']})")


def mib(number):
    return f"{number / 1048576:,.0f}" if number else "-"


def render(results, machines, users, verbs, commit):
    """All of build/fresh/table.md, as lines. The machines, users and verbs give the order."""
    rows = list(results.rows(machines, users))
    tried = [verb for verb in verbs if any(verb in cells for _, _, cells in rows)]
    out = [f"Commit {commit}.", ""]
    out += table(["machine", "user", *tried],
                 [[machine, user, *[cell_text(cells[verb], commit) if verb in cells else ""
                                    for verb in tried]] for machine, user, cells in rows])
    failures = [f"- {machine}, {user}, {verb}: {cells[verb]['why']} (log {cells[verb]['log']})"
                for machine, user, cells in rows for verb in tried
                if verb in cells and not cells[verb]["passed"]]
    if failures:
        out += ["", "What failed:", "", *failures]
    return out + ["", "Versions in each machine:", "", *versions(rows),
                  "", "What a verb installs on a minimal system:", "",
                  *costs(rows, tried)]


def versions(rows):
    columns = ["distribution", "GCC", "clang", "QEMU", "GRUB", "xorriso", "gdb", "Bochs", "Python",
               "kernels"]
    found = {}
    for machine, _, cells in rows:
        for result in cells.values():
            known = found.setdefault(machine, {})
            for column, value in result["versions"].items():
                if column == "kernels":
                    value = sorted({*known.get(column, []), *value})
                known[column] = value
    return table(["machine", *columns],
                 [[machine, *[", ".join(value) if isinstance(value, list) else value
                              for value in (known.get(column, "-") for column in columns)]]
                  for machine, known in found.items()])


def costs(rows, verbs):
    return table(["machine", "user", "verb", "packages", "their MiB", "MiB on the disk", "seconds"],
                 [[machine, user, verb, cells[verb]["packages"], mib(cells[verb]["download"]),
                   mib(cells[verb]["disk"]), cells[verb]["seconds"]]
                  for machine, user, cells in rows for verb in verbs
                  if verb in cells and cells[verb]["passed"]])
