/*
 * Where the code lies that is executed. QEMU tells a plugin the place in QEMU's own memory that an
 * instruction's bytes were read from; RAM is a file here, so the place where that file is mapped
 * turns it into a physical address. The virtual one is that of the moment (address.h).
 */
#include "fetches.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "address.h"

#define NOT_IN_RAM 1u /* no page's address */

/* One page of code, and an address that it was translated at: never freed, for translated code
 * keeps pointing to it. */
struct place {
    struct place *next;
    uint64_t va, pa;
};

/* Instructions in a row from one page, at one address. */
struct run {
    uint64_t va, pa;
    uint64_t instructions;
};

static const char *ram_file;
static uint8_t *ram;
static uint64_t ram_size;
static struct place *places;
static struct run *runs;
static size_t run_count, run_room;

void ram_watch(const char *file)
{
    ram_file = file;
}

/* Finds the file's mapping: QEMU makes it after its plugins are loaded. */
static bool find_ram(void)
{
    FILE *maps = ram ? NULL : fopen("/proc/self/maps", "r");
    struct stat wanted, found;
    char line[4352], path[4096];
    uint64_t from, to, offset;

    if (maps && stat(ram_file, &wanted) == 0)
        while (!ram && fgets(line, sizeof(line), maps))
            if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %" SCNx64 " %*s %*s %4095[^\n]", &from,
                       &to, &offset, path) == 4 &&
                offset == 0 && stat(path, &found) == 0 && found.st_ino == wanted.st_ino &&
                found.st_dev == wanted.st_dev) {
                ram = (uint8_t *)(uintptr_t)from;
                ram_size = to - from;
            }
    if (maps)
        fclose(maps);
    return ram != NULL;
}

bool ram_copy(const char *to)
{
    int file = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    uint64_t done = 0;

    while (file >= 0 && find_ram() && done < ram_size) {
        ssize_t n = write(file, ram + done, ram_size - done);
        if (n <= 0)
            break;
        done += (uint64_t)n;
    }
    if (file < 0 || close(file) || !ram || done < ram_size) {
        fprintf(stderr, "storewatch: %s does not become a copy of %s\n", to,
                ram_file ? ram_file : "RAM (ram= is not given)");
        return false;
    }
    return true;
}

void *fetches_place(const struct qemu_plugin_insn *insn)
{
    if (!ram_file || !find_ram())
        return NULL;

    const uint8_t *bytes = qemu_plugin_insn_haddr(insn);
    uint64_t va = qemu_plugin_insn_vaddr(insn) / PAGE_SIZE * PAGE_SIZE, pa = NOT_IN_RAM;

    if (bytes >= ram && bytes < ram + ram_size)
        pa = (uint64_t)(bytes - ram) / PAGE_SIZE * PAGE_SIZE;
    for (struct place *p = places; p; p = p->next)
        if (p->va == va && p->pa == pa)
            return p;

    struct place *p = malloc(sizeof(*p));
    if (!p)
        abort();
    *p = (struct place){places, va, pa};
    places = p;
    return p;
}

void fetches_add(const void *at)
{
    const struct place *place = at;

    if (!place)
        return;

    uint64_t va = address_now(place->va), pa = place->pa;

    if (!run_count || runs[run_count - 1].va != va || runs[run_count - 1].pa != pa) {
        if (run_count == run_room) {
            run_room = run_room ? 2 * run_room : 1024;
            runs = realloc(runs, run_room * sizeof(*runs));
            if (!runs)
                abort();
        }
        runs[run_count++] = (struct run){va, pa, 0};
    }
    runs[run_count - 1].instructions++;
}

void fetches_write(FILE *f)
{
    for (size_t i = 0; i < run_count; i++)
        fprintf(f, "fetch 0x%" PRIx64 " 0x%" PRIx64 " %" PRIu64 "\n", runs[i].va, runs[i].pa,
                runs[i].instructions);
}
