/* Is the first word of a command line a file name, or one of Baton's options? */
#include "boot/names.h"

#include <stddef.h>

#include "lib/text.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Does the word at `word`, which ends at a blank, equal `is`? */
static bool word_is(const char *word, const char *is)
{
    const char *after = text_after(word, is);

    return after && (!*after || is_blank(*after));
}

/*
 * A path, or a name with an extension: /boot/baton.elf, (hd0,0)/baton, tftp://host/baton.elf,
 * baton.gz. None of Baton's options has one of these characters before its "=".
 */
static bool is_file(const char *word)
{
    if (word_is(word, "baton"))
        return true;
    for (; *word && !is_blank(*word) && *word != '='; word++)
        if (*word == '/' || *word == '\\' || *word == '.' || *word == ':')
            return true;
    return false;
}

bool names_come_first(const char *line)
{
    bool first;

    while (is_blank(*line))
        line++;
    first = is_file(line);
    for (; *line; line = names_skip(line)) {
        if (word_is(line, "names=first"))
            first = true;
        else if (word_is(line, "names=none"))
            first = false;
    }
    return first;
}

const char *names_skip(const char *string)
{
    while (is_blank(*string))
        string++;
    while (*string && !is_blank(*string))
        string++;
    while (is_blank(*string))
        string++;
    return string;
}
