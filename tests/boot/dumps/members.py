"""The offsets of the members of Baton's structs, by gdb from the debug information."""
import re
import subprocess

import payloads


def offsets(struct, *members):
    """In bytes from the start of `struct NAME`, of each member; "image.control" is one, too."""
    asked = [word for member in members
             for word in ("-ex", f"print/d (unsigned)&((struct {struct} *)0)->{member}")]
    run = subprocess.run(["gdb", "-nx", "-batch", *asked, payloads.BATON], text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    found = re.findall(r"^\$\d+ = (\d+)$", run.stdout, re.M)
    assert len(found) == len(members), run.stdout + run.stderr
    return [int(each) for each in found]
