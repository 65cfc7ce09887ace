"""Wrong answers to lab tables, and a machine without Bochs."""
import pytest
import strict
from answers import Wrong, change, for_lab

ALL = ("legacy-kernel legacy-physical pae-kernel pae-physical entries count alone fault-tables failure "
       "boot-legacy boot-pae strict")
BITS = "const uint64_t bits = PTE_PRESENT | PTE_WRITE;"
FIRST = "        if (pt_map(space, &spares, last, va, image->control, bits) == PT_OK)\n            return 0;\n"
TAKE = "        if (error)\n            return error;\n        tables[*count] = fresh;\n"
AGAIN = ("        (void)pt_map(space, &spares, last, va, image->control, bits);\n"
         "        ++*count;\n")
SECOND = ("    if (!error)\n        error = map_one(payload, image, &space, image->tables, "
          "&image->table_count, image->control);\n")
LAST = "    return error || image->kind == BATON_TABLES_LEGACY ? error : fault_tables_build(payload, image);\n"
PDPT = """    if (!error && image->kind == BATON_TABLES_PAE)
        for (unsigned i = 0; i < 4; i++) {
            uint64_t *entry =
                (uint64_t *)image->host->map(image->host->ctx, BATON_WINDOW_TABLE, space.root) + i;

            if (*entry & PTE_PRESENT)
                *entry |= PTE_WRITE;
        }
"""


def wrong(name, changes, lost, found="", boots=""):
    return Wrong("tables", name, changes, lost, found, boots)


ANSWERS = (
    wrong("each address leads to itself", ((FIRST, FIRST.replace("image->control", "va")),
                                           (AGAIN, AGAIN.replace("image->control", "va"))), "legacy-kernel pae-kernel count alone boot-legacy boot-pae strict"),
    wrong("the template instead of its copy",
          ((FIRST, FIRST.replace("image->control", "image->host->trampoline_pa")),
           (AGAIN, AGAIN.replace("image->control", "image->host->trampoline_pa"))), "legacy-kernel legacy-physical pae-kernel pae-physical count alone fault-tables boot-legacy boot-pae strict"),
    wrong("the physical address forgotten", change(SECOND, ""), "legacy-physical pae-physical count alone boot-legacy boot-pae strict"),
    wrong("the physical address of the template", change(
        SECOND, SECOND.replace("image->control", "image->host->trampoline_pa")), "legacy-physical pae-physical count alone boot-legacy boot-pae strict"),
    wrong("global entries", change(BITS, BITS.replace(";", " | PTE_GLOBAL;")), "entries", "global at 0x"),
    wrong("the writable bit in the entries of a PDPT", change(LAST, PDPT + LAST), "entries strict",
          "strict: .*before CR3.*general protection", "strict"),
    wrong("read-only entries", change(BITS, BITS.replace(" | PTE_WRITE", "")), "entries boot-legacy boot-pae strict", "read-only at 0x"),
    wrong("entries for user mode", change(BITS, BITS.replace(";", " | PTE_USER;")), "entries"),
    wrong("the tables are not counted", change("        ++*count;\n", ""), "count"),
    wrong("the root is not noted", change("    image->tables[0] = space.root;\n", ""), ALL),
    wrong("a page is taken before it is known to be missing",
          ((FIRST, ""), (AGAIN, AGAIN.replace("(void)pt_map", "int done = pt_map") +
                         "        if (done == PT_OK)\n            return 0;\n")), "count"),
    wrong("the fault task's tables forgotten", change(LAST, "    return error;\n"), "fault-tables boot-pae strict"),
    wrong("an error is taken for success", change(TAKE, TAKE.replace("return error", "return 0")), "failure"),
)

globals().update(for_lab("tables", ANSWERS))


@pytest.mark.quick
def test_without_bochs_the_packages_are_named(monkeypatch):
    monkeypatch.setitem(strict.NEEDED, "no-such-bochs", "bochs-of-tomorrow")
    finding = strict.hand_over("tables", "none", "pae", "none", "a hand-off")
    assert finding.found == "it is not installed; install it: sudo apt-get install bochs-of-tomorrow"
