/* Is a Linux kernel a 64-bit one? From boot protocol 2.12 on its header says so; before, its
 * code may. */
#ifndef PAYLOAD_WIDTH_H
#define PAYLOAD_WIDTH_H

#include "baton.h"

/*
 * Does the 32-bit entry code switch long mode on? A 64-bit kernel's does, before its 64-bit entry,
 * which lies 0x200 behind the 32-bit one [LBP, 64-bit boot protocol]: it has to write EFER.LME
 * [SDM3 10.8.5]. `at`: the entry's offset in the file.
 */
bool width_enters_long_mode(const struct baton_host *host, const struct baton_file *file,
                            uint64_t at);

#endif
