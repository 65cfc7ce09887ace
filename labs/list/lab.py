"""Lab list: the order of the moves, so that no page is overwritten before it is read."""
import boots
from catalogue import Check, Lab, Part, Trial
from hole import FIRST, Function

PATHS = f"""
    /* {FIRST} (2). From the end of a path to its start; done gets what is written.
     * README.md, "Paths". */
    (void)moves;
    (void)sink;
    (void)done;
    (void)dest;
    (void)size;
    return BATON_E_CHECK;
"""
CYCLE = f"""
    /* {FIRST} (3). Save one page, go round, restore it. README.md, "Cycles". */
    (void)moves;
    (void)sink;
    (void)done;
    (void)first;
    return BATON_E_CHECK;
"""
ENDS = f"""
    /* {FIRST} (1). Find the pages of this run that nobody reads; each of them is the
     * end of a path. README.md, "The ends of paths". */
    (void)moves;
    (void)sink;
    (void)done;
    (void)run;
    return 0;
"""


def boot(elf, payload):
    """A payload that overlaps its own source."""
    path, entry = boots.judge(payload)
    result, finding = boots.hand_over(boots.machine(f"list-{payload}", elf, "pae", path), entry,
                                      arrived=lambda d: boots.same_memory(d, path))
    return {f"boot-{payload}": boots.judged(result, finding, f"the payload judge-{payload}")}


LAB = Lab(
    name="list",
    title="order the moves, so that nothing is overwritten before it is read",
    parts=(Part("relocate/image/moves.c", (
        Function("emit_paths", PATHS), Function("emit_cycle", CYCLE), Function("emit_ends", ENDS))),),
    stop="moves_order",
    trials=(Trial(("boot-span",), lambda elf: boot(elf, "span")),
            Trial(("boot-shuffle",), lambda elf: boot(elf, "shuffle"))),
    checks=(
        Check("apart", 10, "runs that do not overlap", 'README.md, "The ends of paths"'),
        Check("up", 10, "a run that moves up, over itself", 'README.md, "Paths"'),
        Check("down", 10, "a run that moves down, over itself", 'README.md, "Paths"'),
        Check("paths", 15, "paths through several runs", 'README.md, "Paths"'),
        Check("circles", 15, "cycles", 'README.md, "Cycles"'),
        Check("mixed", 10, "cycles beside paths", 'README.md, "Cycles"'),
        Check("random", 15, "3,000 random layouts", 'README.md, "Paths" and "Cycles"'),
        Check("cost", 5, "no copy that could be spared", 'README.md, "What it may cost"'),
        Check("errors", 4, "an error of the sink ends the ordering", 'README.md, "Errors"'),
        Check("boot-span", 3, "Baton moves a payload over its own source",
              'README.md, "In the machine"'),
        Check("boot-shuffle", 3, "the same, in 56 pieces in a random order",
              'README.md, "In the machine"'),
    ))
