/*
 * The console of the test payloads: COM1, polled. They share nothing with Baton's console, so
 * that a fault there cannot hide one here.
 *
 * say() supports %s string, %u decimal, %x 0x and 8 hex digits, %q 0x and 16 hex digits (uint64_t).
 */
#ifndef PAYLOADS_CONSOLE_H
#define PAYLOADS_CONSOLE_H

#include <stdint.h>

void console_open(void);
void say(const char *format, ...);

/* Prints at most `limit` bytes of text; everything except printable ASCII as \xNN. */
void say_quoted(const char *text, uint32_t limit);

/*
 * Ends the machine: `code` to QEMU's isa-debug-exit (status code * 2 + 1), then Bochs' soft-off,
 * then a halt.
 */
void finish(uint8_t code) __attribute__((noreturn));

#endif
