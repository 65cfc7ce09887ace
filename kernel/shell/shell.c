/* Reads a line, finds the command, runs it. */
#include "kernel/shell/shell.h"

#include "kernel/console/console.h"
#include "kernel/console/print.h"
#include "kernel/console/serial.h"
#include "kernel/shell/commands.h"
#include "kernel/terminal/edit.h"
#include "kernel/terminal/input.h"
#include "kernel/terminal/pager.h"
#include "lib/text.h"

#define COLUMNS 80
#define TENTHS 10

static void put(char c)
{
    char text[2] = {c, '\0'};

    console_raw(text);
}

/* Completes commands at the start of a line, and after `help`. */
static const char *candidate(const char *line, uint32_t start, uint32_t n)
{
    const char *rest = text_after(line, "help ");

    if (start && !(rest && start == (uint32_t)(rest - line)))
        return NULL;
    return n < command_count ? commands[n].name : NULL;
}

static void prompt(const char *text)
{
    screen_colour(CONSOLE_PROMPT);
    console_raw(text);
    screen_colour(CONSOLE_PLAIN);
}

static const struct edit_host edit_host = {put, prompt, candidate};
static struct edit edit = {.host = &edit_host, .prompt = "baton> ", .columns = COLUMNS};

static void run_line(const char *line)
{
    static struct words words;
    const char *wrong = words_split(line, &words);
    const struct command *command;

    if (wrong) {
        report("refused", "%s", wrong);
        return;
    }
    if (!words.count)
        return;
    command = command_named(words.word[0]);
    if (!command) {
        report("refused", "there is no command %s; help lists them", words.word[0]);
        return;
    }
    pager_begin();
    command->run(&words);
    pager_end();
}

static void report_keyboard(void)
{
    if (input_has_keyboard())
        return;
    report("keyboard", "there is no PS/2 controller%s",
           serial_port() ? ": type on the serial line"
                         : " and no serial line: nothing can be typed");
}

void shell_run(void)
{
    report("shell", "help lists the commands; load stages the modules, exec hands over");
    report_keyboard();
    for (;;) {
        edit_begin(&edit);
        while (!edit_key(&edit, input_key()))
            ;
        run_line(edit.line);
    }
}

bool shell_wanted(uint32_t seconds)
{
    bool wanted = false;

    for (uint32_t left = seconds; left && !wanted; left--) {
        screen_colour(CONSOLE_STEP);
        console_raw("\rshell       ");
        screen_colour(CONSOLE_PLAIN);
        print("press a key within %u second%s ", left, plural(left));
        wanted = input_wait(TENTHS) != KEY_NONE;
    }
    console_raw("\r");
    report("shell",
           wanted ? "a key was pressed                " : "no key was pressed: continuing   ");
    return wanted;
}
