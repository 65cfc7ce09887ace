/* What vault_take.S knows of the vault. vault.c compares it with baton/crash.h. */
#ifndef RELOCATE_CRASH_VAULT_SIZE_H
#define RELOCATE_CRASH_VAULT_SIZE_H

#define VAULT_SIZE 0x3000 /* bytes; its stack grows down from its end */

#endif
