/* modules, load, unload, status, exec: from a module to the hand-off. */
#include "kernel/console/print.h"
#include "kernel/crash/crash.h"
#include "kernel/crash/report_crash.h"
#include "kernel/load/stage.h"
#include "kernel/load/report.h"
#include "kernel/memory/live.h"
#include "kernel/memory/pages.h"
#include "kernel/options/values.h"
#include "kernel/shell/commands.h"
#include "lib/text.h"

static const char *place_name(enum baton_policy place)
{
    static const char *const names[] = {[BATON_PLACE_AUTO] = "auto",
                                        [BATON_PLACE_PREFER] = "prefer",
                                        [BATON_PLACE_ALL] = "all",
                                        [BATON_PLACE_NONE] = "none"};

    return names[place];
}

void command_modules(const struct words *words)
{
    const struct boot_info *boot = stage_boot();

    if (!command_takes(words, 0))
        return;
    if (!boot->modules)
        report("modules", "none; in GRUB, each line `module FILE ARGUMENTS` gives one");
    for (uint32_t i = 0; i < boot->modules; i++) {
        const struct boot_module *m = &boot->module[i];
        char name[REPORT_STEP_MAX];
        struct text text = {name, sizeof(name), 0};

        text_add(&text, "module ");
        text_decimal(&text, i + 1);
        report(name, "%a to %a, %z, \"%s\"", m->file.pa, m->file.pa + m->file.size, m->file.size,
               m->string);
    }
}

static bool is_module(uint64_t number)
{
    bool there = number && number <= stage_boot()->modules;

    if (!there)
        report("refused", "there is no module %n; modules lists them", number);
    return there;
}

/* Reads the number of a module, from 1. */
static bool read_module(const struct words *words, const char *word, uint32_t *module)
{
    uint64_t number;

    if (!words_number(word, &number)) {
        command_usage(words, "a module is a number; modules lists them");
        return false;
    }
    *module = (uint32_t)number;
    return is_module(number);
}

/* Reads "none", or numbers of modules separated by commas. */
static bool read_initrds(const struct words *words, const char *word,
                         struct option_modules *initrds)
{
    uint32_t length = 0;

    initrds->count = 0;
    if (words_equal(word, "none"))
        return true;
    while (word[length])
        length++;
    if (!options_modules(word, length, initrds)) {
        command_usage(words,
                      "initrd= may be none, or numbers such as 2 or 2,3; modules lists them");
        return false;
    }
    for (uint32_t i = 0; i < initrds->count; i++)
        if (!is_module(initrds->module[i]))
            return false;
    return true;
}

static bool read_place(const struct words *words, const char *word, enum baton_policy *place)
{
    for (int i = BATON_PLACE_AUTO; i <= BATON_PLACE_NONE; i++)
        if (words_equal(word, place_name((enum baton_policy)i))) {
            *place = (enum baton_policy)i;
            return true;
        }
    command_usage(words, "place= may be auto, prefer, all or none");
    return false;
}

static bool read_verify(const struct words *words, const char *word, enum option_verify *verify)
{
    bool on = words_equal(word, "on");

    if (!on && !words_equal(word, "off")) {
        command_usage(words, "verify= may be on or off");
        return false;
    }
    *verify = on ? VERIFY_ON : VERIFY_OFF;
    return true;
}

static bool read_type(const struct words *words, const char *word, char type[OPTION_TYPE])
{
    uint32_t length = 0;

    while (word[length])
        length++;
    if (!value_type(word, length, type)) {
        command_usage(words, "type= may be the name of a format, such as bzimage");
        return false;
    }
    return true;
}

static bool read_address(const struct words *words, const char *word, uint64_t *address)
{
    if (words_number(word, address) && *address)
        return true;
    command_usage(words, "load= and entry= may be addresses, such as 0x100000");
    return false;
}

/* Reads the words from number `from` on; false: it has reported an error. */
static bool read_options(const struct words *words, uint32_t from, struct stage_options *wanted)
{
    for (uint32_t i = from; i < words->count; i++) {
        const char *word = words->word[i], *value;

        if ((value = text_after(word, "initrd="))) {
            if (!read_initrds(words, value, &wanted->initrds))
                return false;
        } else if ((value = text_after(word, "place="))) {
            if (!read_place(words, value, &wanted->place))
                return false;
        } else if ((value = text_after(word, "type="))) {
            if (!read_type(words, value, wanted->format.type))
                return false;
        } else if ((value = text_after(word, "load="))) {
            if (!read_address(words, value, &wanted->format.load))
                return false;
        } else if ((value = text_after(word, "entry="))) {
            if (!read_address(words, value, &wanted->format.entry))
                return false;
        } else if ((value = text_after(word, "verify=")) || (value = text_after(word, "check="))) {
            if (text_after(word, "check="))
                report("renamed", "%s: taken, but its name is verify= now", word);
            if (!read_verify(words, value, &wanted->verify))
                return false;
        } else if (words_equal(word, "return") || words_equal(word, "--return")) {
            wanted->call = true;
        } else if (words_equal(word, "append")) {
            wanted->command_line = i + 1 < words->count ? words->line + words->start[i + 1] : "";
            return true; /* the rest of the line is the payload's command line */
        } else if (i > from) {
            command_usage(words, "after the module's number come initrd=, place=, verify=, type=, "
                                 "load=, entry=, return or append");
            return false;
        } else if (!read_module(words, word, &wanted->kernel)) {
            return false;
        } else {
            /* an explicit module number: no initrds and no type, unless further words give them */
            wanted->initrds.count = 0;
            wanted->format = (struct option_format){0};
        }
    }
    return true;
}

void command_load(const struct words *words)
{
    struct stage_options wanted = stage_default();

    if (words->count > 1 && words_equal(words->word[1], "-p")) {
        if (!read_options(words, 2, &wanted))
            return;
        if (wanted.call)
            command_usage(words, "return is not for a capture kernel");
        else
            crash_load(&wanted);
        return;
    }
    if (read_options(words, 1, &wanted) && !stage_load(&wanted) && stage_loaded())
        report("kept", "the image loaded before is still loaded");
}

void command_unload(const struct words *words)
{
    if (words->count == 2 && words_equal(words->word[1], "-p")) {
        if (command_capture())
            crash_unload();
    } else if (command_takes(words, 0) && command_image()) {
        stage_unload();
    }
}

void command_status(const struct words *words)
{
    struct stage *stage = stage_loaded();

    if (!command_takes(words, 0))
        return;
    if (!stage) {
        report("image", "nothing is loaded");
    } else {
        report("image", "module %u is loaded, place=%s", stage->kernel,
               place_name(stage->request.place));
        report("armed", stage->image.armed ? "yes, the last check passed"
                                           : "no, the last check found it broken");
        report_stage(stage);
        report("command", "\"%s\"", stage->request.command_line);
        report("entry", "%a", (uint64_t)baton_entry_address(&stage->payload.entry));
    }
    if (crash_loaded())
        report_crash(crash_loaded());
    report("pages", "%n free, %z", pages_count(), pages_count() << BATON_PAGE_SHIFT);
}

#define CALLS_MOST 1000000

void command_exec(const struct words *words)
{
    uint64_t times = 1;

    if (!command_takes(words, 1))
        return;
    if (words->count > 1 &&
        (!words_number(words->word[1], &times) || !times || times > CALLS_MOST)) {
        command_usage(words, "how many times is a number from 1 to 1000000");
        return;
    }
    if (!command_image())
        return;
    if (words->count > 1 && !stage_loaded()->request.call) {
        command_usage(words,
                      "only a payload that returns (load return) can be called several times");
        return;
    }
    /* poke may have changed them since the load, and the dry run relies on these tables */
    if (live_checksum() != live.summary.checksum) {
        report("refused", "H1: the live tables are not as they were at the start; check says more");
        return;
    }
    if (stage_loaded()->request.call)
        stage_call((uint32_t)times);
    else
        stage_handoff();
}
