/*
 * A wrong build on purpose, for the tests that must turn red on it (make spoil): the control page
 * is identity-mapped in the live tables before a hand-off, that of a crash, too, as kexec did it
 * before 2006. The real build has no such code.
 */
#ifndef KERNEL_LOAD_SPOIL_H
#define KERNEL_LOAD_SPOIL_H

#ifdef BATON_SPOIL
#include "kernel/memory/live.h"
#define SPOIL_LIVE_TABLES(pa) live_spoil(pa)
#else
#define SPOIL_LIVE_TABLES(pa) ((void)0)
#endif

#endif
