"""Who may lie where in a random layout, page by page: usable RAM, files, destinations.

It keeps layouts possible: no two destinations share a byte, none covers memory that is not usable
or a page that may become one of Baton's live tables, and enough pages are left for Baton's needs.
"""
PAGE = 4096
TRIES = 30
TABLES = 48             # pages that the live tables may take, from the top of free memory
NEEDS = 100             # what Baton needs at most besides them, composed pages and its list
LIST_WORDS = 1000       # a list page holds a little more


def pages_of(start, size):
    """The pages that hold bytes of [start, start + size)."""
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
        """A place for a file in free memory, `odd` bytes into a page; None: none was found."""
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
        """Pages that a destination may cover; all files lie where they lie by now."""
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
        """Where to try next if [at, at + size) is not to be had; None: it is."""
        for start, end in self.claims:
            if at < end and start < at + size:
                return end
        run = pages_of(at, size)
        if run.stop > self.pages:
            return self.pages * PAGE
        shut = self.open_pages().rfind(0, run.start, run.stop)
        return None if shut < 0 else (shut + 1) * PAGE

    def claim_from(self, cursor, size, phase):
        """The first place at or above the cursor that is `phase` bytes into its page."""
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
    """How many pages Baton may have to put together: both ends of every segment; all of one that is
    not congruent with its bytes, or shares them with another."""
    count = 2
    for s in layout.segments:
        congruent = (s.paddr - layout.kernel_at - s.offset) % PAGE == 0
        shared = any(o is not s and o.offset < s.offset + s.filesz
                     and s.offset < o.offset + o.filesz for o in layout.segments)
        count += 2 if congruent and not shared else len(pages_of(s.paddr, s.filesz)) + 1
    return count
