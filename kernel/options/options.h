/* Baton's own command line: words, and words with values. */
#ifndef KERNEL_OPTIONS_OPTIONS_H
#define KERNEL_OPTIONS_OPTIONS_H

#include "baton.h"

enum option_paging { PAGING_AUTO, PAGING_PAE, PAGING_LEGACY };
enum option_verify { VERIFY_USUAL, VERIFY_ON, VERIFY_OFF }; /* usual: a capture kernel's alone */
enum option_fault { FAULT_HALT, FAULT_RESET };
enum option_watchdog { WATCHDOG_NONE, WATCHDOG_IB700 };
enum option_trace { TRACE_NONE, TRACE_COM, TRACE_PORT }; /* struct baton_machine's numbers */

/* Modules by their numbers, from 1, in order: initrds. */
struct option_modules {
    uint8_t count, module[BATON_MODULES];
};

struct options {
    enum option_paging paging;
    enum baton_policy place;
    enum option_fault onfault;
    enum option_verify verify; /* is SHA-256 compared before the entry? */
    enum option_trace trace;
    uint16_t serial_port;    /* I/O port of the UART that Baton prints on; 0: none */
    uint16_t serial_divisor; /* of its clock: lib/uart.h */
    bool serial_given;       /* the user has named it: it has to be there */
    uint16_t exit_port;      /* write an exit code there when Baton stops; 0: nowhere */
    bool verbose;
    bool shell;              /* do not hand over: let the user do it */
    const char *crashkernel; /* its value, up to the next blank; NULL: not given */
    uint32_t crashkernel_length;
    uint8_t crash; /* a module, from 1: a capture kernel to be staged; 0: none */
    struct option_modules crash_initrds;
    const char *fault; /* the kind to be raised instead of a hand-off, up to the next blank; NULL */
    enum option_watchdog watchdog; /* one that is there, and is to be used */
    uint8_t countdown;             /* seconds in which a key leads to the shell */
};

/* A word to report: it was not taken, or it was taken by a name that is an old one. */
struct option_trouble {
    const char *word; /* where it stands in the command line */
    uint32_t length;
    const char *choices; /* what its value may be; NULL: the word itself is unknown */
    const char *now;     /* it was taken, and this is its name today, such as "verify=" */
};

/* "3" or "3,4,5": numbers of modules, 1 to 99, with commas between. false: something else, or too
 * many. */
bool options_modules(const char *at, uint32_t length, struct option_modules *modules);

/*
 * Reads the words of `line` into options (set to the defaults first). Each word
 * to report is written to trouble[], at most `room` of them; returns how many there were.
 */
uint32_t options_read(const char *line, struct options *options, struct option_trouble *trouble,
                      uint32_t room);

#endif
