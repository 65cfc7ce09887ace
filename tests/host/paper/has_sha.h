/* Does the CPU of this machine have the SHA extensions? [SDM2 CPUID] */
#ifndef TESTS_HOST_HAS_SHA_H
#define TESTS_HOST_HAS_SHA_H

#include <cpuid.h>
#include <stdbool.h>

static inline bool has_sha(void)
{
    unsigned eax, ebx, ecx, edx;

    return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && ebx >> 29 & 1;
}

#endif
