/* Baton's own command line: words taken, words not known, values refused. */
#include "kernel/options/options.h"
#include "tests/host/paper/cm.h"
#include "tests/host/random/dice.h"

#include <stdlib.h>

static void assert_options(const struct options *o, int paging, int place, int onfault, int port,
                           bool verbose)
{
    assert_int_equal(o->paging, paging);
    assert_int_equal(o->place, place);
    assert_int_equal(o->onfault, onfault);
    assert_int_equal(o->exit_port, port);
    assert_int_equal(o->verbose, verbose);
}

/* clang-format off */
static const struct {
    const char *line;
    int paging, place, onfault, port;
    bool verbose;
    unsigned troubles;
    const char *word;    /* the first that was not taken */
    const char *choices; /* NULL: the word is unknown; else the beginning of what is said */
    int trace, verify;
    const char *now; /* an old word was taken, and this is its name today */
} cases[] = {
    {"", 0, 0, 0, 0, false, 0},
    {"   \t  ", 0, 0, 0, 0, false, 0},
    {"paging=auto", PAGING_AUTO, 0, 0, 0, false, 0},
    {"paging=pae", PAGING_PAE, 0, 0, 0, false, 0},
    {"paging=legacy", PAGING_LEGACY, 0, 0, 0, false, 0},
    {"place=auto", 0, BATON_PLACE_AUTO, 0, 0, false, 0},
    {"place=prefer", 0, BATON_PLACE_PREFER, 0, 0, false, 0},
    {"place=all", 0, BATON_PLACE_ALL, 0, 0, false, 0},
    {"place=none", 0, BATON_PLACE_NONE, 0, 0, false, 0},
    {"onfault=halt", 0, 0, FAULT_HALT, 0, false, 0},
    {"onfault=reset", 0, 0, FAULT_RESET, 0, false, 0},
    {"verbose", 0, 0, 0, 0, true, 0},
    {"exitport=0xf4", 0, 0, 0, 0xf4, false, 0},
    {"exitport=244", 0, 0, 0, 244, false, 0},
    {"exitport=0xffff", 0, 0, 0, 0xffff, false, 0},
    {"exitport=65535", 0, 0, 0, 65535, false, 0},
    {"exitport=1", 0, 0, 0, 1, false, 0},
    {"trace=0", 0, 0, 0, 0, false, 0},
    {"trace=1", 0, 0, 0, 0, false, 0, NULL, NULL, 1},
    {"trace=2", 0, 0, 0, 0, false, 0, NULL, NULL, 2},
    {"verify=on", 0, 0, 0, 0, false, 0, NULL, NULL, 0, VERIFY_ON},
    {"verify=off", 0, 0, 0, 0, false, 0, NULL, NULL, 0, VERIFY_OFF},
    {"check=on", 0, 0, 0, 0, false, 1, "check=on", NULL, 0, VERIFY_ON, "verify="},
    {"check=off paging=pae", PAGING_PAE, 0, 0, 0, false, 1, "check=off", NULL, 0, VERIFY_OFF,
     "verify="},
    {"check=of", 0, 0, 0, 0, false, 1, "check=of", "on or off"},
    {"check", 0, 0, 0, 0, false, 1, "check", NULL},
    {"quiesce=pci", 0, 0, 0, 0, false, 0},
    {"quiesce=none", 0, 0, 0, 0, false, 0},
    {"quiesce=all", 0, 0, 0, 0, false, 1, "quiesce=all", "pci or none"},
    {"watchdog=ib700", 0, 0, 0, 0, false, 0},
    {"watchdog=", 0, 0, 0, 0, false, 1, "watchdog=", "ib700"},
    {"verify=of", 0, 0, 0, 0, false, 1, "verify=of", "on or off"},
    {"paging=pae place=none onfault=reset exitport=0x501 verbose", PAGING_PAE, BATON_PLACE_NONE,
     FAULT_RESET, 0x501, true, 0},
    {"  paging=pae\t\tverbose  ", PAGING_PAE, 0, 0, 0, true, 0},
    {"paging=pae paging=legacy", PAGING_LEGACY, 0, 0, 0, false, 0}, /* the last one counts */

    {"names=first", 0, 0, 0, 0, false, 0},
    {"names=none", 0, 0, 0, 0, false, 0},
    {"names=last", 0, 0, 0, 0, false, 1, "names=last", "first or none"},

    {"pagign=pae", 0, 0, 0, 0, false, 1, "pagign=pae", NULL},
    {"paging", 0, 0, 0, 0, false, 1, "paging", NULL},
    {"verbosely", 0, 0, 0, 0, false, 1, "verbosely", NULL},
    {"verbos", 0, 0, 0, 0, false, 1, "verbos", NULL},
    {"x paging=pae y", PAGING_PAE, 0, 0, 0, false, 2, "x", NULL},
    {"Paging=pae", 0, 0, 0, 0, false, 1, "Paging=pae", NULL},

    {"paging=", 0, 0, 0, 0, false, 1, "paging=", "auto, pae or legacy"},
    {"paging=pa", 0, 0, 0, 0, false, 1, "paging=pa", "auto, pae or legacy"},
    {"paging=paex", 0, 0, 0, 0, false, 1, "paging=paex", "auto, pae or legacy"},
    {"paging=PAE", 0, 0, 0, 0, false, 1, "paging=PAE", "auto, pae or legacy"},
    {"place=some", 0, 0, 0, 0, false, 1, "place=some", "auto, prefer, all or none"},
    {"onfault=panic", 0, 0, 0, 0, false, 1, "onfault=panic", "halt or reset"},
    {"trace=3", 0, 0, 0, 0, false, 1, "trace=3", "0, 1 or 2"},
    {"trace=11", 0, 0, 0, 0, false, 1, "trace=11", "0, 1 or 2"},
    {"trace", 0, 0, 0, 0, false, 1, "trace", NULL},
    {"exitport=", 0, 0, 0, 0, false, 1, "exitport=", "an I/O port"},
    {"exitport=0", 0, 0, 0, 0, false, 1, "exitport=0", "an I/O port"},
    {"exitport=0x", 0, 0, 0, 0, false, 1, "exitport=0x", "an I/O port"},
    {"exitport=0x10000", 0, 0, 0, 0, false, 1, "exitport=0x10000", "an I/O port"},
    {"exitport=65536", 0, 0, 0, 0, false, 1, "exitport=65536", "an I/O port"},
    {"exitport=70000", 0, 0, 0, 0, false, 1, "exitport=70000", "an I/O port"},
    {"exitport=4294967540", 0, 0, 0, 0, false, 1, "exitport=4294967540", "an I/O port"},
    {"exitport=f4", 0, 0, 0, 0, false, 1, "exitport=f4", "an I/O port"},
    {"exitport=12a", 0, 0, 0, 0, false, 1, "exitport=12a", "an I/O port"},
    {"exitport=-1", 0, 0, 0, 0, false, 1, "exitport=-1", "an I/O port"},
    {"exitport=0xf4 exitport=70000", 0, 0, 0, 0xf4, false, 1, "exitport=70000", "an I/O port"},
};
/* clang-format on */

static void known_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct options options;
        struct option_trouble trouble[4];
        uint32_t n;

        memset(&options, 0xff, sizeof(options)); /* the defaults are set first */
        n = options_read(cases[i].line, &options, trouble, 4);
        if (n != cases[i].troubles)
            print_error("\"%s\"\n", cases[i].line);
        assert_int_equal(n, cases[i].troubles);
        assert_options(&options, cases[i].paging, cases[i].place, cases[i].onfault, cases[i].port,
                       cases[i].verbose);
        assert_int_equal(options.trace, cases[i].trace);
        assert_int_equal(options.verify, cases[i].verify);
        assert_int_equal(options.quiesce, strstr(cases[i].line, "quiesce=none") ? QUIESCE_NONE : 0);
        assert_int_equal(options.watchdog, strstr(cases[i].line, "watchdog=ib700") != NULL);
        if (!n)
            continue;
        assert_int_equal(trouble[0].length, strlen(cases[i].word));
        assert_memory_equal(trouble[0].word, cases[i].word, trouble[0].length);
        if (cases[i].now)
            assert_string_equal(trouble[0].now, cases[i].now);
        else
            assert_null(trouble[0].now);
        if (cases[i].choices)
            assert_int_equal(
                strncmp(trouble[0].choices, cases[i].choices, strlen(cases[i].choices)), 0);
        else
            assert_null(trouble[0].choices);
    }
}

/* type=: a name of up to 15 characters; what is refused leaves the one before. */
static void type_lines(void **state)
{
    static const struct {
        const char *line, *type;
        unsigned troubles;
    } lines[] = {
        {"", "", 0},
        {"type=elf32", "elf32", 0},
        {"type=elf32 type=vmlinux", "vmlinux", 0},
        {"type=a", "a", 0},
        {"type=fifteen-letters", "fifteen-letters", 0},
        {"type=sixteen--letters", "", 1},
        {"type=elf32 type=", "elf32", 1},
        {"type", "", 1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct option_trouble trouble[1];
        struct options o;

        assert_int_equal(options_read(lines[i].line, &o, trouble, 1), lines[i].troubles);
        assert_string_equal(o.format.type, lines[i].type);
    }
}

/* load= and entry=: any address but 0; what is refused leaves the one before. */
static void address_lines(void **state)
{
    static const struct {
        const char *line;
        uint64_t load, entry;
        unsigned troubles;
    } lines[] = {
        {"", 0, 0, 0},
        {"load=0x100000", 0x100000, 0, 0},
        {"load=1M entry=0x100010", 0x100000, 0x100010, 0},
        {"load=4096 load=0xffffffffffffffff", UINT64_MAX, 0, 0},
        {"load=0x10000000000000000", 0, 0, 1},
        {"load=16M load=0", 0x1000000, 0, 1},
        {"load= entry=", 0, 0, 2},
        {"entry=0x10z", 0, 0, 1},
        {"load=-1", 0, 0, 1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(lines); i++) {
        struct option_trouble trouble[2];
        struct options o;

        assert_int_equal(options_read(lines[i].line, &o, trouble, 2), lines[i].troubles);
        assert_int_equal(o.format.load, lines[i].load);
        assert_int_equal(o.format.entry, lines[i].entry);
    }
}

/* serial=: port, divisor of 115200; 0 as the divisor: refused. */
static void serial_lines(void **state)
{
    static const struct {
        const char *line;
        uint16_t port, divisor;
    } lines[] = {
        {"", 0x3f8, 1},
        {"serial=com1", 0x3f8, 1},
        {"serial=com2", 0x2f8, 1},
        {"serial=com3", 0x3e8, 1},
        {"serial=com4", 0x2e8, 1},
        {"serial=0x2f8", 0x2f8, 1},
        {"serial=760", 0x2f8, 1},
        {"serial=0xfff8", 0xfff8, 1},
        {"serial=none", 0, 1},
        {"serial=com2,115200", 0x2f8, 1},
        {"serial=com2,57600", 0x2f8, 2},
        {"serial=0xe000,9600", 0xe000, 12},
        {"serial=com1,50", 0x3f8, 2304},
        {"serial=com1,9600 serial=com2", 0x2f8, 1}, /* the last one counts, all of it */
        {"serial=none serial=com4,300", 0x2e8, 384},
        {"serial=com4 serial=none", 0, 1},
        {"serial=", 0, 0},
        {"serial=com", 0, 0},
        {"serial=com0", 0, 0},
        {"serial=com5", 0, 0},
        {"serial=com11", 0, 0},
        {"serial=COM1", 0, 0},
        {"serial=0", 0, 0},
        {"serial=0xfff9", 0, 0}, /* its scratch register lies beyond the last port */
        {"serial=0x10000", 0, 0},
        {"serial=2f8", 0, 0},
        {"serial=non", 0, 0},
        {"serial=nonesuch", 0, 0},
        {"serial=none,9600", 0, 0},
        {"serial=,9600", 0, 0},
        {"serial=com1,", 0, 0},
        {"serial=com1,0", 0, 0},
        {"serial=com1,49", 0, 0},
        {"serial=com1,48", 0, 0}, /* it divides 115,200, but is too slow to be waited for */
        {"serial=com1,110", 0, 0},
        {"serial=com1,14400x", 0, 0},
        {"serial=com1,x", 0, 0},
        {"serial=com1,230400", 0, 0},
        {"serial=com1,4294976896", 0, 0}, /* 2^32 + 9600 */
        {"serial=com1,9600,8", 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
        struct option_trouble trouble[1];
        struct options o;
        bool good = !options_read(lines[i].line, &o, trouble, 1);

        if (good != (lines[i].divisor != 0))
            print_error("\"%s\"\n", lines[i].line);
        assert_int_equal(good, lines[i].divisor != 0);
        if (!good) {
            assert_memory_equal(trouble[0].choices, "com1 to com4 or an I/O port", 27);
            assert_int_equal(o.serial_port, 0x3f8); /* so that it can be said */
            continue;
        }
        assert_int_equal(o.serial_port, lines[i].port);
        assert_int_equal(o.serial_divisor, lines[i].divisor);
        assert_int_equal(o.serial_given, *lines[i].line && lines[i].port);
    }
}

/* Words for a crash, and for who waits: each value is taken whole, or refused with a hint. */
static void crash_and_waiting(void **state)
{
    static const struct {
        const char *line, *hint; /* of the refusal; NULL: taken */
    } refused[] = {
        {"crash=", "the number of a module"},
        {"crash=0", "the number of a module"},
        {"crash=3,", "the number of a module"},
        {"crash=3,0", "the number of a module"},
        {"crash=,4", "the number of a module"},
        {"crash=3,4,", "the number of a module"},
        {"crash=3,,5", "the number of a module"},
        {"crash=3,4,0", "the number of a module"},
        {"crash=100", "the number of a module"},
        {"countdown=", "a number of seconds"},
        {"countdown=2s", "a number of seconds"},
        {"countdown=100", "a number of seconds"},
        {"crashkernel=", "a size such as"},
        {"crashkernel=64X", "a size such as"},
        {"fault=", "a kind of fault"},
    };
    static const char line[] =
        "crash=3,14,15,9 countdown=99 shell crashkernel=64M@256M fault=divide verbose return";
    struct option_trouble trouble[1];
    struct options o;

    (void)state;
    assert_int_equal(options_read(line, &o, trouble, 1), 0);
    assert_int_equal(o.crash, 3);
    assert_int_equal(o.crash_initrds.count, 3);
    assert_memory_equal(o.crash_initrds.module, "\16\17\11", 3);
    assert_int_equal(o.countdown, 99);
    assert_true(o.shell && o.verbose && o.returns);
    assert_int_equal(o.crashkernel_length, strlen("64M@256M"));
    assert_memory_equal(o.crashkernel, "64M@256M ", 9);
    assert_memory_equal(o.fault, "divide ", 7);
    assert_int_equal(options_read("crash=99 countdown=0", &o, trouble, 1), 0);
    assert_int_equal(o.crash, 99);
    assert_int_equal(o.crash_initrds.count, 0);
    assert_false(o.shell || o.returns);
    for (size_t i = 0; i < COUNT(refused); i++) {
        assert_int_equal(options_read(refused[i].line, &o, trouble, 1), 1);
        assert_ptr_equal(trouble[0].word, refused[i].line);
        assert_int_equal(strncmp(trouble[0].choices, refused[i].hint, strlen(refused[i].hint)), 0);
        assert_int_equal(o.crash + o.crash_initrds.count + o.countdown, 0);
    }
}

/* As many initrds as a request takes, and one more. */
static void many_initrds(void **state)
{
    char line[256] = "crash=1";
    struct option_trouble trouble[1];
    struct options o;

    (void)state;
    for (unsigned n = 1; n <= BATON_MODULES + 1; n++) {
        strcat(line, n % 2 ? ",2" : ",99");
        assert_int_equal(options_read(line, &o, trouble, 1), n > BATON_MODULES);
        assert_int_equal(o.crash_initrds.count, n > BATON_MODULES ? 0 : n);
    }
}

/* More troubles than there is room for: all are counted, the first are kept. */
static void more_troubles_than_room(void **state)
{
    struct options options;
    struct option_trouble trouble[3] = {
        {"untouched", 9, NULL}, {"untouched", 9, NULL}, {"untouched", 9, NULL}};

    (void)state;
    assert_int_equal(options_read("a b c d", &options, trouble, 2), 4);
    assert_int_equal(trouble[0].word[0], 'a');
    assert_int_equal(trouble[1].word[0], 'b');
    assert_string_equal(trouble[2].word, "untouched");
    assert_int_equal(options_read("a b c d", &options, NULL, 0), 4);
}

/* Random lines of likely pieces: no read behind the end (ASan), every trouble lies in the line. */
static void random_lines(void **state)
{
    static const char *const pieces[] = {"paging=", "place=", "onfault=", "exitport=", "verbose",
                                         "pae",     "legacy", "auto",     "none",      "all",
                                         "0x",      "f4",     "9",        " ",         "\t",
                                         "=",       "x",      "reset",    "\xff",      "99999"};
    struct dice dice = {dice_seed()};

    (void)state;
    for (uint64_t round = 0; round < dice_rounds(20000); round++) {
        char text[200] = "";
        struct options options;
        struct option_trouble trouble[8];

        for (uint64_t n = dice_roll(&dice, 14); n > 0; n--)
            strcat(text, pieces[dice_roll(&dice, COUNT(pieces))]);
        size_t length = strlen(text);
        char *line = malloc(length + 1);
        memcpy(line, text, length + 1);
        uint32_t n = options_read(line, &options, trouble, 8);
        for (uint32_t i = 0; i < n && i < 8; i++) {
            assert_true(trouble[i].length > 0);
            assert_true(trouble[i].word >= line);
            assert_true(trouble[i].word + trouble[i].length <= line + length);
        }
        free(line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_lines),
        cmocka_unit_test(type_lines),
        cmocka_unit_test(address_lines),
        cmocka_unit_test(serial_lines),
        cmocka_unit_test(crash_and_waiting),
        cmocka_unit_test(many_initrds),
        cmocka_unit_test(more_troubles_than_room),
        cmocka_unit_test(random_lines),
    };

    return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
