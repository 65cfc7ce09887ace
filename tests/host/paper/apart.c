/* Processes of their own, by fork. */
#define _GNU_SOURCE
#include "tests/host/paper/apart.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* In programs built for make coverage: writes the counters, which _exit does not. */
extern void __gcov_dump(void) __attribute__((weak));

void *apart_memory(size_t size)
{
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (at == MAP_FAILED) {
        perror("shared memory");
        abort();
    }
    return at;
}

void apart_again(unsigned seconds)
{
    alarm(seconds);
}

/* The test library catches these, to go on with its next test: that is for the parent alone. */
static void die_of_signals(void)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

    for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
        signal(signals[i], SIG_DFL);
}

static void child(void (*body)(void *ctx), void *ctx, unsigned seconds, bool silent)
{
    int nowhere = silent ? open("/dev/null", O_WRONLY) : -1;

    if (nowhere >= 0)
        dup2(nowhere, STDERR_FILENO);
    die_of_signals();
    alarm(seconds);
    body(ctx);
    fflush(NULL);
    if (__gcov_dump)
        __gcov_dump();
    _exit(0);
}

const char *apart(void (*body)(void *ctx), void *ctx, unsigned seconds, bool silent)
{
    static char how[80];
    int status = 0;

    fflush(NULL); /* or both would write it */
    pid_t pid = fork();
    if (pid < 0 || (pid && waitpid(pid, &status, 0) != pid)) {
        perror("a process of its own");
        abort();
    }
    if (!pid)
        child(body, ctx, seconds, silent);
    if (WIFEXITED(status) && !WEXITSTATUS(status))
        return NULL;
    if (WIFEXITED(status))
        snprintf(how, sizeof(how), "it ended with status %d", WEXITSTATUS(status));
    else if (WTERMSIG(status) == SIGALRM)
        snprintf(how, sizeof(how), "it does not end");
    else
        snprintf(how, sizeof(how), "it died of signal %d, %s", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    return how;
}
