/* The search for a multiboot header; what is kept of the file, and how its kernel is entered. */
#include "payload/multiboot.h"

#include "lib/multiboot1.h"
#include "lib/multiboot2.h"
#include "lib/text.h"

#define WORDS_READ 16 /* at a time */
#define WORDS_MOST 4  /* that have a sum */

const struct multiboot_kind multiboot_first = {MULTIBOOT_HEADER_MAGIC, MULTIBOOT_HEADER_WITHIN, 4,
                                               3};
const struct multiboot_kind multiboot_second = {MULTIBOOT2_HEADER_MAGIC, MULTIBOOT2_HEADER_WITHIN,
                                                8, 4};

_Static_assert(sizeof(struct multiboot_kept) <= BATON_HEADER, "a payload keeps it");

static bool is_header(const struct multiboot_kind *kind, const uint32_t *word)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < kind->words; i++)
        sum += word[i];
    return word[0] == kind->magic && !sum;
}

bool multiboot_find(const struct baton_host *host, const struct baton_file *file,
                    const struct multiboot_kind *kind, uint32_t *at)
{
    uint32_t word[WORDS_READ + WORDS_MOST];

    for (uint32_t from = 0; from < kind->within; from += WORDS_READ * 4) {
        uint32_t size = sizeof(word);

        while (size && !baton_file_read(host, file, from, word, size))
            size -= 4;
        if (!size)
            return false;
        for (uint32_t i = 0; i < WORDS_READ && (i + kind->words) * 4 <= size; i += kind->align / 4)
            if (is_header(kind, word + i) && from + (i + kind->words) * 4 <= kind->within) {
                *at = from + i * 4;
                return true;
            }
    }
    return false;
}

void multiboot_keep(struct baton_payload *payload, const struct multiboot_kept *kept)
{
    payload->header_size = sizeof(*kept);
    __builtin_memcpy(payload->header, kept, sizeof(*kept));
}

struct multiboot_kept multiboot_kept(const struct baton_payload *payload)
{
    struct multiboot_kept kept;

    __builtin_memcpy(&kept, payload->header, sizeof(kept));
    return kept;
}

void multiboot_name(struct baton_payload *payload, const char *format, bool addressed)
{
    struct text name = {payload->name, sizeof(payload->name), 0};
    struct text kind = {payload->kind, sizeof(payload->kind), 0};

    text_add(&name, "a kernel");
    text_add(&kind, format);
    text_add(&kind, addressed ? ", address fields" : payload->long_mode ? ", ELF64" : ", ELF32");
}

void multiboot_enter(struct baton_payload *payload, uint32_t magic,
                     const struct baton_segment *area)
{
    struct multiboot_kept kept = multiboot_kept(payload);
    uint32_t eip = kept.entry;

    if (kept.relocatable)
        eip += (uint32_t)payload->segment[0].dest - kept.load_base;
    payload->entry = (struct baton_entry){BATON_ENTRY_FLAT32,
                                          {.eip = eip, .eax = magic, .ebx = (uint32_t)area->dest}};
}
