/*
 * Machine checks: the CPU's own report of broken memory or of a broken CPU. They are told as any
 * exception is, with what the CPU's banks say of the error. [SDM3 chapter 16]
 */
#ifndef KERNEL_END_MACHINECHECK_H
#define KERNEL_END_MACHINECHECK_H

/*
 * Where the CPU has them: from now on one is an exception, and no shutdown. The IDT must be loaded. Which
 * errors the banks report stays as the firmware has set it: the next kernel begins with CR4.MCE
 * clear, so an error that is reported only for Baton's sake would be a shutdown there.
 */
void machinecheck_start(void);

/* Prints a line for each bank that has an error, and lets another machine check come: until then it
 * would be a shutdown. */
void machinecheck_tell(void);

#endif
