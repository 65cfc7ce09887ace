/* Baton's own command line: options, some of them with values. */
#ifndef KERNEL_OPTIONS_OPTIONS_H
#define KERNEL_OPTIONS_OPTIONS_H

#include "baton.h"

enum option_paging { PAGING_AUTO, PAGING_PAE, PAGING_LEGACY };
enum option_verify { VERIFY_USUAL, VERIFY_ON, VERIFY_OFF }; /* usual: only for a capture kernel */
enum option_fault { FAULT_HALT, FAULT_RESET };
enum option_watchdog { WATCHDOG_NONE, WATCHDOG_IB700 };
enum option_trace { TRACE_NONE, TRACE_COM, TRACE_PORT }; /* as in struct baton_machine */

enum option_quiesce { QUIESCE_PCI, QUIESCE_NONE }; /* devices that may write to memory */

/* Numbers of modules, from 1, in order: initrds. */
struct option_modules {
    uint8_t count, module[BATON_MODULES];
};

#define OPTION_TYPE 16 /* bytes of a format's name, NUL included */

/* The format that the payload must have, and what belongs to it. */
struct option_format {
    char type[OPTION_TYPE]; /* type=; empty: whatever the file is */
    uint64_t load, entry;   /* of type=flat: load= and entry=; 0: not given */
};

struct options {
    enum option_paging paging;
    enum baton_policy place;
    enum option_fault onfault;
    enum option_verify verify; /* compare SHA-256 before the entry? */
    enum option_trace trace;
    enum option_quiesce quiesce;
    uint16_t serial_port;    /* I/O port of the UART for Baton's output; 0: none */
    uint16_t serial_divisor; /* of its clock: lib/uart.h */
    bool serial_given;       /* serial= is given: report if there is no such UART */
    uint16_t exit_port;      /* I/O port for the exit code when Baton stops; 0: none */
    bool verbose;
    bool shell;              /* start the shell instead of a hand-off */
    bool returns;            /* call the payload, and go on when it returns */
    const char *crashkernel; /* its value, up to the next blank; NULL: not given */
    uint32_t crashkernel_length;
    uint8_t crash; /* a module, from 1: a capture kernel to be staged; 0: none */
    struct option_modules crash_initrds;
    const char
        *fault; /* the kind of fault to raise instead of a hand-off, up to the next blank; NULL */
    struct option_format format;
    enum option_watchdog watchdog; /* the watchdog to use */
    uint8_t countdown;             /* seconds in which a key starts the shell */
};

/* A word to report: it was not accepted, or its name is an old one. */
struct option_trouble {
    const char *word; /* points into the command line */
    uint32_t length;
    const char *choices; /* the possible values; NULL: the word itself is unknown */
    const char *now;     /* it was accepted, and this is the current name, such as "verify=" */
};

/* Reads "3" or "3,4,5": numbers of modules, 1 to 99, separated by commas. false: something else, or
 * too many. */
bool options_modules(const char *at, uint32_t length, struct option_modules *modules);

/*
 * Sets options to the defaults, then reads the words of `line` into it. Writes each word to report
 * to trouble[], at most `room` of them; returns how many there were.
 */
uint32_t options_read(const char *line, struct options *options, struct option_trouble *trouble,
                      uint32_t room);

#endif
