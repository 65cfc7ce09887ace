/* The shell's commands: the table (commands.c) and its functions, by file. */
#ifndef KERNEL_SHELL_COMMANDS_H
#define KERNEL_SHELL_COMMANDS_H

#include "kernel/terminal/words.h"

struct stage;

struct command {
    const char *name;
    const char *arguments; /* "ADDRESS [live|new]", "" */
    const char *topic;     /* help lists commands by it */
    const char *summary;   /* one line */
    const char *text;      /* `help NAME`: more, with an example; lines end in \n */
    void (*run)(const struct words *words);
};

extern const struct command commands[];
extern const uint32_t command_count;

const struct command *command_named(const char *name);

/* Prints one line: what is wrong with the words, and how the command is used. */
void command_usage(const struct words *words, const char *wrong);

/* false: there are more than `most` words after the command; that is then reported. */
bool command_takes(const struct words *words, uint32_t most);

/* The loaded image; NULL: nothing is loaded, and that is reported. */
struct stage *command_image(void);

/* The loaded capture kernel; NULL: there is none, and that is reported. */
struct stage *command_capture(void);

/* help.c */
void command_help(const struct words *words);
/* cmd_payload.c */
void command_modules(const struct words *words);
void command_load(const struct words *words);
void command_unload(const struct words *words);
void command_status(const struct words *words);
void command_exec(const struct words *words);
/* cmd_list.c */
void command_plan(const struct words *words);
void command_list(const struct words *words);
/* cmd_check.c */
void command_check(const struct words *words);
/* cmd_mem.c */
void command_mem(const struct words *words);
/* cmd_peek.c */
void command_peek(const struct words *words);
void command_poke(const struct words *words);
/* cmd_tables.c */
void command_tables(const struct words *words);
/* cmd_walk.c */
void command_walk(const struct words *words);
/* cmd_machine.c */
void command_regs(const struct words *words);
void command_more(const struct words *words);
void command_reboot(const struct words *words);
void command_poweroff(const struct words *words);
/* cmd_pci.c */
void command_pci(const struct words *words);
/* cmd_timers.c */
void command_timers(const struct words *words);
/* cmd_trampoline.c */
void command_trampoline(const struct words *words);
/* cmd_fault.c */
void command_fault(const struct words *words);
/* Raises the kind of fault that `text` names, up to a blank; stops if there is no such kind. */
void fault_raise(const char *text) __attribute__((noreturn));
/* cmd_crash.c */
void command_crash(const struct words *words);

#endif
