/* What vault_take.S knows of the vault. vault.c compares each with what it is in C. */
#ifndef KERNEL_CRASH_VAULT_TAKE_H
#define KERNEL_CRASH_VAULT_TAKE_H

#define VAULT_REASONS 3 /* vault_anchor up to that: no vault, but why there is none */

#endif
