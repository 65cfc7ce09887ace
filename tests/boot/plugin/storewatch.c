/*
 * storewatch: a QEMU plugin that writes down every store between two instructions, by physical
 * page, and counts the instructions executed on the way.
 *
 *     -plugin storewatch.so,start=0xADDR,stop=0xADDR,out=FILE[,quit=on]
 *             [,mark=0xADDR][,ram=FILE][,before=FILE][,stores=off]
 *
 * start and stop are the virtual addresses of instructions: watching begins before the one at
 * `start` is executed and ends before the one at `stop` is. quit=on ends QEMU there. FILE then
 * holds lines:
 *
 *     end stop|start-never|stop-never
 *     instructions N                    each round of a REP counts as one, if -icount is given
 *     split N                           stores across a page's end, counted on their first page
 *     page 0xPA STORES BYTES            one line a page, ascending
 *     device STORES                     to memory-mapped devices
 *
 * With mark=, the address of an instruction on the way, also what happens from it on:
 *
 *     late 0xPA STORED READ             bytes, one line a page
 *
 * With ram=, the file that QEMU's memory-backend-file keeps RAM in, also where the code lay, and
 * before= gets a copy of RAM as it was at `start`:
 *
 *     fetch 0xVA 0xPA N                 N instructions in a row from this page (0x1: not in RAM)
 *
 * With stores=off, instructions are counted and no store is looked at, which is several times faster.
 *
 * What the CPU writes by itself (accessed and dirty bits, descriptors) is not seen here: that is
 * what comparing bytes is for.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "address.h"
#include "fetches.h"
#include "plugin.h"

#define PAGES (1u << 24) /* 64 GiB: PAE's reach */

EXPORT int qemu_plugin_version = BATON_PLUGIN_API;

struct page {
    uint32_t stores, bytes;
    uint32_t late_stored, late_read; /* bytes, from the mark on */
};

static uint64_t start, mark, stop;
static const char *out, *ram, *before;
static bool quit, count_only;

static enum { BEFORE, WATCHING, AFTER } phase;
static bool late;
static struct page *pages;
static uint64_t instructions, split, device, highest; /* highest: no page above it was touched */

static void write_summary(void)
{
    static const char *const end[] = {"start-never", "stop-never", "stop"};
    FILE *f = fopen(out, "w");

    if (!f) {
        perror(out);
        exit(1);
    }
    fprintf(f, "end %s\ninstructions %" PRIu64 "\nsplit %" PRIu64 "\n", end[phase], instructions,
            split);
    for (uint64_t i = 0; i <= highest; i++) {
        const struct page *p = &pages[i];

        if (p->stores)
            fprintf(f, "page 0x%" PRIx64 " %" PRIu32 " %" PRIu32 "\n", i * PAGE_SIZE, p->stores,
                    p->bytes);
        if (p->late_stored || p->late_read)
            fprintf(f, "late 0x%" PRIx64 " %" PRIu32 " %" PRIu32 "\n", i * PAGE_SIZE,
                    p->late_stored, p->late_read);
    }
    fetches_write(f);
    fprintf(f, "device %" PRIu64 "\n", device);
    fclose(f);
}

ON_EXIT(on_exit_of_qemu)
{
    if (phase != AFTER)
        write_summary();
}

static void on_counted(unsigned vcpu, void *data)
{
    (void)vcpu, (void)data;
    instructions += phase == WATCHING;
}

static void on_instruction(unsigned vcpu, void *place)
{
    (void)vcpu;
    if (phase != WATCHING)
        return;
    instructions++;
    fetches_add(place);
}

/* These three are called at every instruction with the offset in its page that start, mark or stop
 * has; which page, is known only now. */
static bool is_at(uint64_t point, void *translated_at)
{
    return address_now((uintptr_t)translated_at) == point;
}

static void on_start(unsigned vcpu, void *translated_at)
{
    (void)vcpu;
    if (phase != BEFORE || !is_at(start, translated_at))
        return;
    phase = WATCHING;
    if (before && !ram_copy(before))
        exit(1);
}

static void on_mark(unsigned vcpu, void *translated_at)
{
    (void)vcpu;
    if (is_at(mark, translated_at))
        late = phase == WATCHING;
}

static void on_stop(unsigned vcpu, void *translated_at)
{
    (void)vcpu;
    if (phase != WATCHING || !is_at(stop, translated_at))
        return;
    phase = AFTER;
    write_summary();
    if (quit)
        _exit(0);
}

static void on_memory(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t vaddr, void *data)
{
    uint32_t size = 1u << qemu_plugin_mem_size_shift(info);
    bool store = qemu_plugin_mem_is_store(info); /* QEMU 7.2 calls for loads, whatever is asked */

    (void)vcpu, (void)data;
    if (phase != WATCHING || (!store && !late))
        return;
    struct qemu_plugin_hwaddr *h = qemu_plugin_get_hwaddr(info, vaddr);
    if (!h || qemu_plugin_hwaddr_is_io(h)) {
        device += store;
        return;
    }
    uint64_t page = qemu_plugin_hwaddr_phys_addr(h) / PAGE_SIZE;
    if (page >= PAGES) {
        fprintf(stderr, "storewatch: access above 64 GiB\n");
        exit(1);
    }
    if (page > highest)
        highest = page;
    if (!store) {
        pages[page].late_read += size;
        return;
    }
    pages[page].stores++;
    pages[page].bytes += size;
    if (late)
        pages[page].late_stored += size;
    if (vaddr % PAGE_SIZE + size > PAGE_SIZE)
        split++;
}

ON_TRANSLATION(on_translation, tb)
{
    size_t n = qemu_plugin_tb_n_insns(tb);

    address_watch(tb);
    for (size_t i = 0; i < n; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        uint64_t vaddr = qemu_plugin_insn_vaddr(insn);
        const struct {
            uint64_t at;
            exec_cb call;
        } point[] = {{start, on_start}, {mark, on_mark}, {stop, on_stop}};

        for (unsigned k = 0; k < sizeof(point) / sizeof(*point); k++)
            if (point[k].at && vaddr % PAGE_SIZE == point[k].at % PAGE_SIZE)
                qemu_plugin_register_vcpu_insn_exec_cb(insn, point[k].call, QEMU_PLUGIN_CB_NO_REGS,
                                                       (void *)(uintptr_t)vaddr);
        if (count_only) {
            qemu_plugin_register_vcpu_insn_exec_cb(insn, on_counted, QEMU_PLUGIN_CB_NO_REGS, NULL);
            continue;
        }
        qemu_plugin_register_vcpu_insn_exec_cb(insn, on_instruction, QEMU_PLUGIN_CB_NO_REGS,
                                               fetches_place(insn));
        qemu_plugin_register_vcpu_mem_cb(insn, on_memory, QEMU_PLUGIN_CB_NO_REGS,
                                         mark ? QEMU_PLUGIN_MEM_RW : QEMU_PLUGIN_MEM_W, NULL);
    }
}

/* name=value: the value, or NULL if the argument has another name. */
static const char *value(const char *argument, const char *name)
{
    size_t n = strlen(name);

    return strncmp(argument, name, n) == 0 && argument[n] == '=' ? argument + n + 1 : NULL;
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
    (void)info;
    for (int i = 0; i < argc; i++) {
        const char *v;

        if ((v = value(argv[i], "start")))
            start = strtoull(v, NULL, 0);
        else if ((v = value(argv[i], "stop")))
            stop = strtoull(v, NULL, 0);
        else if ((v = value(argv[i], "mark")))
            mark = strtoull(v, NULL, 0);
        else if ((v = value(argv[i], "ram")))
            ram = strdup(v);
        else if ((v = value(argv[i], "before")))
            before = strdup(v);
        else if ((v = value(argv[i], "out")))
            out = strdup(v);
        else if ((v = value(argv[i], "quit")))
            quit = strcmp(v, "on") == 0;
        else if ((v = value(argv[i], "stores")))
            count_only = strcmp(v, "off") == 0;
        else
            fprintf(stderr, "storewatch: unknown argument %s\n", argv[i]);
    }
    pages = calloc(PAGES, sizeof(*pages));
    if (!start || !stop || !out || !pages) {
        fprintf(stderr, "storewatch: start=, stop= and out= are needed\n");
        return -1;
    }
    if (ram)
        ram_watch(ram);
    register_translation(id, on_translation);
    qemu_plugin_register_atexit_cb(id, on_exit_of_qemu, NULL);
    return 0;
}
