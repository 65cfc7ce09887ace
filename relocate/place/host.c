/* Checks what the host says before it is used: an error sentence names the host, not the
 * payload. */
#include "lib/refuse.h"
#include "pagetable/format.h"
#include "relocate/place/fit.h"
#include "baton/control.h"
#include "relocate/trampoline/home.h"

static int check_memory(const struct baton_host *host, struct baton_refusal *why)
{
    uint64_t end = 0;

    if (!host->memory || !host->memory_count)
        return refuse_host(why, "host->memory is empty: it is the machine's memory map", 0, 0);
    for (uint32_t i = 0; i < host->memory_count; i++) {
        const struct baton_memory *m = &host->memory[i];

        if (m->start >= m->end)
            return refuse_host(why, "an entry of host->memory is empty, or ends before it begins",
                               m->start, m->end);
        if (m->start < end)
            return refuse_host(
                why,
                "an entry of host->memory begins before the one before it ends: sort "
                "them, and cut off what overlaps",
                m->start, end);
        end = m->end;
    }
    for (uint32_t i = 0; i < host->keep_count; i++)
        if (!host->keep || host->keep[i].start >= host->keep[i].end)
            return refuse_host(why, "a range of host->keep is empty, or ends before it begins",
                               host->keep ? host->keep[i].start : 0,
                               host->keep ? host->keep[i].end : 0);
    return 0;
}

static int check_trampoline(const struct baton_host *host, struct baton_refusal *why)
{
    uint32_t home = trampoline_home();

    if (home & BATON_PAGE_MASK)
        return refuse_host(
            why,
            "baton_trampoline_page is not page aligned: give the section .trampoline a "
            "page of its own in the linker script",
            home, BATON_PAGE_SIZE);
    if (host->trampoline_pa & BATON_PAGE_MASK || host->trampoline_pa >= FOUR_GIB)
        return refuse_host(why, "host->trampoline_pa is no page's address below 4 GiB",
                           host->trampoline_pa, FOUR_GIB);
    if (__builtin_memcmp(host->map(host->ctx, BATON_WINDOW_SOURCE, host->trampoline_pa),
                         trampoline_code, CONTROL_EXIT))
        return refuse_host(why,
                           "the page at host->trampoline_pa is not the trampoline as it was linked",
                           host->trampoline_pa, home);
    return 0;
}

/* A file that the payload is read from, or that goes with it. */
static int check_file(const struct baton_host *host, const struct baton_file *file,
                      struct baton_refusal *why)
{
    if (!file->size)
        return 0;
    if (file->pa >= FOUR_GIB || file->size > FOUR_GIB - file->pa)
        return refuse_host(why, "a file of the request does not end below 4 GiB", file->pa,
                           file->pa + file->size);
    if (!fit_is_memory(host, file->pa, file->pa + file->size, true))
        return refuse_host(why, "a file of the request is not in RAM by host->memory", file->pa,
                           file->pa + file->size);
    return 0;
}

int baton_host_check(const struct baton_host *host, const struct baton_request *request,
                     struct baton_refusal *why)
{
    int error;

    if (host->size != sizeof(*host))
        return refuse_host(why, "host->size is not that of this library's struct baton_host",
                           host->size, sizeof(*host));
    if (request->size != sizeof(*request))
        return refuse_host(why, "request->size is not that of this library's struct baton_request",
                           request->size, sizeof(*request));
    if (!host->alloc_page || !host->free_page || !host->map)
        return refuse_host(why, "alloc_page, free_page or map of the host is NULL", 0, 0);
    if (!request->command_line || !request->loader)
        return refuse_host(why, "command_line or loader of the request is NULL; \"\" is allowed", 0,
                           0);
    if (request->live.kind > BATON_TABLES_PAE)
        return refuse_host(why, "request->live.kind is no kind of page tables of a 32-bit host",
                           request->live.kind, BATON_TABLES_PAE);
    error = check_memory(host, why);
    if (!error)
        error = check_trampoline(host, why);
    if (!error)
        error = check_file(host, &request->kernel, why);
    if (!error)
        error = check_file(host, &request->efi.map, why);
    for (uint32_t i = 0; i < BATON_MODULES && !error; i++)
        error = check_file(host, &request->module[i].file, why);
    return error;
}
