"""Wrong answers to lab trampoline."""
from answers import Wrong, change, for_lab

JUMP = "        leal    AT(.Lidentity)(%esi), %eax\n        jmp     *%eax\n"
STACK = "        leal    CONTROL_STACK_TOP(%ebp), %esp\n        STEP(5)\n"
SWITCH = ("        /* The next instruction comes from the same address in the new tables. */\n"
          "        movl    %edi, %cr3\n")
CR0 = "        movl    $CR0_PE | CR0_ET, %eax\n"
COPY = "        call    .Lcopy_page\n"
SHORT = "        movl    $PAGE_DWORDS - 1, %ecx\n        rep movsl\n"
ZERO = "        testb   $LIST_ZERO, %al\n        jz      .Lnot_zero\n"
NEXT_PAGE = "        leal    -LIST_INDIRECTION(%eax), %esi\n"
LIST = "        leal    PARAM(LIST)(%ebp), %esi\n"


def wrong(name, changes, lost, found="", boots=""):
    return Wrong("trampoline", name, changes, lost, found, boots)


def instead(code):
    """Code in the place of the switch."""
    return change(SWITCH, code)


ANSWERS = (
    wrong("global pages stay on", change("        andl    $~CR4_PGE, %eax\n", ""), "pge"),
    wrong("CR4 on a CPU that has none", change(
        "        testb   $MACHINE_HAS_CR4, PARAM(MACHINE)(%ebp)\n        jz      .Lswitch\n", ""), "old"),
    wrong("CR3 gets the control page", change(SWITCH, SWITCH.replace("edi", "esi")), "old switch jump tables unpaged copy zero shuffle verdict fault"),
    wrong("CR3 is not written", change(SWITCH, ""), "pge old switch jump tables unpaged copy zero shuffle verdict fault"),
    wrong("no jump to the physical address", change(JUMP, ""), "jump unpaged copy zero shuffle verdict fault"),
    wrong("the switch after the time stamp", ((SWITCH, ""), (JUMP, JUMP.replace("jmp ", "movl    %edi, %cr3\n"
                                                                       "        jmp ") )), "verdict"),
    wrong("the stack stays at the kernel address", change(STACK, "        STEP(5)\n"), "tables copy zero shuffle verdict"),
    wrong("the GDT stays at the kernel address", change("        lgdt    PARAM(GDTR_PA)(%ebp)\n", ""), "tables copy zero shuffle verdict"),
    wrong("the IDT stays at the kernel address", change("        lidt    PARAM(IDTR_PA)(%ebp)\n", ""), "tables verdict"),
    wrong("ebp stays at the kernel address", change("        movl    %esi, %ebp\n", ""), "tables copy zero shuffle verdict"),
    wrong("the rest of CR0 is kept", change(CR0, "        movl    %cr0, %eax\n"
                                                 "        andl    $0x7fffffff, %eax\n"), "unpaged verdict"),
    wrong("1023 words of each page", change(COPY, SHORT), "copy zero shuffle verdict"),
    wrong("zeros forgotten", change(ZERO, "        jmp     .Lnot_zero\n"), "copy zero verdict", "a fault in the hand-off"),
    wrong("the next page of the list is ignored", change(NEXT_PAGE, ""), "copy zero shuffle verdict"),
    wrong("an endless loop", change(LIST, "1:      jmp     1b\n"), "copy zero shuffle verdict", "no end: stopped after"),
    wrong("output without an end", change(LIST, "1:      movl    $'x', %eax\n        call    .Lputc\n"
                                                "        jmp     1b\n"), "copy zero shuffle verdict", "output without an end"),
    wrong("a triple fault", instead("        pushl   $0\n        pushl   $0\n        lidt    (%esp)\n"
                                    "        ud2\n"), "pge old switch jump tables unpaged copy zero shuffle verdict fault", "a triple fault, after step 3"),
    wrong("the exit port is written", instead("        movl    $0xf4, %edx\n        movb    $0x20, %al\n"
                                              "        outb    %al, %dx\n"), "pge old switch jump tables unpaged copy zero shuffle verdict fault",
          "the exit port was written before the payload was entered"),
    wrong("a wild store", instead("        movl    %eax, 0x7000\n"), "pge old switch jump tables unpaged copy zero shuffle verdict fault", "fault in the hand-off",
          "copy"),
)

globals().update(for_lab("trampoline", ANSWERS))
