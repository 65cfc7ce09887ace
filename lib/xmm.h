/*
 * The XMM registers, for the time of a computation: usable whatever the host has set, and afterwards
 * as they were, with CR0 and CR4. Only on a CPU that has CR4.OSFXSR. (i386 only: a program of the
 * build machine may use them anyway.)
 */
#ifndef LIB_XMM_H
#define LIB_XMM_H

#include <stdint.h>

#include "i386.h"

struct xmm {
    uint32_t cr0, cr4;
    void *registers; /* 512 bytes at a multiple of 16, the caller's [SDM1 10.5] */
};

#ifdef __i386__
static inline void xmm_take(struct xmm *xmm)
{
    __asm__ volatile("movl %%cr0, %0; movl %%cr4, %1" : "=r"(xmm->cr0), "=r"(xmm->cr4));
    __asm__ volatile("movl %0, %%cr0; movl %1, %%cr4; fxsave (%2)"
                     :
                     : "r"(xmm->cr0 & ~(CR0_EM | CR0_TS)), "r"(xmm->cr4 | CR4_OSFXSR),
                       "r"(xmm->registers)
                     : "memory");
}

static inline void xmm_give_back(const struct xmm *xmm)
{
    __asm__ volatile("fxrstor (%0); movl %2, %%cr4; movl %1, %%cr0"
                     :
                     : "r"(xmm->registers), "r"(xmm->cr0), "r"(xmm->cr4)
                     : "memory");
}
#else
static inline void xmm_take(struct xmm *xmm)
{
    (void)xmm;
}

static inline void xmm_give_back(const struct xmm *xmm)
{
    (void)xmm;
}
#endif

#endif
