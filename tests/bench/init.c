/*
 * The first program of a Linux whose instructions are counted. Counting begins and ends at the
 * functions mark_*, whose addresses the counter knows.
 *
 *   init            with a file /size: passes a payload of so many MiB to kexec_load(2) itself, with
 *                   nothing in between, and starts it. Without one it prints the time-stamp counter
 *                   on the console, and ends the machine
 *   init load       before kexec-tools load a payload
 *   init loaded     after that
 *   init exec       starts the payload that is loaded
 *
 * A static program without a libc. [Linux include/uapi/linux/kexec.h, syscall_32.tbl]
 */
#include <stddef.h>
#include <stdint.h>

#define NR_EXIT 1
#define NR_OPEN 5
#define NR_READ 3
#define NR_WRITE 4
#define NR_MKNOD 14
#define NR_REBOOT 88
#define NR_MMAP2 192
#define NR_KEXEC_LOAD 283

#define PROT_READ_WRITE 3
#define MAP_PRIVATE_ANONYMOUS 0x22
#define REBOOT_MAGIC_1 0xfee1dead
#define REBOOT_MAGIC_2 672274793
#define REBOOT_KEXEC 0x45584543
#define REBOOT_POWER_OFF 0x4321fedc
#define O_WRONLY 1
#define S_IFCHR 0020000
#define CONSOLE 0x501 /* /dev/console: device 5:1 [Linux admin-guide/devices.txt] */
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

static long load(uint32_t size)
{
    struct segment segment = {.to = PAYLOAD, .size = size, .room = size};
    uint8_t *pages = (uint8_t *)call(NR_MMAP2, 0, (long)size, PROT_READ_WRITE,
                                     MAP_PRIVATE_ANONYMOUS, -1);
    long result;

    for (size_t at = 0; at < size; at++) /* no page is made during the call */
        pages[at] = 0xf4;                /* HLT */
    segment.from = pages;
    mark_load();
    result = call(NR_KEXEC_LOAD, PAYLOAD, 1, (long)&segment, 0, 0);
    mark_loaded();
    return result;
}

/* "arrived 0x000000012345abcd". */
static void tell_time(void)
{
    char text[] = "arrived 0x0123456789abcdef\n";
    uint32_t high, low;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    for (unsigned i = 0; i < 16; i++)
        text[10 + i] = "0123456789abcdef"[(i < 8 ? high : low) >> (28 - 4 * (i % 8)) & 15];
    call(NR_MKNOD, (long)"/console", S_IFCHR | 0600, CONSOLE, 0, 0);
    call(NR_WRITE, call(NR_OPEN, (long)"/console", O_WRONLY, 0, 0, 0), (long)text,
         sizeof(text) - 1, 0, 0);
}

static void reboot(uint32_t how)
{
    call(NR_REBOOT, (long)REBOOT_MAGIC_1, REBOOT_MAGIC_2, (long)how, 0, 0);
}

/* load, loaded or exec */
static void command(const char *word)
{
    if (word[0] == 'e') {
        mark_exec();
        reboot(REBOOT_KEXEC);
    } else if (word[4]) {
        mark_loaded();
    } else {
        mark_load();
    }
    call(NR_EXIT, 0, 0, 0, 0, 0);
}

/* stack: how many arguments there are, and the arguments. [i386 psABI] */
__attribute__((noreturn, used)) static void start(const uint32_t *stack)
{
    uint32_t size;

    if (stack[0] > 1)
        command((const char *)stack[2]);
    size = read_size() << 20;
    if (!size)
        tell_time();
    else if (!load(size)) {
        mark_exec();
        reboot(REBOOT_KEXEC);
    }
    for (;;) /* it did not work: the counter says that the payload never came */
        reboot(REBOOT_POWER_OFF);
}

__asm__(".globl _start; _start: movl %esp, %eax; andl $-16, %esp; pushl %eax; call start");
