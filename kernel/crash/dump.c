/* What a core says of Baton. */
#include "kernel/crash/dump.h"

#include "kernel/load/stage.h"
#include "kernel/machine/layout.h"
#include "kernel/memory/live.h"
#include "lib/text.h"

#define RANGES (2 * BOOT_MEMORY + 4)
#define INFO_MAX 512

static struct baton_dump_range ranges[RANGES];
static char headers[BATON_CRASH_HEADERS] __attribute__((aligned(4)));
static char info[INFO_MAX];
static struct baton_crash_dump dump;

static void write_info(struct text *text)
{
    text_add(text, "OSRELEASE=baton-" BATON_VERSION "\nPAGESIZE=4096\nCONFIG_X86_PAE=");
    text_add(text, live.summary.kind == BATON_TABLES_PAE ? "y" : "n");
    text_add(text, "\nBATON(live_root)=");
    text_hex(text, live.summary.root);
    text_add(text, "\nBATON(live_tables)=");
    text_decimal(text, live.summary.tables);
    text_add(text, "\nBATON(live_checksum)=");
    text_hex(text, live.summary.checksum);
    text_add(text, "\nBATON(kernel_base)=");
    text_hex(text, KERNEL_BASE);
    text_char(text, '\n');
}

struct baton_crash_dump *dump_begin(void)
{
    struct text text = {info, sizeof(info), 0};

    write_info(&text);
    dump = (struct baton_crash_dump){
        .info = info,
        .direct_end = live_direct_end(),
        .direct_va = KERNEL_BASE,
        .range = ranges,
        .range_room = RANGES,
        .headers = headers,
    };
    return &dump;
}
