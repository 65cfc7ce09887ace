/* Random kernel files of every format, as the request's kernel. Many of them must be refused. */
#ifndef HOST_RANDOM_FILE_H
#define HOST_RANDOM_FILE_H

#include "tests/host/random/journey.h"

/* How the kernel of a file is told of the machine. */
enum random_told { TOLD_OTHERWISE, TOLD_MULTIBOOT1, TOLD_MULTIBOOT2 };

/* Writes a file at pa, and fills what the request says of it: half of them are bzImages. Its size is
 * that of j->request.kernel. */
enum random_told random_file(struct dice *d, struct journey *j, uint64_t pa);

#endif
