/* Bytes as Baton's command line, read a second time, word by word, another way. */
#include "kernel/options/crashkernel.h"
#include "kernel/options/options.h"
#include "tests/fuzz/fuzz.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ROOM 8

/* The words with a choice: name, value, and what they do. */
static const struct {
    const char *word;
    size_t field;
    int value;
    bool old; /* taken, and reported */
} words[] = {
    {"paging=auto", offsetof(struct options, paging), PAGING_AUTO},
    {"paging=pae", offsetof(struct options, paging), PAGING_PAE},
    {"paging=legacy", offsetof(struct options, paging), PAGING_LEGACY},
    {"place=auto", offsetof(struct options, place), BATON_PLACE_AUTO},
    {"place=prefer", offsetof(struct options, place), BATON_PLACE_PREFER},
    {"place=all", offsetof(struct options, place), BATON_PLACE_ALL},
    {"place=none", offsetof(struct options, place), BATON_PLACE_NONE},
    {"onfault=halt", offsetof(struct options, onfault), FAULT_HALT},
    {"onfault=reset", offsetof(struct options, onfault), FAULT_RESET},
    {"trace=0", offsetof(struct options, trace), TRACE_NONE},
    {"trace=1", offsetof(struct options, trace), TRACE_COM},
    {"trace=2", offsetof(struct options, trace), TRACE_PORT},
    {"verify=on", offsetof(struct options, verify), VERIFY_ON},
    {"verify=off", offsetof(struct options, verify), VERIFY_OFF},
    {"check=on", offsetof(struct options, verify), VERIFY_ON, true},
    {"check=off", offsetof(struct options, verify), VERIFY_OFF, true},
    {"watchdog=ib700", offsetof(struct options, watchdog), WATCHDOG_IB700},
};

/* What stands before a value: a word that begins so is known, whatever the value. */
static const char *const names[] = {
    "paging=", "place=", "onfault=", "trace=", "verify=", "check=", "watchdog="};

static bool is_port(const char *text, uint16_t *port)
{
    bool hex = !strncmp(text, "0x", 2);
    const char *digits = hex ? text + 2 : text;
    size_t n = strspn(digits, hex ? "0123456789abcdef" : "0123456789");

    if (!n || n > 5 || digits[n])
        return false;
    unsigned long value = strtoul(digits, NULL, hex ? 16 : 10);
    if (!value || value > 0xffff)
        return false;
    *port = (uint16_t)value;
    return true;
}

/* A number of up to 64 bits, not 0: digits, or 0x and hexadecimal ones, then K, M or G. */
static bool is_address(const char *text, uint64_t *address)
{
    bool hex = !strncasecmp(text, "0x", 2) && text[2];
    const char *digits = hex ? text + 2 : text;
    size_t n = strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789");
    const char *unit = n && digits[n] ? strchr("kmgKMG", digits[n]) : NULL;
    unsigned shift = unit ? 10 * ((unsigned)(unit - "kmgKMG") % 3 + 1) : 0;

    if (!n || digits[n + (unit != NULL)])
        return false;
    errno = 0;
    uint64_t value = strtoull(digits, NULL, hex ? 16 : 10);
    if (errno || !value || value << shift >> shift != value)
        return false;
    *address = value << shift;
    return true;
}

/* One or two digits, and nothing else. */
static bool is_small(const char *text, size_t length, uint8_t *value)
{
    char digits[3] = "";

    if (!length || length > 2 || strspn(text, "0123456789") < length)
        return false;
    memcpy(digits, text, length);
    *value = (uint8_t)atoi(digits);
    return true;
}

static bool are_modules(const char *text, struct options *options)
{
    uint8_t module[1 + BATON_MODULES];
    size_t count = 0;

    for (;; text++) {
        size_t length = strcspn(text, ",");

        if (count == sizeof(module) || !is_small(text, length, &module[count]) || !module[count])
            return false;
        count++;
        text += length;
        if (!*text)
            break;
    }
    options->crash = module[0];
    options->crash_initrds = (struct option_modules){.count = (uint8_t)(count - 1)};
    memcpy(options->crash_initrds.module, module + 1, count - 1);
    return true;
}

/* 0: taken; 1: unknown; 2: known, but its value is not; 3: taken by an old name. */
static int take(const char *word, struct options *options)
{
    if (!strcmp(word, "verbose")) {
        options->verbose = true;
        return 0;
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (!strcmp(word, words[i].word)) {
            memcpy((char *)options + words[i].field, &words[i].value, sizeof(int));
            return words[i].old ? 3 : 0;
        }
    if (!strcmp(word, "shell")) {
        options->shell = true;
        return 0;
    }
    if (!strcmp(word, "return")) {
        options->returns = true;
        return 0;
    }
    if (!strncmp(word, "exitport=", 9))
        return is_port(word + 9, &options->exit_port) ? 0 : 2;
    if (!strncmp(word, "type=", 5)) {
        if (!word[5] || strlen(word + 5) >= sizeof(options->format.type))
            return 2;
        strcpy(options->format.type, word + 5);
        return 0;
    }
    if (!strncmp(word, "load=", 5))
        return is_address(word + 5, &options->format.load) ? 0 : 2;
    if (!strncmp(word, "entry=", 6))
        return is_address(word + 6, &options->format.entry) ? 0 : 2;
    if (!strncmp(word, "countdown=", 10))
        return is_small(word + 10, strlen(word + 10), &options->countdown) ? 0 : 2;
    if (!strncmp(word, "crashkernel=", 12)) { /* has host tests of its own */
        struct crashkernel wish;

        return crashkernel_read(word + 12, (uint32_t)strlen(word + 12), 0, &wish) ? 0 : 2;
    }
    if (!strncmp(word, "crash=", 6))
        return are_modules(word + 6, options) ? 0 : 2;
    if (!strncmp(word, "fault=", 6))
        return word[6] ? 0 : 2;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (!strncmp(word, names[i], strlen(names[i])))
            return 2;
    return 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct options options, mine = {0};
    struct option_trouble *trouble;
    uint32_t room = size ? data[0] % (ROOM + 1) : 0, troubles = 0;

    if (size) {
        data++;
        size--;
    }
    char *line = malloc(size + 1), *copy = malloc(size + 1);
    memcpy(line, data, size);
    line[size] = '\0';
    strcpy(copy, line);
    trouble = malloc((room ? room : 1) * sizeof(*trouble));
    uint32_t n = options_read(line, &options, trouble, room);

    for (char *word = strtok(copy, " \t"); word; word = strtok(NULL, " \t")) {
        int answer = take(word, &mine);

        if (!answer)
            continue;
        if (troubles < room && troubles < n) {
            const struct option_trouble *t = &trouble[troubles];

            if (t->word != line + (word - copy) || t->length != strlen(word))
                fuzz_wrong("trouble %u names another word than %s", troubles, word);
            if (!t->now != (answer != 3))
                fuzz_wrong("trouble %u, %s: an old name or none", troubles, word);
            if (!t->choices != (answer != 2))
                fuzz_wrong("trouble %u, %s: choices where there are none, or none", troubles, word);
        }
        troubles++;
    }
    if (n != troubles)
        fuzz_wrong("%u words not taken, should be %u", n, troubles);
    if (options.paging != mine.paging || options.place != mine.place ||
        options.onfault != mine.onfault || options.exit_port != mine.exit_port ||
        options.verbose != mine.verbose || options.trace != mine.trace ||
        options.verify != mine.verify || options.watchdog != mine.watchdog ||
        options.shell != mine.shell || options.returns != mine.returns ||
        options.crash != mine.crash ||
        options.crash_initrds.count != mine.crash_initrds.count ||
        memcmp(options.crash_initrds.module, mine.crash_initrds.module, mine.crash_initrds.count) ||
        options.countdown != mine.countdown)
        fuzz_wrong("an option differs");
    free(trouble);
    free(copy);
    free(line);
    return 0;
}
