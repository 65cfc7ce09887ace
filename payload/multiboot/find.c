/* The search for a multiboot header. */
#include "payload/multiboot/multiboot.h"

#define WORDS_READ 16 /* at a time */
#define WORDS_MOST 4  /* that have a sum */

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
