/* What the host says, checked when it says it: a wrong word is the host's fault, and named as that. */
#include "pagetable/format.h"
#include "relocate/place/fit.h"
#include "relocate/trampoline/control.h"

static int refuse(struct baton_refusal *why, const char *what, uint64_t value, uint64_t limit)
{
    *why = (struct baton_refusal){BATON_E_HOST, what, value, limit};
    return BATON_E_HOST;
}

static int check_memory(const struct baton_host *host, struct baton_refusal *why)
{
    uint64_t end = 0;

    if (!host->memory || !host->memory_count)
        return refuse(why, "host->memory is empty: it is the machine's memory map", 0, 0);
    for (uint32_t i = 0; i < host->memory_count; i++) {
        const struct baton_memory *m = &host->memory[i];

        if (m->start >= m->end)
            return refuse(why, "an entry of host->memory is empty, or ends before it begins",
                          m->start, m->end);
        if (m->start < end)
            return refuse(why,
                          "an entry of host->memory begins before the one before it ends: sort "
                          "them, and cut off what overlaps",
                          m->start, end);
        end = m->end;
    }
    for (uint32_t i = 0; i < host->keep_count; i++)
        if (!host->keep || host->keep[i].start >= host->keep[i].end)
            return refuse(why, "a range of host->keep is empty, or ends before it begins",
                          host->keep ? host->keep[i].start : 0, host->keep ? host->keep[i].end : 0);
    return 0;
}

static int check_trampoline(const struct baton_host *host, struct baton_refusal *why)
{
    uint32_t home = trampoline_home();

    if (home & BATON_PAGE_MASK)
        return refuse(why,
                      "baton_trampoline_page is not page aligned: give the section .trampoline a "
                      "page of its own in the linker script",
                      home, BATON_PAGE_SIZE);
    if (host->trampoline_pa & BATON_PAGE_MASK || host->trampoline_pa >= FOUR_GIB)
        return refuse(why, "host->trampoline_pa is no page's address below 4 GiB",
                      host->trampoline_pa, FOUR_GIB);
    if (__builtin_memcmp(host->map(host->ctx, BATON_WINDOW_SOURCE, host->trampoline_pa),
                         trampoline_code, CONTROL_EXIT))
        return refuse(why, "the page at host->trampoline_pa is not the trampoline as it was linked",
                      host->trampoline_pa, home);
    return 0;
}

/* Is all of [start, end) RAM that a file may lie in? */
static bool holds_file(const struct baton_host *host, uint64_t start, uint64_t end)
{
    for (uint32_t i = 0; i < host->memory_count && start < end; i++) {
        const struct baton_memory *m = &host->memory[i];

        if ((m->type == BATON_MEM_USABLE || m->type == BATON_MEM_KEPT) && m->start <= start &&
            start < m->end)
            start = m->end;
    }
    return start >= end;
}

/* A file that the payload is read from, or that goes with it. */
static int check_file(const struct baton_host *host, const struct baton_file *file,
                      struct baton_refusal *why)
{
    if (!file->size)
        return 0;
    if (file->pa >= FOUR_GIB || file->size > FOUR_GIB - file->pa)
        return refuse(why, "a file of the request does not end below 4 GiB", file->pa,
                      file->pa + file->size);
    if (!holds_file(host, file->pa, file->pa + file->size))
        return refuse(why, "a file of the request is not in RAM by host->memory", file->pa,
                      file->pa + file->size);
    return 0;
}

int baton_host_check(const struct baton_host *host, const struct baton_request *request,
                     struct baton_refusal *why)
{
    int error;

    if (host->size != sizeof(*host))
        return refuse(why, "host->size is not that of this library's struct baton_host", host->size,
                      sizeof(*host));
    if (request->size != sizeof(*request))
        return refuse(why, "request->size is not that of this library's struct baton_request",
                      request->size, sizeof(*request));
    if (!host->alloc_page || !host->free_page || !host->map)
        return refuse(why, "alloc_page, free_page or map of the host is NULL", 0, 0);
    if (!request->command_line || !request->loader)
        return refuse(why, "command_line or loader of the request is NULL; \"\" is allowed", 0, 0);
    if (!pt_format_of(request->live.kind))
        return refuse(why, "request->live.kind is no kind of page tables", request->live.kind,
                      BATON_TABLE_KINDS - 1);
    error = check_memory(host, why);
    if (!error)
        error = check_trampoline(host, why);
    if (!error)
        error = check_file(host, &request->kernel, why);
    for (uint32_t i = 0; i < BATON_MODULES && !error; i++)
        error = check_file(host, &request->module[i].file, why);
    return error;
}
