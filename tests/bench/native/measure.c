/* What the programs of the native bench share: ways compared by time, and instructions counted. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "native.h"

#define ROUNDS 31
#define WAYS 8

uint32_t dice(void)
{
    static uint32_t state = 1;

    state = state * 1103515245 + 12345;
    return state >> 1;
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static double median(double *values)
{
    qsort(values, ROUNDS, sizeof(*values), ascending);
    return values[ROUNDS / 2];
}

void compare(const char *what, const struct way *ways, unsigned count, uint64_t bytes)
{
    static double took[WAYS][ROUNDS], ratio[ROUNDS];

    for (unsigned round = 0; round <= ROUNDS; round++) /* the first one only warms up */
        for (unsigned i = 0; i < count; i++) {
            double start = now();

            if (ways[i].absent)
                continue;
            ways[i].run();
            if (round)
                took[i][round - 1] = now() - start;
        }
    for (unsigned i = 1; i < count; i++) {
        for (unsigned round = 0; round < ROUNDS; round++)
            ratio[round] = took[0][round] / took[i][round];
        if (!ways[i].absent)
            printf("%s, %s over %s\t%.3f\n", what, ways[i].name, ways[0].name, median(ratio));
    }
    printf("%s, GB/s of %s\t%.2f\n", what, ways[0].name, (double)bytes * 1e-9 / median(took[0]));
}

uint64_t steps_of(void (*run)(void))
{
    uint64_t steps = 0;
    int status;
    pid_t child = fork();

    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
        run();
        _exit(0);
    }
    waitpid(child, &status, 0);
    while (WIFSTOPPED(status)) {
        ptrace(PTRACE_SINGLESTEP, child, NULL, NULL);
        waitpid(child, &status, 0);
        steps++;
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status)) {
        fprintf(stderr, "native: the single steps ended with status %#x\n", status);
        exit(1);
    }
    return steps;
}
