/* The table of the commands, with their help texts. */
#include "kernel/shell/commands.h"

#include <stddef.h>

#include "kernel/console/print.h"
#include "kernel/crash/crash.h"
#include "kernel/load/stage.h"

const struct command commands[] = {
    {"help", "[COMMAND|TOPIC]", "shell", "list the commands; help COMMAND says more",
     "for example: help load\n", command_help},
    {"more", "[ROWS|off]", "shell", "wait for a key after so many rows of output",
     "for example: more 50, for a taller terminal; more off, for a script\n", command_more},

    {"modules", "", "payload", "what the boot loader loaded: place, size, command line",
     "load without arguments takes module 1 as the payload and the others\n"
     "as its initrds.\n"
     "for example: modules, then load 3 initrd=4\n",
     command_modules},
    {"load", "[-p] [N] [initrd=N,N] [OPTION=VALUE] [return] [append WORDS]", "payload",
     "stage a module: read it, place it, write the list, check it all",
     "It replaces the loaded image; if it is refused, that image stays.\n"
     "load alone: module 1, and the others, except those of crash=, as\n"
     "its initrds. initrd=2,4: these, in that order; initrd=none: none.\n"
     "append: the payload's command line, up to the end of the line; else\n"
     "the one that the boot loader gave with the module.\n"
     "place=auto moves as few pages as possible, and the kernel runs\n"
     "where it prefers; place=prefer also moves the kernel there;\n"
     "place=all moves every page; place=none as few as possible,\n"
     "wherever the kernel then runs.\n"
     "verify=on compares SHA-256 right before the entry, off never.\n"
     "return: exec calls the payload; when it returns, the shell goes on.\n"
     "type=elf32 takes the module only if it is of that format; type=flat\n"
     "load=ADDRESS entry=ADDRESS copies the whole module to that address.\n"
     "-p stages a capture kernel instead, to be entered after a crash; its\n"
     "SHA-256 is compared unless verify=off.\n"
     "for example: load 1 initrd=2 append console=ttyS0 quiet\n",
     command_load},
    {"unload", "[-p]", "payload", "free every page of the image",
     "-p unloads the capture kernel instead.\n"
     "for example: status, unload, status: the pages are free again\n",
     command_unload},
    {"status", "", "payload", "what is loaded, and how many pages are free",
     "Free pages: the pages of 4 KiB that a load may use. They are above\n"
     "1 MiB, or from 64 to 636 KiB for kernels that map no more at first.\n"
     "for example: status, then load, then status\n",
     command_status},
    {"exec", "[TIMES]", "payload", "check once more, then hand over; there is no way back",
     "Only a payload that was loaded with the word return comes back;\n"
     "TIMES is how often it is called. Each call begins with fresh bytes\n"
     "of its file; after each, live tables and free pages are compared.\n"
     "for example: load, then exec; or: load 1 return, then exec 1000\n",
     command_exec},

    {"crash", "", "payload", "panic on purpose: the capture kernel takes over and dumps Baton",
     "Baton's command line must keep memory for it: crashkernel=64M.\n"
     "for example: load -p, then crash\n",
     command_crash},

    {"plan", "", "hand-off", "what will happen to memory: segments, moves, zeros, cycles",
     "Each line is a range: destination, size, source, in order.\n"
     "for example: load place=all, then plan\n",
     command_plan},
    {"list", "[PAGE]", "hand-off", "the indirection list, decoded",
     "Runs of words are folded; with a list page's number, word by word.\n"
     "for example: list, then list 1\n",
     command_list},
    {"check", "", "hand-off", "repeat the dry run, with its result for each invariant",
     "for example: load, list, poke a word of the list, check\n", command_check},
    {"trampoline", "", "hand-off", "the control code page: its parts and parameters",
     "for example: load, then trampoline\n", command_trampoline},

    {"mem", "", "memory", "who owns which memory, as a table and as a bar drawn to scale",
     "The bar ends at the end of RAM below 4 GiB; a dot is all free.\n"
     "for example: mem, then load, then mem\n",
     command_mem},
    {"tables", "[live|new|entry|pages]", "memory",
     "the present entries of the page tables; runs are folded",
     "live: Baton runs on these; new: the trampoline will run on these;\n"
     "entry: a payload in long mode is entered on these; pages: a list of\n"
     "the new pages alone, as a hypervisor has to know them.\n"
     "Columns: level and indices, va, pa, size, flags.\n"
     "for example: tables, or after load: tables new\n",
     command_tables},
    {"walk", "ADDRESS [live|new|entry]", "memory", "translate an address, level by level",
     "for example: walk 0xc0100000, or after load: walk 0xc0100000 new\n", command_walk},
    {"peek", "ADDRESS [BYTES] [physical] [!]", "memory", "show bytes of memory",
     "Default: 64 bytes at a virtual address. What cannot be read, or is\n"
     "not RAM, is refused; with ! it is done anyway.\n"
     "for example: peek 0xb8000 32 physical !\n",
     command_peek},
    {"poke", "ADDRESS BYTE... [physical] [!]", "memory", "write bytes of memory",
     "What would harm Baton, or is not RAM, is refused; with ! it is done\n"
     "anyway.\n"
     "for example: poke 0x200000 0xde 0xad physical\n",
     command_poke},

    {"regs", "", "machine", "control registers, flags and descriptor tables, by name",
     "CR3 is the root in the output of tables live.\nfor example: regs\n", command_regs},
    {"fault", "[KIND]", "machine", "raise an exception on purpose; alone: list the kinds",
     "The kernel stops as for a real one.\nfor example: fault divide\n", command_fault},
    {"pci", "", "machine", "the PCI devices, and which of them may write to memory",
     "A bus master may write to memory at any time. exec stops all of them\n"
     "but bridges, displays and IOMMUs, unless quiesce=none.\n"
     "for example: pci, then load and exec\n",
     command_pci},
    {"timers", "", "machine", "the timers, and whether their interrupts are on",
     "They stay as they are: the next kernel gets what the firmware or a\n"
     "user has set, an alarm for example. Only the PIC is masked.\n"
     "for example: timers\n",
     command_timers},
    {"reboot", "", "machine", "reset the machine", "for example: reboot\n", command_reboot},
    {"poweroff", "", "machine", "switch the machine off, through ACPI", "for example: poweroff\n",
     command_poweroff},
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

struct stage *command_image(void)
{
    struct stage *stage = stage_loaded();

    if (!stage)
        report("refused", "nothing is loaded; load does that");
    return stage;
}

struct stage *command_capture(void)
{
    struct stage *stage = crash_loaded();

    if (!stage)
        report("refused", "no capture kernel is loaded; load -p does that, or crash= at boot");
    return stage;
}

bool command_takes(const struct words *words, uint32_t most)
{
    if (words->count <= most + 1)
        return true;
    command_usage(words, "there are too many words");
    return false;
}
