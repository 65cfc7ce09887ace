/*
 * The first program of a Linux that replaces itself by kexec, so that its instructions can be counted:
 * it passes a payload of /size MiB to kexec_load(2) itself, with nothing in between, and starts it.
 * Counting begins and ends at the functions mark_*, whose addresses the counter knows.
 *
 * A static program without a libc. [Linux include/uapi/linux/kexec.h, syscall_32.tbl]
 */
#include <stddef.h>
#include <stdint.h>

#define NR_OPEN 5
#define NR_READ 3
#define NR_REBOOT 88
#define NR_MMAP2 192
#define NR_KEXEC_LOAD 283

#define PROT_READ_WRITE 3
#define MAP_PRIVATE_ANONYMOUS 0x22
#define REBOOT_MAGIC_1 0xfee1dead
#define REBOOT_MAGIC_2 672274793
#define REBOOT_KEXEC 0x45584543
#define REBOOT_POWER_OFF 0x4321fedc
#define PAYLOAD 0x01000000 /* its destination, and its entry */

struct segment { /* struct kexec_segment */
    const void *from;
    size_t size;
    uint32_t to;
    size_t room;
};

static long call(long number, long a, long b, long c, long d, long e)
{
    long result;

    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "0"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
                     : "memory");
    return result;
}

/* One address each, whatever the compiler thinks of functions that do nothing. */
#define MARK(name)                                                                                 \
    __attribute__((noinline, used)) void name(void);                                               \
    void name(void) { __asm__ volatile("" : : "i"(__LINE__)); }
MARK(mark_load)
MARK(mark_loaded)
MARK(mark_exec)

static uint32_t read_size(void)
{
    char text[8] = {0};
    uint32_t size = 0;
    long file = call(NR_OPEN, (long)"/size", 0, 0, 0, 0);

    call(NR_READ, file, (long)text, sizeof(text) - 1, 0, 0);
    for (const char *at = text; *at >= '0' && *at <= '9'; at++)
        size = size * 10 + (uint32_t)(*at - '0');
    return size;
}

__attribute__((noreturn, used)) void _start(void);

void _start(void)
{
    struct segment segment = {.to = PAYLOAD};

    segment.size = segment.room = read_size() << 20;
    uint8_t *pages = (uint8_t *)call(NR_MMAP2, 0, (long)segment.size, PROT_READ_WRITE,
                                     MAP_PRIVATE_ANONYMOUS, -1);
    for (size_t at = 0; at < segment.size; at++) /* no page is made during the call */
        pages[at] = 0xf4;                        /* HLT */
    segment.from = pages;
    mark_load();
    long result = call(NR_KEXEC_LOAD, PAYLOAD, 1, (long)&segment, 0, 0);
    mark_loaded();
    mark_exec();
    if (!result)
        call(NR_REBOOT, (long)REBOOT_MAGIC_1, REBOOT_MAGIC_2, REBOOT_KEXEC, 0, 0);
    for (;;) /* it did not work: the counter says that the payload never came */
        call(NR_REBOOT, (long)REBOOT_MAGIC_1, REBOOT_MAGIC_2, (long)REBOOT_POWER_OFF, 0, 0);
}
