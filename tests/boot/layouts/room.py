"""The use of each page in a random layout: usable RAM, files, destinations.

It keeps layouts possible: destinations do not overlap, they do not cover unusable memory or a page
that may become one of Baton's live tables, and enough pages are left for Baton.
"""
PAGE = 4096
TRIES = 30
TABLES = 48             # pages that the live tables may take, from the top of free memory
NEEDS = 100             # the maximum for Baton, without them, bounce pages and its list
LIST_WORDS = 1000       # a list page holds a little more


def pages_of(start, size):
    """The pages with bytes of [start, start + size)."""
    return range(start // PAGE, -(-(start + size) // PAGE))


class Room:
    def __init__(self, layout, image_end):
        self.pages = layout.memory // PAGE
        self.usable = bytearray(self.pages)
        for wanted in (True, False):
            for start, end, kind in layout.map:
                if wanted and kind == 1:
                    first, last = -(-start // PAGE), end // PAGE
                    self.usable[first:last] = b"\1" * max(0, last - first)
                elif not wanted and kind != 1:
                    last = min(self.pages, -(-end // PAGE))
                    self.usable[start // PAGE:last] = bytes(max(0, last - start // PAGE))
        # Free for files and for Baton's own pages: not low memory, not Baton's image.
        self.free = bytearray(self.usable)
        self.free[:image_end // PAGE] = bytes(image_end // PAGE)
        self.claims = []                        # destinations: (start, end), bytes
        self.open = None

    # ---- files

    def take(self, dice, size, odd, near=None):
        """A place for a file in free memory, at offset `odd` in a page; None: none was found."""
        for _ in range(TRIES):
            first = dice.randrange(0x100, self.pages)
            if near is not None:
                first = min(self.pages - 1, near // PAGE + dice.randrange(-200, 200))
            run = pages_of(first * PAGE + odd, size)
            if run.stop <= self.pages and all(self.free[run.start:run.stop]):
                self.free[run.start:run.stop] = bytes(len(run))
                return first * PAGE + odd
        return None

    # ---- destinations

    def open_pages(self):
        """Pages that a destination may cover; by now all files have their places."""
        if self.open is None:
            self.open, page = bytearray(self.usable), self.pages
            left = TABLES
            while left and page > 0:
                page -= 1
                if self.free[page]:
                    self.open[page] = 0
                    left -= 1
        return self.open

    def obstacle(self, at, size):
        """If [at, at + size) is not available, where to try next; None: it is available."""
        for start, end in self.claims:
            if at < end and start < at + size:
                return end
        run = pages_of(at, size)
        if run.stop > self.pages:
            return self.pages * PAGE
        shut = self.open_pages().rfind(0, run.start, run.stop)
        return None if shut < 0 else (shut + 1) * PAGE

    def claim_from(self, cursor, size, phase):
        """The first place at or above the cursor with the offset `phase` in its page."""
        while cursor < self.pages * PAGE:
            at = cursor + (phase - cursor) % PAGE
            cursor = self.obstacle(at, size)
            if cursor is None:
                self.claims.append((at, at + size))
                return at
        return None

    def claim_somewhere(self, dice, size, phase):
        for _ in range(TRIES):
            at = dice.randrange(0x100, self.pages) * PAGE + phase
            if self.obstacle(at, size) is None:
                self.claims.append((at, at + size))
                return at
        return None

    # ---- is it possible?

    def enough(self, layout):
        """Is there a place for the initrd if it must move, and are there pages for Baton?"""
        claimed = bytearray(self.pages)
        for start, end in self.claims:
            for page in pages_of(start, end - start):
                claimed[page] = 1
        left = sum(1 for page in range(self.pages) if self.free[page] and not claimed[page])
        left -= TABLES + NEEDS + sum(claimed) * 2 // LIST_WORDS + composed(layout)
        if layout.initrd:
            own = pages_of(layout.initrd_at, len(layout.initrd))
            good = bytearray(a and not b for a, b in zip(self.open_pages(), claimed))
            good[:0x100] = bytes(0x100)
            good[own.start:own.stop] = bytes(len(own))
            if good.find(b"\1" * (len(own) + 1)) < 0:
                return False
            left -= len(own) + 1
        return left > 0


def composed(layout):
    """The maximum number of bounce pages: both ends of every segment; all pages of a segment that
    is not congruent with its bytes, or shares them with another; all pages of a module."""
    count = 2
    for s in layout.segments:
        congruent = (s.paddr - layout.kernel_at - s.offset) % PAGE == 0
        shared = any(o is not s and o.offset < s.offset + s.filesz
                     and s.offset < o.offset + o.filesz for o in layout.segments)
        count += 2 if congruent and not shared else len(pages_of(s.paddr, s.filesz)) + 1
    if layout.initrd_at % PAGE:         # a multiboot module begins with a page
        count += len(pages_of(layout.initrd_at, len(layout.initrd)))
    return count
