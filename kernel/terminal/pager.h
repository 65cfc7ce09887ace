/* Long output stops at the end of a screen and waits for a key. */
#ifndef KERNEL_TERMINAL_PAGER_H
#define KERNEL_TERMINAL_PAGER_H

#include <stdbool.h>
#include <stdint.h>

/* Rows to print between two stops; 0: never stop. At first there are 23. */
extern uint32_t pager_rows;

/* Between begin and end the printed rows are counted; q mutes the rest of the output. */
void pager_begin(void);
void pager_end(void);

/* The user has pressed q: a command may end early. */
bool pager_stopped(void);

#endif
