/*
 * Every refusal: its name and its sentence, in one table. A sentence says what is wrong and what
 * would help. {what} is a field or a segment, {asked} the request's type; {value} and {limit} print
 * as hex, with :n as decimal, with :v as a version.
 */
#include "lib/text.h"

struct sentence {
    const char *name, *text;
};

static const struct sentence sentences[BATON_ERRORS] = {
    [-BATON_OK] = {"OK", "no error"},
    [-BATON_E_EMPTY] = {"E_EMPTY", "{what} is empty; give a file with at least one byte"},
    [-BATON_E_FORMAT] = {"E_FORMAT", "the payload is of no known kind (its first bytes are "
                                     "{value}); known are {what}"},
    [-BATON_E_TRUNCATED] = {"E_TRUNCATED", "the payload ends within its {what}: {limit:n} bytes "
                                           "are needed, it has {value:n}; is the file whole?"},
    [-BATON_E_FIELD] =
        {"E_FIELD",
         "the payload's field {what} is {value}; the file is damaged or not for this machine"},
    [-BATON_E_PROTOCOL] = {"E_PROTOCOL", "the kernel speaks boot protocol {value:v}, {limit:v} or "
                                         "later is needed; take a newer kernel"},
    [-BATON_E_COMMAND_LINE] = {"E_COMMAND_LINE", "the command line has {value:n} characters, "
                                                 "{what} takes {limit:n}; shorten it"},
    [-BATON_E_SEGMENTS] = {"E_SEGMENTS",
                           "{value:n} {what} are too many, at most {limit:n} can be taken; give a "
                           "payload that has fewer, or that takes more"},
    [-BATON_E_OVERLAP] = {"E_OVERLAP", "segment {what} at {value} overlaps another segment at "
                                       "{limit}; the file contradicts itself"},
    [-BATON_E_NOT_RAM] =
        {"E_NOT_RAM", "segment {what} needs memory from {value} to {limit}, and not all of that is "
                      "usable RAM; give the machine more memory, or a payload that runs elsewhere"},
    [-BATON_E_LIVE_TABLES] =
        {"E_LIVE_TABLES", "segment {what} at {value} would overwrite the live page tables, or a "
                          "table of UEFI firmware, at {limit} (H1); give a payload that runs "
                          "elsewhere"},
    [-BATON_E_NO_ROOM] = {"E_NO_ROOM",
                          "no free memory below {limit} for {what}, which needs {value:n} bytes in "
                          "one piece; give the machine more memory, or smaller files"},
    [-BATON_E_NO_PAGES] = {"E_NO_PAGES", "no free page left for the {what}; give the machine more "
                                         "memory"},
    [-BATON_E_TOO_HIGH] =
        {"E_TOO_HIGH",
         "segment {what} at {value} ends above 4 GiB, at {limit}; give a payload that runs lower"},
    [-BATON_E_CPU] =
        {"E_CPU", "the payload needs {what}, which this CPU lacks; give a payload for this CPU"},
    [-BATON_E_CHECK] = {"E_CHECK", "the dry run failed, invariant {what}, at page {value} (word "
                                   "{limit:n} of the list); please report this"},
    [-BATON_E_REALMODE] = {"E_REALMODE", "the payload is entered in real mode ({what}), where it "
                                         "calls the BIOS, and this machine has none; start it on a "
                                         "BIOS, or give a payload with a 32-bit entry"},
    [-BATON_E_REACH] = {"E_REACH",
                        "no free page below {limit} for the {what}: this payload reaches "
                        "no more when it reads them; give the boot loader fewer or "
                        "smaller modules, or start the payload with GRUB's own command"},
    [-BATON_E_KIND] = {"E_KIND", "the payload is {what}"},
    [-BATON_E_LEAST] = {"E_LEAST",
                        "the payload's field {what} is {value}, and {limit} is the least that can "
                        "be; the file is damaged or not for this machine"},
    [-BATON_E_MOST] = {"E_MOST", "the payload's field {what} is {value}, and {limit} is the most "
                                 "that can be; the file is damaged or not for this machine"},
    [-BATON_E_HOST] = {"E_HOST", "the host kernel breaks the contract of baton.h: {what} ({value}, "
                                 "{limit}); nothing is wrong with the payload"},
    [-BATON_E_REQUIRES] =
        {"E_REQUIRES", "the payload requires {what} {value:n}, which Baton does not provide; start "
                       "it with GRUB's command multiboot or multiboot2, or build it without that"},
    [-BATON_E_FIXED] = {"E_FIXED", "segment {what} runs at {value} only; a capture kernel must be "
                                   "relocatable"},
    [-BATON_E_TYPE] = {"E_TYPE", "the payload is {what}, and the type {asked} was asked for; leave "
                                 "type= out, or give a file of that type"},
    [-BATON_E_NO_TYPE] = {"E_NO_TYPE", "there is no type {asked} of payloads; known are {what}"},
    [-BATON_E_FLAT] = {"E_FLAT",
                       "{what} is {value}: type=flat needs load=ADDRESS, 0x1000 or more, and "
                       "takes entry=ADDRESS, which lies in the file from there on"},
    [-BATON_E_CALL] = {"E_CALL", "the call has failed: {what} {value:n}, at {limit}; memory and "
                                 "registers are as before the call"},
};

const char *baton_error_name(int error)
{
    return error <= 0 && error > -BATON_ERRORS ? sentences[-error].name : "E_UNKNOWN";
}

/* Does the template continue with this word? Then it is moved past the word. */
static bool take(const char **template, const char *word)
{
    const char *after = text_after(*template, word);

    if (after)
        *template = after;
    return after;
}

size_t baton_explain(const struct baton_refusal *why, char *text, size_t size)
{
    struct text out = {text, size, 0};
    const char *t = why->error <= 0 && why->error > -BATON_ERRORS ? sentences[-why->error].text
                                                                  : "unknown error {value}";

    while (*t) {
        if (take(&t, "{what}"))
            text_add(&out, why->what ? why->what : "?");
        else if (take(&t, "{asked}"))
            text_add(&out, why->asked ? why->asked : "?");
        else if (take(&t, "{value}"))
            text_hex(&out, why->value);
        else if (take(&t, "{limit}"))
            text_hex(&out, why->limit);
        else if (take(&t, "{value:n}"))
            text_decimal(&out, why->value);
        else if (take(&t, "{limit:n}"))
            text_decimal(&out, why->limit);
        else if (take(&t, "{value:v}"))
            text_version(&out, why->value);
        else if (take(&t, "{limit:v}"))
            text_version(&out, why->limit);
        else
            text_char(&out, *t++);
    }
    return out.length;
}
