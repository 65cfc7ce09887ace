/* Makes kernels by hand, and has the student's code read them. */
#include "labs/bzimage/judge_read.h"

#include "labs/grader/exam.h"

struct baton_payload payload;
const struct baton_segment *kernel;
static struct machine machine;
static struct baton_request request;
static struct baton_refusal why;

const struct version versions[VERSIONS] = {{0x0202, 0x2a}, {0x0203, 0x2e}, {0x0204, 0x2e},
                                           {0x0205, 0x36}, {0x0206, 0x3a}, {0x0209, 0x56},
                                           {0x020a, 0x62}, {0x020c, 0x66}, {0x020f, 0x6a}};

int read_kernel(const struct bzimage_fields *f, const uint64_t *modules)
{
    machine_start(&machine, 0xc0105000, 0x105000);
    machine_memory(&machine, 0x1000, 0x9fc00, BATON_MEM_USABLE);
    machine_memory(&machine, MIB, 64 * MIB, BATON_MEM_USABLE);
    machine_ready(&machine);
    memset(&request, 0, sizeof(request));
    memset(&payload, 0, sizeof(payload));
    request.size = sizeof(request);
    request.command_line = "quiet";
    request.loader = "";
    request.long_mode = true;
    request.kernel = bzimage_make(&machine, AT, f);
    for (unsigned i = 0; modules && modules[i]; i++)
        request.module[i].file = machine_file(&machine, (8 + 2 * i) * MIB, modules[i]);
    exam_case("protocol %u.%02u, %s, pref_address 0x%llx, init_size 0x%x, kernel_alignment 0x%x, "
              "file 0x%llx",
              f->protocol >> 8, f->protocol & 0xff,
              f->relocatable ? "relocatable" : "not relocatable",
              (unsigned long long)f->pref_address, f->init_size, f->alignment,
              (unsigned long long)f->kernel_size);
    int error = baton_payload_read(&machine.host, &request, &payload, &why);
    kernel = baton_segment_find(&payload, BATON_ROLE_KERNEL, 0);
    return error;
}

void wants_kernel(const struct bzimage_fields *f, const uint64_t *modules)
{
    int error = read_kernel(f, modules);

    if (error)
        exam_wrong("0: the header is right", "%s: %s", baton_error_name(error), why.what);
    if (!kernel)
        exam_wrong("a segment with the role BATON_ROLE_KERNEL", "none");
}

void each(void (*look)(const struct bzimage_fields *f))
{
    for (unsigned v = 0; v < VERSIONS; v++)
        for (unsigned variant = 0; variant < 8; variant++) {
            struct bzimage_fields f = bzimage_usual;

            f.protocol = versions[v].protocol;
            f.jump = versions[v].jump;
            f.relocatable = variant & 1;
            f.xloadflags = variant & 2 ? KERNEL_64 : 0;
            if (variant & 4) {
                f.pref_address = 0x1203000;
                f.alignment = 0x200000;
                f.init_size = 0x345000;
            }
            wants_kernel(&f, NULL);
            look(&f);
        }
}
