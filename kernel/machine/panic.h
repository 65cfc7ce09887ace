/* panic(): for a kernel that detects its own bug. */
#ifndef KERNEL_MACHINE_PANIC_H
#define KERNEL_MACHINE_PANIC_H

/*
 * For a broken invariant of the kernel; never for an error of a user or in a file. Formats like
 * print(). Then the capture kernel takes over, if there is one; else stop() ends the kernel. Every
 * folder of the kernel may call it; it is defined in kernel/end/stop.c, which is above them.
 */
void panic(const char *format, ...) __attribute__((noreturn));

#endif
