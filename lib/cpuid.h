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

struct cpuid_leaf {
    uint32_t eax, ebx, ecx, edx;
};

/* The leaf, of those that have subleaves the first. */
static inline struct cpuid_leaf cpuid_leaf(uint32_t number)
{
    struct cpuid_leaf leaf = {.eax = number};

    __asm__ volatile("cpuid"
                     : "+a"(leaf.eax), "=b"(leaf.ebx), "+c"(leaf.ecx), "=d"(leaf.edx));
    return leaf;
}

/* What digests are computed with (sha256_extensions.h): SHA256RNDS2 and the like, PSHUFB, PALIGNR,
 * PBLENDW; and FXSAVE, which CR4.OSFXSR comes with. */
static inline bool cpuid_has_sha(void)
{
    uint32_t sse = CPUID_SSSE3 | CPUID_SSE4_1;
    struct cpuid_leaf one;

    if (!cpuid_exists() || cpuid_leaf(0).eax < CPUID_STRUCTURED)
        return false;
    one = cpuid_leaf(1);
    return (one.ecx & sse) == sse && one.edx & CPUID_FXSR &&
           cpuid_leaf(CPUID_STRUCTURED).ebx & CPUID_SHA;
}

static inline struct cpuid cpuid_read(void)
{
    struct cpuid id = {0};
    struct cpuid_leaf one;
    uint32_t highest;

    if (!cpuid_exists())
        return id;
    one = cpuid_leaf(1);
    id.signature = one.eax;
    id.features = one.edx;
    highest = cpuid_leaf(CPUID_EXTENDED).eax;
    if (highest > CPUID_EXTENDED && highest <= CPUID_EXTENDED_MAX)
        id.extended = cpuid_leaf(CPUID_EXTENDED + 1).edx;
    return id;
}

#endif
