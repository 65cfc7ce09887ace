/* The options of Baton's command line, as a table: name, possible values, field. */
#include "kernel/options/options.h"

#include "kernel/options/crashkernel.h"
#include "lib/uart.h"

struct choice {
    const char *name;
    int value;
};

static const struct choice paging[] = {
    {"auto", PAGING_AUTO}, {"pae", PAGING_PAE}, {"legacy", PAGING_LEGACY}, {NULL, 0}};
static const struct choice place[] = {
    {"auto", BATON_PLACE_AUTO}, {"all", BATON_PLACE_ALL}, {"none", BATON_PLACE_NONE}, {NULL, 0}};
static const struct choice trace[] = {
    {"0", TRACE_NONE}, {"1", TRACE_COM}, {"2", TRACE_PORT}, {NULL, 0}};
static const struct choice com[] = {
    {"com1", COM1}, {"com2", 0x2f8}, {"com3", 0x3e8}, {"com4", 0x2e8}, {NULL, 0}};
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
    {"place=", place, "auto, all or none", offsetof(struct options, place), NULL},
    {"onfault=", onfault, "halt or reset", offsetof(struct options, onfault), NULL},
    {"verify=", verify, "on or off", offsetof(struct options, verify), NULL},
    {"check=", verify, "on or off", offsetof(struct options, verify), "verify="},
    {"watchdog=", watchdog, "ib700", offsetof(struct options, watchdog), NULL},
    {"trace=", trace, "0, 1 or 2", offsetof(struct options, trace), NULL},
    {"quiesce=", quiesce, "pci or none", offsetof(struct options, quiesce), NULL},
};

_Static_assert(sizeof(enum option_paging) == sizeof(int), "an enum is stored as an int");

/* If the word [at, at + length) begins with `start`, the rest of it; else NULL. */
static const char *rest_of(const char *at, uint32_t length, const char *start, uint32_t *left)
{
    *left = length;
    while (*start) {
        if (!*left || *at != *start)
            return NULL;
        at++;
        start++;
        (*left)--;
    }
    return at;
}

static bool choose(const struct choice *choices, const char *at, uint32_t length, int *value)
{
    uint32_t left;

    for (; choices->name; choices++)
        if (rest_of(at, length, choices->name, &left) && !left) {
            *value = choices->value;
            return true;
        }
    return false;
}

/* An I/O port: decimal or 0x hex, 1 to 0xffff. */
static bool read_port(const char *at, uint32_t length, uint16_t *port)
{
    uint32_t value = 0, left, base = 10;
    const char *hex = rest_of(at, length, "0x", &left);

    if (hex) {
        at = hex;
        length = left;
        base = 16;
    }
    if (!length || length > 5)
        return false;
    for (; length; length--, at++) {
        uint32_t digit = *at >= '0' && *at <= '9'   ? (uint32_t)(*at - '0')
                         : *at >= 'a' && *at <= 'f' ? (uint32_t)(*at - 'a' + 10)
                                                    : 99;
        if (digit >= base)
            return false;
        value = value * base + digit;
    }
    if (!value || value > UINT16_MAX)
        return false;
    *port = (uint16_t)value;
    return true;
}

/* Baud, decimal. 0: a UART cannot be set to that speed. */
static uint16_t read_divisor(const char *at, uint32_t length)
{
    uint32_t speed = 0;

    if (!length || length > 6)
        return 0;
    for (; length; length--, at++) {
        if (*at < '0' || *at > '9')
            return 0;
        speed = speed * 10 + (uint32_t)(*at - '0');
    }
    return uart_divisor(speed);
}

/* PORT[,SPEED], or none. */
static bool read_serial(const char *at, uint32_t length, struct options *options)
{
    uint32_t first = 0, left;
    uint16_t port = 0, divisor = COM1_DIVISOR;
    int known;

    while (first < length && at[first] != ',')
        first++;
    if (first < length && !(divisor = read_divisor(at + first + 1, length - first - 1)))
        return false;
    if (choose(com, at, first, &known))
        port = (uint16_t)known;
    else if (!(rest_of(at, length, "none", &left) && !left) &&
             (!read_port(at, first, &port) || port > UINT16_MAX - UART_PORTS + 1))
        return false;
    options->serial_port = port;
    options->serial_divisor = divisor;
    options->serial_given = port != 0;
    return true;
}

/* Seconds, or a module's number: decimal, 0 to 99. */
static bool read_small(const char *at, uint32_t length, uint8_t *seconds)
{
    uint32_t value = 0;

    if (!length || length > 2)
        return false;
    for (; length; length--, at++) {
        if (*at < '0' || *at > '9')
            return false;
        value = value * 10 + (uint32_t)(*at - '0');
    }
    *seconds = (uint8_t)value;
    return true;
}

bool options_modules(const char *at, uint32_t length, struct option_modules *modules)
{
    for (modules->count = 0; modules->count < BATON_MODULES; modules->count++) {
        uint8_t *module = &modules->module[modules->count];
        uint32_t digits = 0;

        while (digits < length && at[digits] != ',')
            digits++;
        if (!read_small(at, digits, module) || !*module)
            return false;
        if (digits == length) {
            modules->count++;
            return true;
        }
        at += digits + 1;
        length -= digits + 1;
    }
    return false;
}

/* crash=: a module's number, or several with commas between them. */
static bool read_crash(const char *at, uint32_t length, struct options *options)
{
    struct option_modules initrds = {0};
    uint32_t first = 0;
    uint8_t kernel;

    while (first < length && at[first] != ',')
        first++;
    if (first < length && !options_modules(at + first + 1, length - first - 1, &initrds))
        return false;
    if (!read_small(at, first, &kernel) || !kernel)
        return false;
    options->crash = kernel;
    options->crash_initrds = initrds;
    return true;
}

/* NULL: accepted; *now is the current name if the word is an old one. Else the possible values,
 * or "" for an unknown word. */
static const char *take(const char *word, uint32_t length, struct options *options,
                        const char **now)
{
    uint32_t left;
    const char *value;
    int choice = 0;

    for (size_t i = 0; i < sizeof(chosen) / sizeof(*chosen); i++)
        if ((value = rest_of(word, length, chosen[i].name, &left))) {
            if (!choose(chosen[i].choices, value, left, &choice))
                return chosen[i].hint;
            __builtin_memcpy((char *)options + chosen[i].field, &choice, sizeof(choice));
            *now = chosen[i].now;
            return NULL;
        }
    if ((value = rest_of(word, length, "exitport=", &left))) {
        if (!read_port(value, left, &options->exit_port))
            return "an I/O port, such as 0xf4";
    } else if ((value = rest_of(word, length, "serial=", &left))) {
        if (!read_serial(value, left, options))
            return "com1 to com4 or an I/O port, with a speed as in com2,9600 (50 to 115200, a "
                   "divisor "
                   "of that), or none";
    } else if ((value = rest_of(word, length, "names=", &left))) {
        if (!choose(names, value, left, &choice)) /* boot/names.c has used it already */
            return "first or none";
    } else if ((value = rest_of(word, length, "countdown=", &left))) {
        if (!read_small(value, left, &options->countdown))
            return "a number of seconds, 0 to 99";
    } else if ((value = rest_of(word, length, "crashkernel=", &left))) {
        struct crashkernel wish;

        if (!crashkernel_read(value, left, 0, &wish))
            return "a size such as 64M, 64M@256M, or ranges such as 512M-2G:64M,2G-:128M";
        options->crashkernel = value;
        options->crashkernel_length = left;
    } else if ((value = rest_of(word, length, "crash=", &left))) {
        if (!read_crash(value, left, options))
            return "the number of a module, or several: the capture kernel and its initrds, such "
                   "as 3,4";
    } else if ((value = rest_of(word, length, "fault=", &left))) {
        if (!left)
            return "a kind of fault; the shell's command fault lists them";
        options->fault = value;
    } else if (rest_of(word, length, "verbose", &left) && !left) {
        options->verbose = true;
    } else if (rest_of(word, length, "shell", &left) && !left) {
        options->shell = true;
    } else {
        return "";
    }
    return NULL;
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
