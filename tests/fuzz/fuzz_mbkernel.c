/*
 * Bytes as a multiboot kernel; see stage.h for what comes before them. What it is told is read again
 * by Baton's own readers. The sums of headers are made
 * right first: random changes do not find them.
 */
#include "payload/common/payload.h"
#include "tests/fuzz/stage.h"
#include "tests/host/multiboot/mbkernel.h"

#include <string.h>

#define MOST 65536

static uint8_t bytes[MOST];

static void judge_modules(const struct journey *j)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < BATON_MODULES; i++) {
        const struct baton_module *module = &j->request.module[i];

        if (!module->file.size)
            continue;
        if (n >= mb_told.modules || mb_told.module[n].file.size != module->file.size ||
            mb_told.module[n].file.pa % BATON_PAGE_SIZE)
            fuzz_wrong("module %u is not told as it is", n);
        stage_same(mb_told.module[n].file.pa, module->file.pa, module->file.size,
                   "a module has wrong bytes");
        n++;
    }
    if (mb_told.modules != n)
        fuzz_wrong("%u modules are told of %u", mb_told.modules, n);
}

static void entered(const struct journey *j)
{
    const struct baton_registers *r = &j->payload.entry.registers;
    bool first = !strcmp(j->payload.format->name, "multiboot1");
    const char *wrong;

    if (!first && strcmp(j->payload.format->name, "multiboot2"))
        return; /* another target's */
    if (r->eax != (first ? 0x2badb002 : 0x36d76289) || r->ecx || r->edx || r->esi || r->edi ||
        r->ebp)
        fuzz_wrong("the entry registers are not the specification's");
    wrong = mb_read(j);
    if (wrong && !strstr(wrong, "more than 512 entries"))
        fuzz_wrong("the information cannot be read: %s", wrong);
    if (wrong)
        return; /* a longer map than Baton itself takes */
    if (mb_told.given_count != j->machine.host.memory_count)
        fuzz_wrong("the memory map has %u entries", mb_told.given_count);
    judge_modules(j);
}

/* Makes the sums of headers right, wherever their magic numbers are. */
static void make_sums(size_t size)
{
    for (size_t at = STAGE_SIZE; at + 16 <= size; at += 4) {
        uint32_t word[4];

        memcpy(word, bytes + at, sizeof(word));
        if (word[0] == 0x1badb002)
            word[2] = 0 - (word[0] + word[1]);
        else if (word[0] == 0xe85250d6)
            word[3] = 0 - (word[0] + word[1] + word[2]);
        memcpy(bytes + at, word, sizeof(word));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size = size < MOST ? size : MOST;
    memcpy(bytes, data, size);
    make_sums(size);
    stage_play(bytes, size, entered);
    return 0;
}
