"""The figures as a table on the terminal, as Markdown, as JSON, and as plots."""
import json
import os
from dataclasses import dataclass

import plots
import table as tables
from machine import BUILD

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(BUILD, "bench")
BASELINE = os.path.join(HERE, "baseline.json")
# Times of this machine, and what is divided by one: they differ from run to run.
MEASURED = ("GB/s", "seconds", " over ")


@dataclass
class Row:
    figure: str
    value: float
    goal: str                           # as the table has it
    met: bool
    peer: float                         # or None
    whose: str


def number(value):
    return f"{value:,.5f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"


def is_met(value, goal):
    """goal: "1,000", at most; "> 0.95", at least."""
    limit = float(goal.lstrip("> ").replace(",", ""))
    return value >= limit if goal.startswith(">") else value <= limit


def rows(figures):
    """The goals' rows, each with what was counted; without those that were not."""
    found = []
    for row in tables.read(os.path.join(HERE, "goals.txt")):
        if row["name"] not in figures:
            continue
        value = figures[row["name"]]
        found.append(Row(row["name"], value, row["goal"], is_met(value, row["goal"]),
                         figures.get(row["peer"]), row["whose"]))
    return found


def uncounted(figures):
    """Names of goals without a figure."""
    return [row["name"] for row in tables.read(os.path.join(HERE, "goals.txt"))
            if row["name"] not in figures]


def cells(row):
    return (row.figure, number(row.value), row.goal, "met" if row.met else "not met",
            f"{number(row.peer)} ({row.whose})" if row.peer is not None else "")


def text(table):
    return "\n".join("{:<48} {:>12}  goal {:>10}  {:<8} {}".format(*cells(row)).rstrip()
                     for row in table)


def markdown(table, figures):
    lines = ["| figure | Baton | goal | | the same elsewhere |", "|---|---|---|---|---|"]
    lines += ["| " + " | ".join(cells(row)) + " |" for row in table]
    lines += ["", "| everything that was counted or measured | |", "|---|---|"]
    lines += [f"| {name} | {number(value)} |" for name, value in figures.items()]
    return "\n".join(lines) + "\n"


def is_count(name):
    return not any(word in name for word in MEASURED)


def difference(figures):
    """Against the baseline, a line each."""
    with open(BASELINE) as f:
        before = json.load(f)
    lines = [f"changed     {name}: {number(before[name]) if name in before else 'new'} -> "
             f"{number(figures[name]) if name in figures else 'gone'}"
             for name in sorted({*before, *figures})
             if is_count(name) and before.get(name) != figures.get(name)]
    return "\n".join(lines) or "baseline    every count is the same"


def write(figures, table):
    os.makedirs(FOLDER, exist_ok=True)
    with open(os.path.join(FOLDER, "bench.json"), "w") as f:
        json.dump(figures, f, indent=4)
        f.write("\n")
    with open(os.path.join(FOLDER, "bench.md"), "w") as f:
        f.write(markdown(table, figures))
    plots.draw(FOLDER, figures)
