"""Wrong answers to lab fault."""
from answers import Wrong, change, for_lab

TOLD = "before-cr3 after-cr3 physical unpaged list entry"
AT_PHYSICAL = "physical unpaged list entry"
SELECTOR = "        gate[2 * vector] = (CONTROL_FAULT_TR + 8 * vector) << 16;\n"
KIND = "        gate[2 * vector + 1] = GATE_TASK_HIGH;\n"
VECTORS = "    for (uint32_t vector = 0; vector < CONTROL_VECTORS; vector++) {\n"
CODE = "    describe(gdt, CONTROL_CS, DESCRIPTOR_FLAT_LOW, DESCRIPTOR_CODE_HIGH);\n"
OWN = "    describe_tss(gdt, CONTROL_TR, base + CONTROL_TSS);\n"
EACH = "        describe_tss(gdt, CONTROL_FAULT_TR + 8 * vector, base + tss);\n"
ALWAYS_KERNEL = EACH.replace("base + tss", "base + CONTROL_FAULT_TSS_VA")
STACK = "        .esp = base + CONTROL_FAULT_STACK_TOP,\n"
FLAGS = "        .eflags = EFLAGS_FIXED,\n"
ENTRY = "        .eip = base + CONTROL_FAULT,\n"
ROOT = "        .cr3 = root,\n"
PAGE = "        .ebp = base,\n"
IO_MAP = "        .io_map = TSS_SIZE,\n    };\n"


def wrong(name, changes, lost, found="", boots=""):
    return Wrong("fault", name, changes, lost, found, boots)


ANSWERS = (
    wrong("interrupt gates", change(KIND, KIND.replace("TASK", "INTERRUPT")), f"gates {TOLD}",
          "gate 0: present, DPL, type 0x0000008e"),
    wrong("one selector for all vectors", change(SELECTOR, SELECTOR.replace(" + 8 * vector", "")),
          "gates before-cr3 after-cr3 unpaged list entry", "gate 1: selector", "unpaged physical"),
    wrong("the selectors count by one", change(SELECTOR, SELECTOR.replace("8 * vector", "vector")),
          "gates before-cr3 after-cr3 unpaged list entry"),
    wrong("the last vector is forgotten", change(VECTORS + SELECTOR, VECTORS.replace(
        "<", "+ 1 <") + SELECTOR), "gates", "gate 31"),
    wrong("the segments change places", change(CODE, CODE.replace("CODE", "DATA")),
          f"segments {TOLD}", "selector 0x10: type"),
    wrong("the own task has the fault task's TSS", change(OWN, OWN.replace("CONTROL_TSS", "tss")),
          f"kernel-gdt physical-gdt {TOLD}", "selector 0x20: base"),
    wrong("a TSS without the page's address", change(EACH, EACH.replace("base + ", "")),
          f"kernel-gdt physical-gdt {TOLD}", "selector 0x28: base", "before-cr3"),
    wrong("the TSS of the kernel address at both", change(EACH, ALWAYS_KERNEL),
          f"physical-gdt {AT_PHYSICAL}", "selector 0x28: base"),
    wrong("the stack is forgotten", change(STACK, ""), f"task {TOLD}", "ESP"),
    wrong("the flags are 0", change(FLAGS, FLAGS.replace("EFLAGS_FIXED", "0")), "task", "EFLAGS"),
    wrong("the entry is the page's first byte", change(ENTRY, ENTRY.replace(" + CONTROL_FAULT", "")),
          f"task {TOLD}", "EIP"),
    wrong("CR3 is forgotten", change(ROOT, "        .cr3 = 0 & root,\n"),
          "task after-cr3 physical", "CR3", "after-cr3 list"),
    wrong("EBP is forgotten", change(PAGE, ""), f"task {TOLD}", "EBP"),
    wrong("an I/O map in the TSS", change(IO_MAP, IO_MAP.replace("TSS_SIZE", "0")), "task", "io_map"),
)

globals().update(for_lab("fault", ANSWERS))
