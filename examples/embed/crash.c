/* The crash side: a capture kernel that is loaded while all is well, and a panic that hands over. */
#include "baton/crash.h"

#include "embed.h"

#define REGION (96u << 20)

static struct baton_crash crash;
static struct baton_image image;
static struct baton_vault *vault; /* NULL: no capture kernel */
static struct baton_memory map[RANGES + BATON_CRASH_MORE], payload_map[RANGES + BATON_CRASH_MORE];
static struct baton_dump_range ranges[RANGES + BATON_CRASH_RANGES];
static uint32_t headers[BATON_CRASH_HEADERS / 4];
static char line[1024];

/* A real kernel reserves the region before anything else is allocated. */
static uint64_t end_of_ram(const struct baton_host *host)
{
    uint64_t end = 0;

    for (uint32_t i = 0; i < host->memory_count; i++)
        if (host->memory[i].type == BATON_MEM_USABLE && host->memory[i].end < 1ull << 32)
            end = baton_page_down(host->memory[i].end);
    return end;
}

int crash_load(const struct baton_host *host, struct baton_request *request,
               const struct baton_machine *machine, struct baton_payload *payload,
               struct baton_refusal *why)
{
    uint64_t end = end_of_ram(host);
    struct baton_crash_dump dump = {
        .info = "OSRELEASE=embed\nPAGESIZE=4096\n",
        .direct_end = 1ull << 32, /* direct_va 0: this kernel is identity-mapped */
        .range = ranges,
        .range_room = RANGES + BATON_CRASH_RANGES,
        .headers = headers,
        .line = line,
        .line_room = sizeof(line),
    };
    int error = baton_crash_region(end - REGION, end, &crash, why);

    if (!error)
        error = baton_crash_host(&crash, host, map, payload_map, RANGES + BATON_CRASH_MORE, why);
    if (error)
        return error;
    request->digest_page = baton_digest_page;
    vault = (void *)(uint32_t)crash.vault;
    error = baton_crash_load(&crash, request, &dump, machine, payload, &image, vault, why);
    if (error)
        vault = NULL;
    return error;
}

/* On the vault's stack. */
static void leave(struct baton_vault *at)
{
    struct baton_refusal why;

    if (baton_vault_try(at))
        baton_vault_leave(at, 0, &why);
}

void panic(const char *text)
{
    struct baton_dump_registers now = {.cs = 0x10, .ds = 0x18, .es = 0x18, .ss = 0x18};

    __asm__ volatile("movl %%esp, %0; movl %%ebp, %1; movl $., %2"
                     : "=m"(now.esp), "=m"(now.ebp), "=m"(now.eip));
    if (vault)
        baton_vault_note(vault, &now);
    say("embed: panic: ");
    say(text);
    say("\r\n");
    if (vault && baton_vault_is_whole(vault))
        baton_vault_take(leave, vault);
    say("embed: no capture kernel is entered\r\n");
    stop();
}
