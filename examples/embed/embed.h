/* What crash.c shares with embed.c. */
#ifndef EMBED_H
#define EMBED_H

#include "baton.h"

#define RANGES 64 /* entries of the memory map */

void say(const char *text);
void stop(void);

/* Loads the request's kernel as a capture kernel, into the end of RAM. 0 or an error with *why. */
int crash_load(const struct baton_host *host, struct baton_request *request,
               const struct baton_machine *machine, struct baton_payload *payload,
               struct baton_refusal *why);

void panic(const char *text);

#endif
