/*
 * storewatch: a QEMU plugin that writes down every store between two instructions, by physical
 * page, and counts the instructions executed on the way.
 *
 *     -plugin storewatch.so,start=0xADDR,stop=0xADDR,out=FILE[,quit=on]
 *
 * start and stop are the virtual addresses of instructions: watching begins before the one at
 * `start` is executed and ends before the one at `stop` is. quit=on ends QEMU there. FILE then
 * holds lines:
 *
 *     end stop|start-never|stop-never
 *     instructions N                    each round of a REP counts as one
 *     split N                           stores across a page's end, counted on their first page
 *     page 0xPA STORES BYTES            one line a page, ascending
 *     device STORES                     to memory-mapped devices
 *
 * What the CPU writes by itself (accessed and dirty bits, descriptors) is not seen here: that is
 * what comparing the tables' bytes is for. QEMU's plugin header is not packaged by Debian, so the
 * part of its interface that is used stands here. [QEMU plugin API 1]
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- QEMU's side */

typedef uint64_t qemu_plugin_id_t;
typedef uint32_t qemu_plugin_meminfo_t;
typedef struct qemu_info qemu_info_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_hwaddr;

enum { QEMU_PLUGIN_CB_NO_REGS = 0 };
enum { QEMU_PLUGIN_MEM_W = 2 };

typedef void (*tb_trans_cb)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);
typedef void (*exec_cb)(unsigned vcpu, void *data);
typedef void (*mem_cb)(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t vaddr, void *data);
typedef void (*exit_cb)(qemu_plugin_id_t id, void *data);

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
bool qemu_plugin_mem_is_store(qemu_plugin_meminfo_t info);
unsigned qemu_plugin_mem_size_shift(qemu_plugin_meminfo_t info);
struct qemu_plugin_hwaddr *qemu_plugin_get_hwaddr(qemu_plugin_meminfo_t info, uint64_t vaddr);
bool qemu_plugin_hwaddr_is_io(const struct qemu_plugin_hwaddr *h);
uint64_t qemu_plugin_hwaddr_phys_addr(const struct qemu_plugin_hwaddr *h);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, tb_trans_cb cb);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, exec_cb cb, int flags,
                                            void *data);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn, mem_cb cb, int flags, int rw,
                                      void *data);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, exit_cb cb, void *data);

/* What QEMU looks for in this file. */
#define EXPORT __attribute__((visibility("default")))
EXPORT extern int qemu_plugin_version;
EXPORT int qemu_plugin_version = 1;
EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
                               char **argv);

/* ---- the watch */

#define PAGE_SIZE 4096u
#define PAGES (1u << 24) /* 64 GiB: PAE's reach */

struct page {
    uint32_t stores;
    uint32_t bytes;
};

static uint64_t start, stop;
static const char *out;
static bool quit;

static enum { BEFORE, WATCHING, AFTER } phase;
static struct page *pages;
static uint64_t instructions, split, device;

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
    for (uint64_t i = 0; i < PAGES; i++)
        if (pages[i].stores)
            fprintf(f, "page 0x%" PRIx64 " %" PRIu32 " %" PRIu32 "\n", i * PAGE_SIZE,
                    pages[i].stores, pages[i].bytes);
    fprintf(f, "device %" PRIu64 "\n", device);
    fclose(f);
}

static void on_exit_of_qemu(qemu_plugin_id_t id, void *data)
{
    (void)id, (void)data;
    if (phase != AFTER)
        write_summary();
}

static void on_instruction(unsigned vcpu, void *data)
{
    (void)vcpu, (void)data;
    if (phase == WATCHING)
        instructions++;
}

static void on_start(unsigned vcpu, void *data)
{
    (void)vcpu, (void)data;
    if (phase == BEFORE)
        phase = WATCHING;
}

static void on_stop(unsigned vcpu, void *data)
{
    (void)vcpu, (void)data;
    if (phase != WATCHING)
        return;
    phase = AFTER;
    write_summary();
    if (quit)
        _exit(0);
}

static void on_memory(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t vaddr, void *data)
{
    uint32_t size = 1u << qemu_plugin_mem_size_shift(info);

    (void)vcpu, (void)data;
    /* QEMU 7.2 calls for loads too, though only stores were asked for. */
    if (phase != WATCHING || !qemu_plugin_mem_is_store(info))
        return;
    struct qemu_plugin_hwaddr *h = qemu_plugin_get_hwaddr(info, vaddr);
    if (!h || qemu_plugin_hwaddr_is_io(h)) {
        device++;
        return;
    }
    uint64_t page = qemu_plugin_hwaddr_phys_addr(h) / PAGE_SIZE;
    if (page >= PAGES) {
        fprintf(stderr, "storewatch: store above 64 GiB\n");
        exit(1);
    }
    pages[page].stores++;
    pages[page].bytes += size;
    if (vaddr % PAGE_SIZE + size > PAGE_SIZE)
        split++;
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    size_t n = qemu_plugin_tb_n_insns(tb);

    (void)id;
    for (size_t i = 0; i < n; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        uint64_t at = qemu_plugin_insn_vaddr(insn);

        if (at == start)
            qemu_plugin_register_vcpu_insn_exec_cb(insn, on_start, QEMU_PLUGIN_CB_NO_REGS, NULL);
        if (at == stop)
            qemu_plugin_register_vcpu_insn_exec_cb(insn, on_stop, QEMU_PLUGIN_CB_NO_REGS, NULL);
        qemu_plugin_register_vcpu_insn_exec_cb(insn, on_instruction, QEMU_PLUGIN_CB_NO_REGS, NULL);
        qemu_plugin_register_vcpu_mem_cb(insn, on_memory, QEMU_PLUGIN_CB_NO_REGS,
                                         QEMU_PLUGIN_MEM_W, NULL);
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
        else if ((v = value(argv[i], "out")))
            out = strdup(v);
        else if ((v = value(argv[i], "quit")))
            quit = strcmp(v, "on") == 0;
        else
            fprintf(stderr, "storewatch: unknown argument %s\n", argv[i]);
    }
    pages = calloc(PAGES, sizeof(*pages));
    if (!start || !stop || !out || !pages) {
        fprintf(stderr, "storewatch: start=, stop= and out= are needed\n");
        return -1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    qemu_plugin_register_atexit_cb(id, on_exit_of_qemu, NULL);
    return 0;
}
