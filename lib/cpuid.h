/* What CPUID says of features, on a CPU that has the instruction. i386 only. [SDM2 CPUID] */
#ifndef LIB_CPUID_H
#define LIB_CPUID_H

#include <stdbool.h>
#include <stdint.h>

#include "i386.h"

struct cpuid {
    uint32_t signature; /* leaf 1, eax: family and model; 0: there is no CPUID */
    uint32_t features;  /* leaf 1, edx */
    uint32_t extended;  /* leaf 0x80000001, edx; 0: there is no such leaf */
};

/* EFLAGS.ID can be changed only on a CPU that has the CPUID instruction. */
static inline bool cpuid_exists(void)
{
    uint32_t before, after;

    __asm__ volatile("pushfl; popl %0; movl %0, %1; xorl %2, %1; pushl %1; popfl;"
                     "pushfl; popl %1; pushl %0; popfl"
                     : "=&r"(before), "=&r"(after)
                     : "i"(EFLAGS_ID)
                     : "cc");
    return (before ^ after) & EFLAGS_ID;
}

static inline uint32_t cpuid_leaf(uint32_t leaf, uint32_t *edx)
{
    uint32_t eax = leaf, ebx, ecx;

    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(*edx));
    return eax;
}

/* What digests are computed with (sha256_extensions.h): SHA256RNDS2 and the like, PSHUFB, PALIGNR,
 * PBLENDW; and FXSAVE, which CR4.OSFXSR comes with. */
static inline bool cpuid_has_sha(void)
{
    uint32_t sse = CPUID_SSSE3 | CPUID_SSE4_1;
    uint32_t highest = 0, one = 1, leaf = CPUID_STRUCTURED, ebx, ecx, edx, structured;

    if (!cpuid_exists())
        return false;
    __asm__ volatile("cpuid" : "+a"(highest), "=b"(ebx), "=c"(ecx), "=d"(edx));
    if (highest < CPUID_STRUCTURED)
        return false;
    __asm__ volatile("cpuid" : "+a"(one), "=b"(ebx), "=c"(ecx), "=d"(edx));
    if ((ecx & sse) != sse || !(edx & CPUID_FXSR))
        return false;
    ecx = 0; /* the subleaf */
    __asm__ volatile("cpuid" : "+a"(leaf), "=b"(structured), "+c"(ecx), "=d"(edx));
    return structured & CPUID_SHA;
}

static inline struct cpuid cpuid_read(void)
{
    struct cpuid id = {0};
    uint32_t unused, highest;

    if (!cpuid_exists())
        return id;
    id.signature = cpuid_leaf(1, &id.features);
    highest = cpuid_leaf(CPUID_EXTENDED, &unused);
    if (highest > CPUID_EXTENDED && highest <= CPUID_EXTENDED_MAX)
        cpuid_leaf(CPUID_EXTENDED + 1, &id.extended);
    return id;
}

#endif
