"""Lab crash: find what was written into the live tables, then hand a crash over without writing there."""
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
if str(HERE) not in sys.path:
    sys.path.append(str(HERE))

from catalogue import Check, Lab, Part, Trial  # noqa: E402
from hole import FIRST, Function  # noqa: E402

import dumps  # noqa: E402
import evidence  # noqa: E402
import way  # noqa: E402

MAP = f"""
    /* {FIRST} (1). Map each page of [start, end) where the live tables have it,
     * with the same permissions, but not as a global page. README.md, "What they map". */
    (void)space;
    (void)spares;
    (void)start;
    (void)end;
    return false;
"""
MAKE = f"""
    /* {FIRST} (2). Take the pages, make a root, map what the way out needs. Until
     * then a crash is handed over on the live tables. README.md, "Tables of its own". */
    (void)host;
    *root = (uint32_t)live.summary.root;
    return true;
"""

LAB = Lab(
    name="crash",
    title="find who wrote into the live page tables, and leave them alone",
    parts=(Part("kernel/crash/crashtables.c",
                (Function("map_range", MAP), Function("crashtables_make", MAKE)),
                uses=("kernel_end", "live", "permissions_at", "permissions_end", "region")),),
    stop="crashtables_make",
    host=False,
    needs=("spoil/baton.elf",),
    sheet=evidence.WORDS,
    verb="crash",
    debugged=lambda elf, kind: way.machine("crash-debug", elf, kind),
    dump=dumps.write,
    trials=(Trial(("image", "region", "alone", "global", "untouched-legacy", "untouched-pae"), way.out),
            Trial(("damaged",), way.damaged), Trial(("failure",), way.failure),
            Trial(("root", "entry", "value", "maps", "added"), evidence.judged, of_sheet=True)),
    checks=(
        Check("root", 5, "the dump: the root of the live tables", 'README.md, "The dump"'),
        Check("entry", 15, "the dump: which entry was written",
              'README.md, "Which entry"; SDM volume 3, 4.3 and 4.4.2'),
        Check("value", 10, "the dump: its value", 'README.md, "Which entry"; SDM volume 3, tables 4-6 and 4-11'),
        Check("maps", 5, "the dump: what it maps", 'README.md, "Which entry"'),
        Check("added", 5, "the dump: the tables that were added for it", 'README.md, "What else was written"'),
        Check("image", 14, "tables of its own: Baton's image, as the live tables have it",
              'README.md, "What they map"'),
        Check("region", 8, "tables of its own: the region's end", 'README.md, "What they map"'),
        Check("alone", 6, "tables of its own: nothing else", 'README.md, "What they map"'),
        Check("global", 6, "tables of its own: no global page",
              'README.md, "Global pages"; SDM volume 3, 4.10.2.4'),
        Check("untouched-legacy", 7, "a crash on legacy tables, which are the same afterwards",
              'README.md, "In the machine"'),
        Check("untouched-pae", 7, "a crash on PAE tables, which are the same afterwards",
              'README.md, "In the machine"'),
        Check("damaged", 6, "a crash of a kernel that has written over its tables",
              'README.md, "Why tables of its own"'),
        Check("failure", 6, "a pool without enough pages", 'README.md, "When a page is missing"'),
    ))
