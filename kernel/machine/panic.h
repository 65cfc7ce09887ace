/* The end of a kernel that finds itself broken. */
#ifndef KERNEL_MACHINE_PANIC_H
#define KERNEL_MACHINE_PANIC_H

/*
 * A broken invariant of our own: never for what a user or a file did. Formats as print(); then the
 * capture kernel takes over, if there is one, or stop() ends it all. Every room of the kernel may call
 * it; it is defined at the top, in kernel/end/stop.c.
 */
void panic(const char *format, ...) __attribute__((noreturn));

#endif
