/* The options of Baton's command line, as a table: name, possible values, field. */
#include "kernel/options/options.h"

#include "kernel/options/crashkernel.h"
#include "kernel/options/values.h"
#include "lib/text.h"
#include "lib/uart.h"

static const struct choice paging[] = {
    {"auto", PAGING_AUTO}, {"pae", PAGING_PAE}, {"legacy", PAGING_LEGACY}, {NULL, 0}};
static const struct choice place[] = {
    {"auto", BATON_PLACE_AUTO},
    {"prefer", BATON_PLACE_PREFER},
    {"all", BATON_PLACE_ALL},
    {"none", BATON_PLACE_NONE},
    {NULL, 0}};
static const struct choice trace[] = {
    {"0", TRACE_NONE}, {"1", TRACE_COM}, {"2", TRACE_PORT}, {NULL, 0}};
static const struct choice verify[] = {{"on", VERIFY_ON}, {"off", VERIFY_OFF}, {NULL, 0}};
static const struct choice names[] = {{"first", 0}, {"none", 0}, {NULL, 0}};
static const struct choice watchdog[] = {{"ib700", WATCHDOG_IB700}, {NULL, 0}};
static const struct choice quiesce[] = {{"pci", QUIESCE_PCI}, {"none", QUIESCE_NONE}, {NULL, 0}};
static const struct choice onfault[] = {{"halt", FAULT_HALT}, {"reset", FAULT_RESET}, {NULL, 0}};

/* The options whose value is one of a few names: all of these fields are enums. */
static const struct {
    const char *name;
    const struct choice *choices;
    const char *hint; /* the possible values */
    size_t field;
    const char *now; /* this option is an old name, and `now` is the current one */
} chosen[] = {
    {"paging=", paging, "auto, pae or legacy", offsetof(struct options, paging), NULL},
    {"place=", place, "auto, prefer, all or none", offsetof(struct options, place), NULL},
    {"onfault=", onfault, "halt or reset", offsetof(struct options, onfault), NULL},
    {"verify=", verify, "on or off", offsetof(struct options, verify), NULL},
    {"check=", verify, "on or off", offsetof(struct options, verify), "verify="},
    {"watchdog=", watchdog, "ib700", offsetof(struct options, watchdog), NULL},
    {"trace=", trace, "0, 1 or 2", offsetof(struct options, trace), NULL},
    {"quiesce=", quiesce, "pci or none", offsetof(struct options, quiesce), NULL},
};

_Static_assert(sizeof(enum option_paging) == sizeof(int), "an enum is stored as an int");

static bool read_exit_port(const char *at, uint32_t length, struct options *options)
{
    return value_port(at, length, &options->exit_port);
}

/* boot/names.c has used it already. */
static bool read_names(const char *at, uint32_t length, struct options *options)
{
    int choice;

    (void)options;
    return value_choose(names, at, length, &choice);
}

static bool read_countdown(const char *at, uint32_t length, struct options *options)
{
    return value_small(at, length, &options->countdown);
}

static bool read_crashkernel(const char *at, uint32_t length, struct options *options)
{
    struct crashkernel wanted;

    if (!crashkernel_read(at, length, 0, &wanted))
        return false;
    options->crashkernel = at;
    options->crashkernel_length = length;
    return true;
}

static bool read_fault(const char *at, uint32_t length, struct options *options)
{
    if (!length)
        return false;
    options->fault = at;
    return true;
}

static bool read_type(const char *at, uint32_t length, struct options *options)
{
    return value_type(at, length, options->format.type);
}

static bool read_load(const char *at, uint32_t length, struct options *options)
{
    return value_address(at, length, &options->format.load);
}

static bool read_entry(const char *at, uint32_t length, struct options *options)
{
    return value_address(at, length, &options->format.entry);
}

/* The options whose value is something else. */
static const struct {
    const char *name;
    bool (*read)(const char *at, uint32_t length, struct options *options);
    const char *hint;
} other[] = {
    {"exitport=", read_exit_port, "an I/O port, such as 0xf4"},
    {"serial=", value_serial,
     "com1 to com4 or an I/O port, with a speed as in com2,9600 (50 to "
     "115200, a divisor of that), or none"},
    {"names=", read_names, "first or none"},
    {"countdown=", read_countdown, "a number of seconds, 0 to 99"},
    {"crashkernel=", read_crashkernel,
     "a size such as 64M, 64M@256M, or ranges such as 512M-2G:64M,2G-:128M"},
    {"crash=", value_crash,
     "the number of a module, or several: the capture kernel and its initrds, such as 3,4"},
    {"type=", read_type, "the name of a format of payloads, such as bzimage or elf32"},
    {"load=", read_load, "the address of a flat file, such as 0x100000"},
    {"entry=", read_entry, "the address of a flat file's entry, such as 0x100000"},
    {"fault=", read_fault, "a kind of fault; the shell's command fault lists them"},
};

/* The options without a value. */
static const struct {
    const char *name;
    size_t field;
} flags[] = {
    {"verbose", offsetof(struct options, verbose)},
    {"shell", offsetof(struct options, shell)},
    {"return", offsetof(struct options, returns)},
};

/* NULL: accepted; *now is the current name if the word is an old one. Else the possible values,
 * or "" for an unknown word. */
static const char *take(const char *word, uint32_t length, struct options *options,
                        const char **now)
{
    const char *end = word + length, *value;
    int choice;

    for (size_t i = 0; i < sizeof(chosen) / sizeof(*chosen); i++)
        if ((value = text_after(word, chosen[i].name))) {
            if (!value_choose(chosen[i].choices, value, (uint32_t)(end - value), &choice))
                return chosen[i].hint;
            __builtin_memcpy((char *)options + chosen[i].field, &choice, sizeof(choice));
            *now = chosen[i].now;
            return NULL;
        }
    for (size_t i = 0; i < sizeof(other) / sizeof(*other); i++)
        if ((value = text_after(word, other[i].name)))
            return other[i].read(value, (uint32_t)(end - value), options) ? NULL : other[i].hint;
    for (size_t i = 0; i < sizeof(flags) / sizeof(*flags); i++)
        if (text_after(word, flags[i].name) == end) {
            *((bool *)options + flags[i].field) = true;
            return NULL;
        }
    return "";
}

uint32_t options_read(const char *line, struct options *options, struct option_trouble *trouble,
                      uint32_t room)
{
    uint32_t troubles = 0;

    *options = (struct options){.serial_port = COM1, .serial_divisor = COM1_DIVISOR};
    while (*line) {
        uint32_t length = 0;

        while (line[length] && line[length] != ' ' && line[length] != '\t')
            length++;
        if (length) {
            const char *now = NULL, *choices = take(line, length, options, &now);

            if (choices || now) {
                if (troubles < room)
                    trouble[troubles] = (struct option_trouble){
                        line, length, choices && *choices ? choices : NULL, now};
                troubles++;
            }
        }
        line += length + (line[length] ? 1 : 0);
    }
    return troubles;
}
