/* Writes to the read-only data. */
#include "kernel/machine/readonly.h"

#include "kernel/machine/cpu.h"

void readonly_write(void *variable, const void *value, size_t size)
{
    uint32_t cr0 = cpu_cr0();

    __asm__ volatile("movl %3, %%cr0; rep movsb; movl %4, %%cr0"
                     : "+D"(variable), "+S"(value), "+c"(size)
                     : "r"(cr0 & ~(uint32_t)CR0_WP), "r"(cr0)
                     : "memory");
}
