/* The commands, as help tells of them. */
#include "kernel/shell/commands.h"

#include <stddef.h>

#include "kernel/print.h"

const struct command commands[] = {
    {"help", "[COMMAND|TOPIC]", "the shell", "what there is; help COMMAND says more",
     "for example: help load\n", command_help},
    {"more", "[ROWS|off]", "the shell", "after how many rows long output waits for a key",
     "for example: more 50, for a taller terminal; more off, for a script\n", command_more},

    {"modules", "", "payload", "what the boot loader loaded: place, size, command line",
     "the first module is the payload that load takes, the second its initrd\n", command_modules},
    {"load", "[-p] [N] [initrd=N|none] [place=auto|all|none] [append WORDS]", "payload",
     "stage a module: read, place, list, check; what was loaded before goes when this succeeds",
     "load alone takes module 1, and module 2 as its initrd, as Baton does without the shell.\n"
     "append is the payload's command line, to the end of the line; else it is the module's own.\n"
     "place=all moves every page, place=none as few as possible.\n"
     "-p stages a capture kernel instead, for the case of a crash.\n"
     "for example: load 1 initrd=2 place=none append console=ttyS0 quiet\n",
     command_load},
    {"unload", "", "payload", "give every page of the image back", "", command_unload},
    {"status", "", "payload", "what is loaded, and how many pages are free", "", command_status},
    {"exec", "", "payload", "check once more, then hand the machine over; there is no way back",
     "for example: load, then exec\n", command_exec},

    {"crash", "", "payload", "die on purpose: the capture kernel takes over and dumps this one",
     "load -p first, with memory kept by crashkernel=64M on Baton's command line\n", command_crash},

    {"plan", "", "the hand-off", "what will happen to memory: segments, moves, zeros, cycles",
     "each line a range: where it goes, how much, where it comes from\n", command_plan},
    {"list", "[PAGE]", "the hand-off", "the indirection list, decoded",
     "without a number: runs of words folded. list 2 shows page 2 word by word.\n", command_list},
    {"check", "", "the hand-off", "the dry run again, with what it finds of each invariant",
     "try it after a poke into the list, the tables or the control page\n", command_check},
    {"trampoline", "", "the hand-off", "the control code page: its parts, and what it is told", "",
     command_trampoline},

    {"mem", "", "memory", "who has which memory, as a table and as a bar drawn to scale", "",
     command_mem},
    {"tables", "[live|new]", "memory", "page tables, as far as they are present; runs are folded",
     "live: what Baton runs on. new: what the trampoline will run on, once something is loaded.\n",
     command_tables},
    {"walk", "ADDRESS [live|new]", "memory", "where an address leads, level by level",
     "for example: walk 0xc0100000, or after load: walk 0xc0100000 new\n", command_walk},
    {"peek", "ADDRESS [BYTES] [physical] [!]", "memory", "show bytes of memory",
     "the address is virtual, or physical where that word stands. What cannot be read, or is no\n"
     "RAM, is refused; ! reads it all the same, and may end in an exception.\n"
     "for example: peek 0xb8000 32 physical !\n",
     command_peek},
    {"poke", "ADDRESS BYTE... [physical] [!]", "memory", "write bytes of memory",
     "Baton itself, its live tables and what is no RAM are refused, unless ! stands at the end.\n"
     "for example: poke 0x200000 0xde 0xad physical\n",
     command_poke},

    {"regs", "", "the machine", "control registers, flags and descriptor tables, by name", "",
     command_regs},
    {"fault", "[KIND]", "the machine", "raise an exception on purpose; alone: which there are",
     "the kernel stops as it would for a real one. For example: fault divide\n", command_fault},
    {"reboot", "", "the machine", "reset the machine", "", command_reboot},
    {"poweroff", "", "the machine", "switch the machine off, through ACPI", "", command_poweroff},
};

const uint32_t command_count = sizeof(commands) / sizeof(*commands);

const struct command *command_named(const char *name)
{
    for (uint32_t i = 0; i < command_count; i++)
        if (words_equal(commands[i].name, name))
            return &commands[i];
    return NULL;
}

void command_usage(const struct words *words, const char *wrong)
{
    const struct command *c = command_named(words->word[0]);

    report("refused", "%s; usage: %s%s%s", wrong, c->name, *c->arguments ? " " : "", c->arguments);
}

bool command_takes(const struct words *words, uint32_t most)
{
    if (words->count <= most + 1)
        return true;
    command_usage(words, "there are too many words");
    return false;
}
