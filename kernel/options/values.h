/*
 * The values of options. A value is the `length` characters at `at`, within a line that ends with a
 * NUL; a blank, a comma or the NUL follows it. false: the value is not accepted, and what it would
 * be written to has not changed. Pure.
 */
#ifndef KERNEL_OPTIONS_VALUES_H
#define KERNEL_OPTIONS_VALUES_H

#include "kernel/options/options.h"

/* One of a few names. A list of them ends with a name of NULL. */
struct choice {
    const char *name;
    int value;
};

bool value_choose(const struct choice *choices, const char *at, uint32_t length, int *value);

/* An I/O port: decimal or 0x hex, 1 to 0xffff. */
bool value_port(const char *at, uint32_t length, uint16_t *port);

/* serial=: PORT[,SPEED], or none. */
bool value_serial(const char *at, uint32_t length, struct options *options);

/* Seconds, or a module's number: decimal, 0 to 99. */
bool value_small(const char *at, uint32_t length, uint8_t *small);

/* type=: a name of at most OPTION_TYPE - 1 characters. Whether there is such a format, the load
 * says. */
bool value_type(const char *at, uint32_t length, char type[OPTION_TYPE]);

/* load=, entry=: an address, not 0. */
bool value_address(const char *at, uint32_t length, uint64_t *address);

/* crash=: a module's number, or several with commas between them. */
bool value_crash(const char *at, uint32_t length, struct options *options);

#endif
