"""ended(pid): has this process come to its end?"""
import time
from pathlib import Path

SECONDS = 30


def ended(pid):
    """Waits until the process has ended; False if it still runs after 30 s. A process whose parent
    has ended is a zombie until process 1 has read its status, and in a container that may be never:
    a zombie has ended."""
    limit = time.monotonic() + SECONDS
    while time.monotonic() < limit:
        try:
            # The state comes after the name, which is in parentheses and may contain some itself.
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state in "ZX":
            return True
        time.sleep(0.02)
    return False
