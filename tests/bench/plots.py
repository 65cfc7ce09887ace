"""How costs grow, drawn by gnuplot: build/bench/*.svg."""
import os
import subprocess

# A plot: file, title, x axis, both axes logarithmic, and its lines: a title, and how the names of
# its figures begin and end, with the x value between.
PLOTS = (
    ("growth", "Instructions of a load, by the size of what is loaded",
     "MiB of initrd (Baton), of payload (Linux)", True,
     (("Baton", "load, initrd ", " MiB"),
      ("Baton, each page by itself", "load, ", " MiB in single pages"),
      ("Linux's kexec_load(2)", "raw kexec_load, ", " MiB"))),
    ("moves", "Instructions of a hand-off, by the size of what moves", "MiB", True,
     (("Baton, each page by itself", "hand-off, ", " MiB in single pages"),
      ("Linux's kexec", "raw kexec, ", " MiB"))),
    ("segments", "Instructions of a load, by the number of segments", "segments", False,
     (("Baton", "load, ", " segments"),)),
    ("maps", "Instructions, by the number of entries in the memory map", "entries", False,
     (("a load", "load, ", " map entries"),
      ("start to hand-off", "start to hand-off, ", " map entries"))),
)
HEAD = """\
set terminal svg noenhanced size 640,360 background rgb "white"
set output "{out}"
set title "{title}"
set xlabel "{axis}"
set key below
set yrange [{least}:]
{scale}
plot {lines}
"""


def points(figures, start, end):
    """[(x, y), ...] of the figures whose names are start, a number and end."""
    found = []
    for name, value in figures.items():
        middle = name[len(start):len(name) - len(end)]
        if name.startswith(start) and name.endswith(end) and middle.isdigit():
            found.append((int(middle), value))
    return sorted(found)


def draw(folder, figures):
    for name, title, axis, logarithmic, lines in PLOTS:
        drawn = []
        for i, (label, start, end) in enumerate(lines):
            path, values = os.path.join(folder, f"{name}-{i}.dat"), points(figures, start, end)
            if not values:              # its group could not be counted
                continue
            with open(path, "w") as f:
                f.writelines(f"{x} {y}\n" for x, y in values)
            drawn.append(f'"{path}" using 1:2 with linespoints title "{label}"')
        if not drawn:
            continue
        script = HEAD.format(out=os.path.join(folder, f"{name}.svg"), title=title, axis=axis,
                             least="*" if logarithmic else "0",
                             scale="set logscale xy" if logarithmic else "", lines=", ".join(drawn))
        subprocess.run(["gnuplot"], input=script, text=True, check=True)
