/*
 * The judging program of a lab: each check runs in a process of its own, so that a student's code may
 * crash or never end. The first thing that is wrong ends its check.
 *
 * On standard output, a line a check, with tabs:   NAME ok
 *                                                  NAME wrong CASE EXPECTED FOUND
 *                                                  NAME died  HOW CASE
 * On standard error, what the sanitizers say, behind a line "check NAME".
 */
#ifndef LABS_GRADER_EXAM_H
#define LABS_GRADER_EXAM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

struct exam_check {
    const char *name;
    void (*body)(void);
};

/* Runs them all. Returns the program's exit status. */
int exam(const struct exam_check *checks, unsigned count);

/* What is looked at now: it is told if something is wrong from here on. */
void exam_case(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says what is wrong, and ends the check. */
_Noreturn void exam_wrong(const char *expected, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Compares two numbers; `what` is their name. */
void exam_number(const char *what, uint64_t expected, uint64_t found);  /* in decimal */
void exam_address(const char *what, uint64_t expected, uint64_t found); /* in hexadecimal */

#endif
