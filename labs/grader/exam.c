/* Runs the checks, and reports them. */
#include "labs/grader/exam.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/host/paper/apart.h"

/* For a check; the right answer takes a tenth of it. Of the CPU's time, because others may use the
 * machine, too; PATIENCE is for code that waits. */
#define SECONDS 4
#define PATIENCE 20

/* Shared by the process that checks and the one that waits for it. */
static struct sheet {
    bool wrong, done;
    char what[240], expected[240], found[240];
} * sheet;

void exam_case(const char *format, ...)
{
    va_list values;

    va_start(values, format);
    vsnprintf(sheet->what, sizeof(sheet->what), format, values);
    va_end(values);
}

void exam_wrong(const char *expected, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    vsnprintf(sheet->found, sizeof(sheet->found), format, values);
    va_end(values);
    snprintf(sheet->expected, sizeof(sheet->expected), "%s", expected);
    sheet->wrong = true;
    _exit(0);
}

void exam_number(const char *what, uint64_t expected, uint64_t found)
{
    char text[80];

    if (expected == found)
        return;
    snprintf(text, sizeof(text), "%s %" PRIu64, what, expected);
    exam_wrong(text, "%s %" PRIu64, what, found);
}

void exam_address(const char *what, uint64_t expected, uint64_t found)
{
    char text[80];

    if (expected == found)
        return;
    snprintf(text, sizeof(text), "%s 0x%08" PRIx64, what, expected);
    exam_wrong(text, "%s 0x%08" PRIx64, what, found);
}

static void run(void *ctx)
{
    const struct exam_check *check = ctx;

    const struct rlimit limit = {SECONDS, SECONDS};

    setrlimit(RLIMIT_CPU, &limit);
    check->body();
    sheet->done = true;
}

/* A student's code may have written anything here: no tab, no line end. */
static const char *clean(char *text)
{
    for (char *at = text; *at; at++)
        if (*at < ' ' || *at > '~')
            *at = ' ';
    return text;
}

int exam(const struct exam_check *checks, unsigned count)
{
    sheet = apart_memory(sizeof(*sheet));
    for (unsigned i = 0; i < count; i++) {
        struct exam_check check = checks[i];

        memset(sheet, 0, sizeof(*sheet));
        fprintf(stderr, "check %s\n", check.name);
        const char *how = apart(run, &check, PATIENCE, false);
        sheet->what[sizeof(sheet->what) - 1] = sheet->found[sizeof(sheet->found) - 1] = 0;
        sheet->expected[sizeof(sheet->expected) - 1] = 0;
        if (how)
            printf("%s\tdied\t%s\t%s\n", check.name, how, clean(sheet->what));
        else if (sheet->wrong)
            printf("%s\twrong\t%s\t%s\t%s\n", check.name, clean(sheet->what), sheet->expected,
                   clean(sheet->found));
        else
            printf("%s\t%s\n", check.name, sheet->done ? "ok" : "died\tit ended early\t");
        fflush(stdout);
    }
    return EXIT_SUCCESS;
}
