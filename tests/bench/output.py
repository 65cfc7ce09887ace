"""The figures as a table on the terminal, as Markdown, as JSON, and as plots (by gnuplot)."""
import json
import os
import subprocess
from dataclasses import dataclass

import table as tables
from machine import BUILD

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDER = os.path.join(BUILD, "bench")
BASELINE = os.path.join(HERE, "baseline.json")
GROWTH = """\
set terminal svg size 640,360 background rgb "white"
set output "{folder}/growth.svg"
set title "Instructions of a load, by the size of what is loaded"
set xlabel "MiB of initrd (Baton), of payload (Linux)"
set logscale xy
set key right center
plot "{folder}/growth.dat" using 1:2 with linespoints title "Baton", \\
     "{folder}/kexec.dat" using 1:2 with linespoints title "a kexec of Linux, its system call"
"""


@dataclass
class Row:
    figure: str
    value: float
    goal: float
    met: bool
    peer: float                         # or None
    whose: str


def number(value):
    return f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"


def rows(figures):
    """The goals' rows, each with what was counted; without those that were not."""
    found = []
    for row in tables.read(os.path.join(HERE, "goals.txt")):
        if row["name"] not in figures:
            continue
        value, goal = figures[row["name"]], float(row["goal"].replace(",", ""))
        peer = figures.get(row["peer"])
        found.append(Row(row["name"], value, goal, value <= goal, peer, row["whose"]))
    return found


def cells(row):
    goal = int(row.goal) if row.goal == int(row.goal) else row.goal
    return (row.figure, number(row.value), number(goal), "met" if row.met else "not met",
            f"{number(row.peer)} ({row.whose})" if row.peer is not None else "")


def text(table):
    return "\n".join("{:<30} {:>12}  goal {:>10}  {:<8} {}".format(*cells(row)).rstrip()
                     for row in table)


def markdown(table):
    lines = ["| figure | Baton | goal | | the same elsewhere |", "|---|---|---|---|---|"]
    return "\n".join(lines + ["| " + " | ".join(cells(row)) + " |" for row in table]) + "\n"


def difference(figures):
    """Against the baseline, a line each."""
    with open(BASELINE) as f:
        before = json.load(f)
    lines = [f"changed     {name}: {number(before[name]) if name in before else 'new'} -> "
             f"{number(figures[name]) if name in figures else 'gone'}"
             for name in sorted({*before, *figures}) if before.get(name) != figures.get(name)]
    return "\n".join(lines) or "baseline    every count is the same"


def points(figures, start, name):
    path = os.path.join(FOLDER, name)
    with open(path, "w") as f:
        for figure, value in figures.items():
            if figure.startswith(start) and figure.endswith(" MiB"):
                print(figure[len(start):].split()[0], value, file=f)


def write(figures, table):
    os.makedirs(FOLDER, exist_ok=True)
    with open(os.path.join(FOLDER, "bench.json"), "w") as f:
        json.dump(figures, f, indent=4)
        f.write("\n")
    with open(os.path.join(FOLDER, "bench.md"), "w") as f:
        f.write(markdown(table))
    points(figures, "load, initrd ", "growth.dat")
    points(figures, "raw kexec_load, ", "kexec.dat")
    subprocess.run(["gnuplot"], input=GROWTH.format(folder=FOLDER), text=True, check=True)
