/*
 * What a reader of crash dumps looks for before it reads anything, where Baton has it or can say
 * that it has it not. crash (crash-utility) wants the symbol _stext, which linker.ld has, and, even
 * with --minimal, a type of this name in the debug information: [crash: gdb_interface.c,
 * gdb_session_init]
 */
struct task_struct {
    char baton_has_no_tasks;
};

/* An object of it, or else no compiler describes the type. Nothing reads it. */
extern const struct task_struct readers_no_tasks;
const struct task_struct readers_no_tasks = {0};
