/* How a linked Linux kernel is known. */
#ifndef PAYLOAD_VMLINUX_H
#define PAYLOAD_VMLINUX_H

#include "baton.h"

/* Searches for the first line of every Linux's log, "Linux version " and a digit; *at is the offset
 * of the version after it. false: there is none. */
bool vmlinux_find_banner(const struct baton_host *host, const struct baton_file *file,
                         uint64_t *at);

#endif
