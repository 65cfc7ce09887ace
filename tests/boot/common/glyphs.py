"""The text of a picture of Baton's screen: cells of pixels, read back with Baton's own font.

A picture is a PPM file (P6), as QMP's screendump writes it. Of each cell, what is not black is ink. The
size of the cells follows from the size of the screen, as in kernel/console/pixels.c.
"""
import os
import re
from dataclasses import dataclass

from machine import ROOT

WIDTH, HEIGHT = 8, 16       # a cell, in pixels of the font
ABOVE, LINES = 2, 12        # empty lines of a cell, then the lines that the font has
COLUMNS, ROWS = 80, 25      # cells at least
COLUMNS_MAX, ROWS_MAX, SCALE_MAX = 160, 64, 8
CURSOR = (13, 14)           # the lines of a cell that are the cursor
UNKNOWN = "\N{REPLACEMENT CHARACTER}"


def font():
    """{the cell's lines, as numbers: character}"""
    with open(os.path.join(ROOT, "kernel", "console", "font.txt")) as f:
        rows = [line.split() for line in f if line.strip() and not line.startswith(";")]
    glyphs = {}
    for code in range(0x20, 0x7f):
        band, at = divmod(code - 0x20, 8)
        lines = [rows[band * LINES + i][at] for i in range(LINES)]
        bits = [int(line.translate({ord("."): "0", ord("#"): "1"}), 2) for line in lines]
        cell = (0,) * ABOVE + tuple(bits) + (0,) * (HEIGHT - ABOVE - LINES)
        assert cell not in glyphs, f"{chr(code)} looks like {glyphs[cell]}"
        glyphs[cell] = chr(code)
    return glyphs


class NoText(ValueError):
    """The picture does not consist of cells, or is not complete yet."""


@dataclass
class Picture:
    width: int
    height: int
    pixels: bytes               # three for each pixel: red, green, blue

    def scale(self):
        return min(self.width // (COLUMNS * WIDTH), self.height // (ROWS * HEIGHT), SCALE_MAX)

    def columns(self):
        return min(self.width // (WIDTH * self.scale()), COLUMNS_MAX)

    def rows(self):
        return min(self.height // (HEIGHT * self.scale()), ROWS_MAX)

    def cell(self, row, column):
        """(the cell's lines as numbers, the set of its colours). Every pixel counts: each of those
        that one of the font's becomes must be the same, else this is no text."""
        size, lines, colours = self.scale(), [], set()
        for y in range(HEIGHT * size):
            top = row * HEIGHT * size + y
            at = 3 * (top * self.width + column * WIDTH * size)
            line = self.pixels[at:at + 3 * WIDTH * size]
            points = [line[i:i + 3] for i in range(0, len(line), 3)]
            colours.update(points)
            wide = "".join("1" if any(point) else "0" for point in points)
            narrow = wide[::size]
            if wide != "".join(bit * size for bit in narrow):
                raise NoText(f"cell {row}, {column}")
            lines.append(int(narrow, 2))
        if lines != [line for line in lines[::size] for _ in range(size)]:
            raise NoText(f"cell {row}, {column}")
        return tuple(lines[::size]), colours

    def white(self, y, pixels):
        """Which of the first pixels of a line are white."""
        at = 3 * y * self.width
        return [min(self.pixels[at + 3 * x:at + 3 * x + 3]) >= 0xf8 for x in range(pixels)]

    def inks(self, row, columns):
        """The colours of the first characters of a row, each once."""
        found = set().union(*(self.cell(row, column)[1] for column in range(columns)))
        return [tuple(colour) for colour in sorted(found) if any(colour)]

    def text(self):
        """(the rows as text, without blanks at their ends; the cursor's (row, column), or None)"""
        known, rows, cursor = font(), [], None
        seen = {}
        for row in range(self.rows()):
            line = ""
            for column in range(self.columns()):
                cell = self._bits(row, column)
                if cell not in seen:
                    seen[cell] = self.cell(row, column)[0]
                lines = seen[cell]
                if all(lines[i] == 0xff for i in CURSOR):
                    if cursor:
                        raise NoText(f"two cursors: {cursor} and {(row, column)}")
                    cursor = row, column
                    lines = tuple(0 if i in CURSOR else v for i, v in enumerate(lines))
                    # what the cursor covers of a tail is not known
                    found = {c for cell, c in known.items()
                             if all(a == b for i, (a, b) in enumerate(zip(cell, lines))
                                    if i not in CURSOR)}
                    line += min(found) if found else UNKNOWN
                else:
                    line += known.get(lines, UNKNOWN)
            rows.append(line.rstrip())
        return rows, cursor

    def _bits(self, row, column):
        size = self.scale()
        return b"".join(
            self.pixels[at:at + 3 * WIDTH * size]
            for y in range(row * HEIGHT * size, (row + 1) * HEIGHT * size)
            for at in (3 * (y * self.width + column * WIDTH * size),))


def read(path):
    with open(path, "rb") as f:
        data = f.read()
    width, height, most = map(int, re.match(rb"P6\s+(\d+)\s+(\d+)\s+(\d+)\s", data).groups())
    pixels = data[-3 * width * height:]
    assert most == 255 and len(pixels) == 3 * width * height, path
    return Picture(width, height, pixels)


def of(qmp):
    """The screen as it is now."""
    path = os.path.join(qmp.folder, "screen.ppm")
    qmp.command("screendump", filename=path)
    picture = read(path)
    os.remove(path)
    return picture
