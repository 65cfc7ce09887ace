/*
 * Machine checks: the CPU reports broken memory or a broken CPU. They are printed like any other
 * exception, with the error that the CPU's banks hold. [SDM3 chapter 16]
 */
#ifndef KERNEL_END_MACHINECHECK_H
#define KERNEL_END_MACHINECHECK_H

/*
 * If the CPU supports machine checks, one now raises an exception instead of a shutdown. The IDT
 * must be loaded. The firmware has set which errors the banks report; that does not change. The
 * next kernel starts with CR4.MCE clear, so an error that only Baton had enabled would be a
 * shutdown there.
 */
void machinecheck_start(void);

/* Prints a line for each bank that holds an error, and allows the next machine check: before
 * that, it would be a shutdown. */
void machinecheck_tell(void);

#endif
