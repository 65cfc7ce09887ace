"""What each page of the machine is used for when the hand-off begins: [start, end, role, name].

Everything is read from the machine: the boot loader's map and modules, Baton's own file, tables by
walking them, the list by reading it. Pages that the load has written, and that are none of these,
are its other pages (what the payload reads at its entry, pages put together, the ledger).
"""
import entries
import indirection
from definitions import PAGE

NAMES = {"firmware": "not RAM, or the firmware's", "free": "free", "kernel": "the old kernel",
         "template": "the trampoline's page in the old kernel", "file": "the payload's file",
         "module": "another file", "live": "the live page tables",
         "added": "a page table that the naive way has added to them", "new": "the new page tables",
         "fault": "page tables for a fault's report", "control": "the control code page",
         "list": "the indirection list", "digest": "the digest page",
         "prepared": "other pages that the load has prepared"}


class Roles:
    def __init__(self, size):
        self.role = ["firmware"] * (size // PAGE)

    def put(self, start, end, role, over=None):
        """The pages that the bytes [start, end) touch; `over`: only those that have this role."""
        for page in range(start // PAGE, min((end + PAGE - 1) // PAGE, len(self.role))):
            if over is None or self.role[page] == over:
                self.role[page] = role

    def pages(self, pages, role, over=None):
        for page in pages:
            self.put(page, page + PAGE, role, over)

    def usable(self, memory_map):
        for start, end, is_usable in memory_map:
            if is_usable:
                self.put(-(-start // PAGE) * PAGE, end // PAGE * PAGE, "free")

    def ranges(self):
        found = []
        for i, role in enumerate(self.role):
            if found and found[-1][2] == role:
                found[-1][1] += PAGE
            else:
                found.append([i * PAGE, (i + 1) * PAGE, role])
        return found


def read(recorder, prepared, live, live_now):
    """The roles right before the trampoline. prepared: pages that the load has written; live and
    live_now: those of the live tables before the load, and now."""
    guest, elf, roles = recorder.guest, recorder.elf, Roles(len(recorder.guest.ram))
    roles.usable(recorder.map)
    for segment in elf.segments:
        roles.put(segment.paddr, segment.paddr + segment.memsz, "kernel")
    roles.pages(prepared, "prepared", over="free")
    for i, (start, end) in enumerate(recorder.files):
        roles.put(start, end, "module" if i else "file")
    roles.pages(live_now, "added")
    roles.pages(live, "live")
    roles.pages(entries.pages(entries.snapshot(guest.ram, recorder.new, recorder.pae)), "new")
    uses = indirection.control_uses(guest, recorder.control)
    if uses["fault"] not in (0, recorder.new):
        roles.pages(entries.pages(entries.snapshot(guest.ram, uses["fault"], False)), "fault")
    if uses["digest"]:
        roles.pages([uses["digest"] & -PAGE], "digest")
    roles.pages(indirection.list_pages(recorder.words), "list")
    roles.pages([recorder.control], "control")
    at = next(s for s in elf.segments if s.vaddr <= recorder.template < s.vaddr + s.memsz)
    roles.pages([recorder.template - at.vaddr + at.paddr], "template")
    return roles
