/*
 * The line editor: editing, history, completion. Pure: its input is keys, its output characters for
 * any dumb terminal (printable ones, backspace and bell).
 */
#ifndef KERNEL_TERMINAL_EDIT_H
#define KERNEL_TERMINAL_EDIT_H

#include "kernel/terminal/keys.h"
#include "kernel/terminal/words.h"

#define EDIT_HISTORY 16

struct edit_host {
    void (*put)(char c);
    void (*prompt)(const char *prompt); /* prints the prompt, in its colour */
    /* For completion: the n-th word that is possible at line[start], NULL after the last one. */
    const char *(*candidate)(const char *line, uint32_t start, uint32_t n);
};

struct edit {
    const struct edit_host *host;
    const char *prompt;
    uint32_t columns;       /* of the terminal, prompt included; the line scrolls within them */
    char line[WORDS_LINE];  /* NUL-terminated */
    uint32_t length, at;    /* at: the cursor, 0 to length */
    uint32_t first;         /* the first character that is shown */
    uint32_t shown, column; /* characters on the terminal after the prompt, and the cursor there */
    char history[EDIT_HISTORY][WORDS_LINE]; /* a ring */
    uint32_t lines;                         /* number of lines ever added to the history */
    uint32_t looked;        /* how far back in the history the shown line is, 0: it is new */
    char fresh[WORDS_LINE]; /* the new line, while an old one is shown */
};

/* Prints the prompt for a new, empty line. */
void edit_begin(struct edit *edit);

/* true: ENTER was pressed, the line is in edit->line and in the history. */
bool edit_key(struct edit *edit, int key);

#endif
