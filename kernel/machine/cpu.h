/* Features of this CPU, and access to its registers. */
#ifndef KERNEL_MACHINE_CPU_H
#define KERNEL_MACHINE_CPU_H

#include <stdbool.h>
#include <stdint.h>

#include "i386.h"

struct cpu {
    bool pse, pae, pge, mce, mca, tsc, nx, long_mode;
    bool sse;
    bool cr4;  /* the CPU has CR4 */
    bool efer; /* the CPU has EFER */
};

extern struct cpu cpu;

void cpu_detect(void);

static inline void out8(uint16_t port, uint8_t value)
{
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t in8(uint16_t port)
{
    uint8_t value;

    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline void out16(uint16_t port, uint16_t value)
{
    __asm__ volatile("outw %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint16_t in16(uint16_t port)
{
    uint16_t value;

    __asm__ volatile("inw %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static inline void out32(uint16_t port, uint32_t value)
{
    __asm__ volatile("outl %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint32_t in32(uint16_t port)
{
    uint32_t value;

    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

/* The time-stamp counter; only if cpu.tsc is true. */
static inline uint64_t cpu_ticks(void)
{
    uint64_t ticks;

    __asm__ volatile("rdtsc" : "=A"(ticks));
    return ticks;
}

static inline void cpu_invalidate(uint32_t va)
{
    __asm__ volatile("invlpg (%0)" : : "r"(va) : "memory");
}

#define CPU_READ(name)                                                                             \
    static inline uint32_t cpu_##name(void)                                                        \
    {                                                                                              \
        uint32_t value;                                                                            \
        __asm__ volatile("movl %%" #name ", %0" : "=r"(value));                                    \
        return value;                                                                              \
    }

CPU_READ(cr0)
CPU_READ(cr2)
CPU_READ(cr3)
CPU_READ(cr4)

/* Only if the CPU has an MSR of that number. */
static inline uint64_t cpu_msr(uint32_t number)
{
    uint64_t value;

    __asm__ volatile("rdmsr" : "=A"(value) : "c"(number));
    return value;
}

static inline void cpu_set_msr(uint32_t number, uint64_t value)
{
    __asm__ volatile("wrmsr" : : "A"(value), "c"(number) : "memory");
}

/* Only if cpu.efer is true. */
static inline uint32_t cpu_efer(void)
{
    return (uint32_t)cpu_msr(MSR_EFER);
}

static inline void cpu_set_cr4(uint32_t value)
{
    __asm__ volatile("movl %0, %%cr4" : : "r"(value) : "memory");
}

static inline void cpu_set_cr3(uint32_t value)
{
    __asm__ volatile("movl %0, %%cr3" : : "r"(value) : "memory");
}

static inline void cpu_halt(void)
{
    __asm__ volatile("cli; hlt");
}

#endif
