/*
 * native LIBCRYPTO [digests]: how fast Baton's innermost loops are on this machine, beside the same work of
 * others: libc's memcpy and memset, and OpenSSL's SHA-256. A 32-bit program; all of them run in it,
 * over the same pages, in turn. Prints lines "name<tab>value"; digests: only those of SHA-256.
 */
#include <stdio.h>
#include <string.h>

#include "native.h"

int main(int argc, char **argv)
{
    if (argc != 2 && (argc != 3 || strcmp(argv[2], "digests") != 0)) {
        fprintf(stderr, "usage: native LIBCRYPTO [digests]\n");
        return 2;
    }
    if (argc == 2)
        copy_figures();
    digest_figures(argv[1]);
    return 0;
}
