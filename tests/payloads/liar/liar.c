/*
 * The liar's main function: reads the lies, loads the kernel, makes the information, enters the
 * kernel. Exit code 0x23 (status 71): that was not possible.
 */
#include "liar/liar.h"

#include "lib/console.h"

#define EXIT_GIVEN_UP 0x23

static struct entry_state state;

void liar(uint32_t magic, const struct mb_info *given);

void give_up(const char *why)
{
    say("liar gives up: %s\n", why);
    finish(EXIT_GIVEN_UP);
}

void liar(uint32_t magic, const struct mb_info *given)
{
    console_open();
    if (magic != MB_ENTRY_MAGIC)
        give_up("not loaded by multiboot");
    if ((given->flags & MB_HAS_MODULES) == 0 || given->mods_count == 0)
        give_up("no module to boot");

    const struct mb_module *modules = (const void *)(uintptr_t)given->mods;
    const char *lies = past_file_name((const char *)(uintptr_t)given->command_line);

    say("\nliar lies: %s\n", lies);
    words_open(lies);
    state.eip = load(&modules[0]);
    if (word("enter", "record")) {
        make_record(&state, modules + 1, given->mods_count - 1);
    } else {
        struct mb_info *info = arena(sizeof *info);

        info->mem_lower = given->mem_lower;
        info->mem_upper = word_number("mem_upper", given->mem_upper);
        info->flags |= word("memory", "none") ? 0 : MB_HAS_MEMORY;
        make_strings(info, as_given((const char *)(uintptr_t)modules[0].string));
        make_modules(info, modules + 1, given->mods_count - 1);
        make_map(info, given);
        state.eax = MB_ENTRY_MAGIC;
        state.ebx = (uint32_t)(uintptr_t)info;
    }
    make_state(&state);
    leave(&state);
}
