/* help: all commands by topic, one topic, or one command in full. */
#include "kernel/console/console.h"
#include "kernel/console/print.h"
#include "kernel/shell/commands.h"

static void report_topic(const char *topic)
{
    screen_colour(CONSOLE_PROMPT);
    print("%s\n", topic);
    screen_colour(CONSOLE_PLAIN);
    for (uint32_t i = 0; i < command_count; i++)
        if (words_equal(commands[i].topic, topic))
            report(commands[i].name, "%s", commands[i].summary);
}

static bool is_first_of_topic(uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (words_equal(commands[i].topic, commands[n].topic))
            return false;
    return true;
}

static void report_command(const struct command *c)
{
    report("usage", "%s%s%s", c->name, *c->arguments ? " " : "", c->arguments);
    report("", "%s", c->summary);
    for (const char *line = c->text; *line;) {
        char part[WORDS_LINE];
        uint32_t n = 0;

        while (*line && *line != '\n' && n < sizeof(part) - 1)
            part[n++] = *line++;
        part[n] = '\0';
        line += *line == '\n';
        report("", "%s", part);
    }
}

void command_help(const struct words *words)
{
    if (!command_takes(words, 1))
        return;
    if (words->count == 1) {
        for (uint32_t i = 0; i < command_count; i++)
            if (is_first_of_topic(i))
                report_topic(commands[i].topic);
        print("help COMMAND says more about it. Numbers: 4096, 0x1000 or 4K, with K, M, G\n");
        return;
    }
    const struct command *command = command_named(words->word[1]);
    if (command) {
        report_command(command);
        return;
    }
    for (uint32_t i = 0; i < command_count; i++)
        if (words_equal(commands[i].topic, words->word[1])) {
            report_topic(commands[i].topic);
            return;
        }
    report("refused", "there is no command or topic %s; help alone lists them all", words->word[1]);
}
