/* The edited line and its display: for edit.c and complete.c alone. */
#ifndef KERNEL_TERMINAL_LINE_H
#define KERNEL_TERMINAL_LINE_H

#include "kernel/terminal/edit.h"

#define BELL '\a'

uint32_t line_length(const char *text);
void line_copy(char *to, const char *from);

/* Shows the line from character `from` on; the part before it is already on the terminal. */
void line_show(struct edit *e, uint32_t from);

/* Removes the characters [from, to); the cursor is then at `from`. */
void line_cut(struct edit *e, uint32_t from, uint32_t to);

/* Inserts c at the cursor; the bell rings if the line is full. */
void line_insert(struct edit *e, char c);

/* Moves the cursor to character `at`. */
void line_move(struct edit *e, uint32_t at);

/* Another line takes the place of this one; the cursor is at its end. */
void line_replace(struct edit *e, const char *line);

/* complete.c: completes the word at the cursor, or lists what it could be. */
void line_complete(struct edit *e);

#endif
