/*
 * The entry of a bzImage by the 32-bit boot protocol: esi holds boot_params; ebp, edi and ebx are
 * zero. All unused bytes of boot_params are zero. Baton's record is a setup_data node with text
 * lines. Before protocol 2.09 there is no setup_data, and so no record. [LBP 32-bit]
 */
#include "judge/efi.h"
#include "judge/judge.h"
#include "judge/state.h"
#include "lib/console.h"

#define HDRS 0x53726448u
#define SETUP_DATA_SINCE 0x0209u
#define SETUP_E820_EXT 1u
#define SETUP_INDIRECT 0x80000000u
#define EFI_INFO 0x1c0u
#define LOADER_UNDEFINED 0xffu
#define E820_MAX 128u
#define E820_TABLE 0x2d0u
#define E820_SIZE 20u
#define NODES_MAX 64

struct node { /* struct setup_data */
    uint64_t next;
    uint32_t type, length;
    uint8_t data[];
};

struct indirect { /* struct setup_indirect */
    uint32_t type, reserved;
    uint64_t length, address;
};

static const uint8_t *params;

static uint32_t field(uint32_t offset, uint32_t size)
{
    uint32_t value = 0;

    while (size-- > 0)
        value = value << 8 | params[offset + size];
    return value;
}

void contract_registers(void)
{
    const struct judge_state *s = &judge_state;

    check_that("esi", s->esi != 0 && s->esi % 4 == 0, s->esi, "an aligned address");
    check("eax", s->eax, 0);
    check("ebx", s->ebx, 0);
    check("ecx", s->ecx, 0);
    check("edx", s->edx, 0);
    check("edi", s->edi, 0);
    check("ebp", s->ebp, 0);
}

/* boot_params has only the fields of the protocol: no other bytes of the file or of the old
 * page. */
static void zero_check(void)
{
    uint32_t used = E820_TABLE + field(0x1e8, 1) * E820_SIZE;
    uint32_t header_end = 0x202 + field(0x201, 1);
    const struct {
        uint32_t start, end;
    } zero[] = {{0x040, 0x070}, {0x078, 0x1c0}, {0x1e4, 0x1e8}, {0x1e9, 0x1f1},
                {header_end, 0x2d0}, {used, 0x1000}};
    uint32_t found = 0;

    for (uint32_t i = 0; i < sizeof zero / sizeof zero[0]; i++)
        for (uint32_t at = zero[i].start; at < zero[i].end && found == 0; at++)
            if (params[at] != 0)
                found = at;
    check("params-zero", found, 0);
}

static void add_e820(struct handover *h, const uint8_t *at)
{
    const uint64_t *start_size = (const void *)at;
    const uint32_t *type = (const void *)(at + 16);

    if (h->memory_count < MEMORY_MAX)
        h->memory[h->memory_count++] = (struct baton_record_memory){
            start_size[0], start_size[0] + start_size[1], *type, 0};
}

/* ---- the record's text */

static bool starts(const char *at, const char *end, const char *word)
{
    while (*word != '\0')
        if (at == end || *at++ != *word++)
            return false;
    return true;
}

/* The number (0x hex, or decimal) after `word`, which is at or after *at, in this line. */
static uint64_t number(const char **at, const char *end, const char *word)
{
    const char *p = *at;
    uint64_t value = 0;
    uint32_t base = 10;

    while (p < end && *p != '\n' && !starts(p, end, word))
        p++;
    while (*word != '\0' && p < end && *p != '\n')
        p++, word++;
    if (starts(p, end, "0x"))
        p += 2, base = 16;
    for (; p < end; p++) {
        uint32_t digit = *p >= 'a' ? (uint32_t)(*p - 'a' + 10) : (uint32_t)(*p - '0');
        if (digit >= base)
            break;
        value = value * base + digit;
    }
    *at = p;
    return value;
}

static const char *next_line(const char *at, const char *end)
{
    while (at < end && *at != '\n')
        at++;
    return at < end ? at + 1 : end;
}

static void read_loader(struct handover *h, const char *at, const char *end)
{
    static char loader[64];

    at += 7;
    for (uint32_t i = 0; i < sizeof loader - 1 && at < end && *at != '\n'; i++)
        loader[i] = *at++;
    h->loader = loader;
}

static void read_record(struct handover *h, const struct node *node)
{
    const char *at = (const char *)node->data, *end = at + node->length;
    uint32_t maps = 0, differ = 0;

    for (; at < end; at = next_line(at, end)) {
        const char *p = at;

        if (starts(at, end, "loader ")) {
            read_loader(h, at, end);
        } else if (starts(at, end, "tables ")) {
            h->live_pae = starts(at, end, "tables PAE ");
            h->live_root = (uint32_t)number(&p, end, "root ");
            h->live_tables = (uint32_t)number(&p, end, "pages ");
            h->live_checksum = (uint32_t)number(&p, end, "checksum ");
        } else if (starts(at, end, "trampoline ")) {
            h->trampoline_va = (uint32_t)number(&p, end, "trampoline ");
            h->control = (uint32_t)number(&p, end, " ");
        } else if (starts(at, end, "map ") && maps < h->memory_count) {
            const struct baton_record_memory *m = &h->memory[maps++];
            uint64_t start = number(&p, end, "map "), stop = number(&p, end, " ");
            if (start != m->start || stop != m->end || number(&p, end, " ") != m->type)
                differ++;
        }
    }
    check("record-map-differs", differ, 0);
    check("record-map", maps, h->memory_count);
}

static const struct node *node_at(uint64_t pa)
{
    return (const void *)(uintptr_t)pa;
}

/* The map's overflow is first: the record is compared with the whole map. */
static bool read_nodes(struct handover *h)
{
    uint64_t first = field(0x250, 4);
    const struct node *record = (void *)0;
    struct indirect map = {0, 0, 0, 0};
    uint32_t nodes = 0;

    check("setup-data-high", field(0x254, 4), 0);
    for (uint64_t at = first; at != 0 && nodes < NODES_MAX; at = node_at(at)->next, nodes++) {
        const struct node *node = node_at(at);

        check_that("node-clear", clear_of_judge((uint32_t)at, 16 + node->length), (uint32_t)at,
                   "outside the judge");
        if (node->type == BATON_RECORD_MAGIC)
            record = node;
        else if (node->type == BATON_TRACE_TYPE && node->length == sizeof(struct baton_trace))
            h->trace = (uint32_t)(uintptr_t)node->data;
        else if (node->type == SETUP_E820_EXT)
            for (uint32_t i = 0; i + E820_SIZE <= node->length; i += E820_SIZE)
                add_e820(h, node->data + i);
        else if (node->type == SETUP_INDIRECT && node->length == sizeof map)
            __builtin_memcpy(&map, node->data, sizeof map);
        else
            check("node-type", node->type, BATON_RECORD_MAGIC);
    }
    efi_check(params + EFI_INFO, (uint32_t)map.address, (uint32_t)map.length);
    check_that("nodes", nodes < NODES_MAX, nodes, "an end");
    check_that("record", record != (void *)0, 0, "a setup_data node of Baton's");
    if (record == (void *)0)
        return false;
    read_record(h, record);
    return true;
}

bool contract_read(struct handover *h)
{
    params = (const void *)(uintptr_t)judge_state.esi;
    check("header", field(0x202, 4), HDRS);
    if (field(0x202, 4) != HDRS)
        return false;
    check_that("params-clear", clear_of_judge(judge_state.esi, BATON_PAGE_SIZE), judge_state.esi,
               "outside the judge");
    check("type-of-loader", field(0x210, 1), LOADER_UNDEFINED);
    check("code32-start", field(0x214, 4), (uint32_t)(uintptr_t)image_start);
    check("sentinel", field(0x1ef, 1), 0);
    zero_check();
    check_that("e820-count", field(0x1e8, 1) <= E820_MAX, field(0x1e8, 1), "at most 128");
    for (uint32_t i = 0; i < field(0x1e8, 1); i++)
        add_e820(h, params + E820_TABLE + i * E820_SIZE);
    h->command_line = field(0x228, 4);
    h->initrd = field(0x218, 4);
    h->initrd_size = field(0x21c, 4);
    h->loader = "";
    check_that("initrd-low", h->initrd_size == 0 ||
                   (uint64_t)h->initrd + h->initrd_size - 1 <= field(0x22c, 4),
               h->initrd, "below initrd_addr_max");
    if (field(0x206, 2) < SETUP_DATA_SINCE) {
        say("note record none before boot protocol 2.09\n");
        return false;
    }
    return read_nodes(h);
}
