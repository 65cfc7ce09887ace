/*
 * Judges the reading of a Linux setup header: kernels of every protocol, made by hand, and what each
 * of them wants by the protocol's text, computed here a second time.
 */
#include "labs/bzimage/judge_params.h"
#include "labs/bzimage/judge_read.h"

#include "labs/grader/exam.h"

static bool relocatable(const struct bzimage_fields *f)
{
    return f->protocol >= 0x0205 && f->relocatable;
}

static bool states_its_wish(const struct bzimage_fields *f)
{
    return f->protocol >= 0x020a;
}

static void look_at_source(const struct bzimage_fields *f)
{
    exam_address("source", AT + SETUP, kernel->source);
    exam_address("file_size", f->kernel_size, kernel->file_size);
    exam_address("mem_size", f->kernel_size, kernel->mem_size);
    if (strcmp(kernel->what, "kernel"))
        exam_wrong("what is \"kernel\"", "what is \"%.20s\"", kernel->what);
}

static void look_at_fixed(const struct bzimage_fields *f)
{
    if (relocatable(f))
        return;
    exam_address("flags", BATON_SEG_FIXED, kernel->flags);
    exam_address("prefer", states_its_wish(f) ? f->pref_address : MIB, kernel->prefer);
    exam_address("align", BATON_PAGE_SIZE, kernel->align);
}

static void look_at_window(const struct bzimage_fields *f)
{
    if (!states_its_wish(f))
        return;
    exam_address("window", f->init_size, kernel->window);
    exam_address("guess", 0, kernel->guess);
}

static void look_at_guess(const struct bzimage_fields *f)
{
    if (states_its_wish(f))
        return;
    exam_address("window, 4 times the file", 4 * f->kernel_size, kernel->window);
    exam_address("guess", 4 * f->kernel_size, kernel->guess);
}

static void look_at_relocatable(const struct bzimage_fields *f)
{
    uint64_t prefer = states_its_wish(f) ? f->pref_address : MIB;

    if (!relocatable(f))
        return;
    if (!(kernel->flags & BATON_SEG_SKEW) || kernel->flags & BATON_SEG_FIXED)
        exam_wrong("flags with BATON_SEG_SKEW, without BATON_SEG_FIXED", "flags 0x%x",
                   (unsigned)kernel->flags);
    exam_address("align", f->alignment, kernel->align);
    exam_address("prefer, aligned", (prefer + f->alignment - 1) / f->alignment * f->alignment,
                 kernel->prefer);
    exam_address("min", MIB, kernel->min);
    exam_address("max", 1ull << 32, kernel->max);
}

static void look_at_room(const struct bzimage_fields *f)
{
    /* before 2.12 a kernel does not say that it is a 32-bit one */
    bool may_be_64 = f->protocol < 0x020c || f->xloadflags & KERNEL_64;

    if (!relocatable(f))
        return;
    exam_address("room", may_be_64 && states_its_wish(f) ? f->init_size : 0, kernel->room);
    exam_address("flags",
                 may_be_64 && !states_its_wish(f) ? BATON_SEG_SKEW
                                                  : BATON_SEG_SKEW | BATON_SEG_INPLACE,
                 kernel->flags);
}

static void source(void)
{
    each(look_at_source);
}

static void fixed(void)
{
    each(look_at_fixed);
}

static void window(void)
{
    each(look_at_window);
}

static void guess(void)
{
    each(look_at_guess);
}

static void movable(void)
{
    each(look_at_relocatable);
}

static void room(void)
{
    each(look_at_room);
}

/* ---- initrds --------------------------------------------------------------------------------- */

static void initrds(void)
{
    static const uint64_t modules[] = {0x4567, 0x10000, 0};

    for (unsigned v = 0; v < VERSIONS; v++) {
        struct bzimage_fields f = bzimage_usual;
        uint64_t last = versions[v].protocol >= 0x0203 ? 0x20ffffff : 0x37ffffff;
        const struct baton_segment *first;

        f.protocol = versions[v].protocol;
        f.jump = versions[v].jump;
        f.initrd_addr_max = 0x20ffffff;
        wants_kernel(&f, modules);
        first = baton_segment_find(&payload, BATON_ROLE_MODULE, 0);
        if (!first)
            exam_wrong("segments for the initrds", "none");
        exam_address("max of the initrds, behind their last byte", last + 1, first->max);
        f.initrd_addr_max = 0xffff;
        if (f.protocol >= 0x0203 && !read_kernel(&f, modules))
            exam_wrong("a refusal: an initrd of 0x10000 bytes does not end at or below "
                       "initrd_addr_max, 0xffff",
                       "0");
    }
}

/* ---- headers that lie ------------------------------------------------------------------------ */

static void lies(void)
{
    static const struct lie {
        const char *what;
        uint64_t pref_address, init_size, alignment;
        int error;
    } cases[] = {
        {"init_size smaller than the file", 0x1000000, 0x1000, 0x1000000, BATON_E_LEAST},
        {"init_size 0", 0x1000000, 0, 0x1000000, BATON_E_LEAST},
        {"pref_address in the middle of a page", 0x1000800, 0x400000, 0x1000000, BATON_E_FIELD},
        {"pref_address 0", 0, 0x400000, 0x1000000, BATON_E_FIELD},
        {"pref_address above 4 GiB", 0x101000000, 0x400000, 0x1000000, BATON_E_MOST},
        {"kernel_alignment no power of two", 0x1000000, 0x400000, 0x1800000, BATON_E_FIELD},
        {"kernel_alignment below a page", 0x1000000, 0x400000, 0x800, BATON_E_LEAST},
    };

    wants_kernel(&bzimage_usual, NULL);
    for (unsigned i = 0; i < COUNT(cases); i++) {
        struct bzimage_fields f = bzimage_usual;

        f.pref_address = cases[i].pref_address;
        f.init_size = (uint32_t)cases[i].init_size;
        f.alignment = (uint32_t)cases[i].alignment;
        int error = read_kernel(&f, NULL);

        exam_case("a header that lies: %s", cases[i].what);
        if (error != cases[i].error)
            exam_wrong(baton_error_name(cases[i].error), "%s", baton_error_name(error));
    }
}

int main(void)
{
    static const struct exam_check checks[] = {
        {"source", source},        {"fixed", fixed},
        {"window", window},        {"guess", guess},
        {"movable", movable},      {"room", room},
        {"initrds", initrds},      {"lies", lies},
        {"header", params_header}, {"fields", params_fields},
        {"initrd", params_initrd}, {"memory", params_memory},
    };

    return exam(checks, COUNT(checks));
}
