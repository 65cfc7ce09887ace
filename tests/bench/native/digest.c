/*
 * SHA-256: the digest pages' blocks and the load's, beside OpenSSL's; and how many instructions a
 * byte takes, by single steps.
 */
#include <cpuid.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/sha256.h"
#include "native.h"
#include "relocate/trampoline/digest.h"

#define BYTES (8u << 20)
#define BLOCKS (BYTES / SHA256_BLOCK)
#define LENGTHS 300u /* of the proof */
#define STEPPED 64u  /* blocks */

void blocks_run(const void *code, void *table, const uint8_t *from, uint32_t blocks);
extern const char plain_blocks[], sha_blocks[];

typedef unsigned char *sha256_function(const unsigned char *, size_t, unsigned char *);

static uint8_t bytes[BYTES] __attribute__((aligned(4096)));
static uint8_t table[PAGE] __attribute__((aligned(4096)));
static uint8_t code[2 * PAGE] __attribute__((aligned(4096)));
static sha256_function *openssl;
static unsigned blocks; /* of the single steps */

/* The digest by a digest page's blocks: the padding is done here. [FIPS 180-4, 5.1.1] */
static void page_digest(const char *function, size_t n, uint32_t digest[SHA256_WORDS])
{
    static const uint32_t initial[] = {SHA256_INITIAL_WORDS};
    uint8_t last[2 * SHA256_BLOCK] = {0};
    uint32_t rest = n % SHA256_BLOCK, count = rest < 56 ? 1 : 2;
    uint32_t page = (uint32_t)code + (function == sha_blocks ? PAGE : 0);
    const uint8_t *run = code + (function - baton_digest_page); /* in the copy */

    memcpy(table + TABLE_CODE, &page, 4);
    memcpy(table + TABLE_STATE, initial, sizeof(initial));
    if (n / SHA256_BLOCK)
        blocks_run(run, table, bytes, n / SHA256_BLOCK);
    memcpy(last, bytes + n - rest, rest);
    last[rest] = 0x80;
    for (unsigned i = 0; i < 8; i++)
        last[count * SHA256_BLOCK - 1 - i] = (uint8_t)((uint64_t)n * 8 >> 8 * i);
    blocks_run(run, table, last, count);
    memcpy(digest, table + TABLE_STATE, 4 * SHA256_WORDS);
}

static void load_digest(bool extensions, size_t n, uint32_t digest[SHA256_WORDS])
{
    struct sha256 sha;

    sha256_begin(&sha, extensions);
    for (size_t at = 0; at < n; at += PAGE) /* as a load reads it */
        sha256_add(&sha, bytes + at, n - at < PAGE ? n - at : PAGE);
    sha256_end(&sha, digest);
}

static uint32_t digest[SHA256_WORDS];

static void by_openssl(void)
{
    openssl(bytes, BYTES, (unsigned char *)digest);
}

static void by_page(void)
{
    page_digest(plain_blocks, BYTES, digest);
}

static void by_page_sha(void)
{
    page_digest(sha_blocks, BYTES, digest);
}

static void by_load(void)
{
    load_digest(false, BYTES, digest);
}

static void by_load_sha(void)
{
    load_digest(true, BYTES, digest);
}

static void expect(const char *way, size_t n, const uint32_t found[SHA256_WORDS])
{
    uint8_t right[32];

    openssl(bytes, n, right);
    for (unsigned i = 0; i < SHA256_WORDS; i++)
        if (__builtin_bswap32(found[i]) != ((uint32_t *)(void *)right)[i]) {
            fprintf(stderr, "native: %s: of %zu bytes the digest is not OpenSSL's\n", way, n);
            exit(1);
        }
}

static void prove(bool extensions)
{
    uint32_t found[SHA256_WORDS];

    for (size_t n = 0; n < LENGTHS; n++) {
        page_digest(plain_blocks, n, found);
        expect("the digest page", n, found);
        load_digest(false, n, found);
        expect("the load", n, found);
        if (!extensions)
            continue;
        page_digest(sha_blocks, n, found);
        expect("the digest page with SHA instructions", n, found);
        load_digest(true, n, found);
        expect("the load with SHA instructions", n, found);
    }
}

static void step_page(void)
{
    page_digest(plain_blocks, blocks * SHA256_BLOCK, digest);
}

static void step_page_sha(void)
{
    page_digest(sha_blocks, blocks * SHA256_BLOCK, digest);
}

static void step_load(void)
{
    load_digest(false, blocks * SHA256_BLOCK, digest);
}

static void step_load_sha(void)
{
    load_digest(true, blocks * SHA256_BLOCK, digest);
}

/* What a page more costs, for each of its bytes. */
static void count(const char *what, void (*run)(void))
{
    uint64_t less;

    blocks = STEPPED;
    less = steps_of(run);
    blocks = 2 * STEPPED;
    printf("%s\t%.1f\n", what, (double)(steps_of(run) - less) / (STEPPED * SHA256_BLOCK));
}

void digest_figures(const char *libcrypto)
{
    unsigned a, b = 0, c, d;
    void *library = dlopen(libcrypto, RTLD_NOW);
    bool extensions = __get_cpuid_count(7, 0, &a, &b, &c, &d) && b >> 29 & 1;
    const struct way ways[] = {{"OpenSSL", by_openssl, false},
                               {"the digest page", by_page, false},
                               {"the load", by_load, false},
                               {"the digest page with SHA instructions", by_page_sha, !extensions},
                               {"the load with SHA instructions", by_load_sha, !extensions}};

    openssl = library ? (sha256_function *)dlsym(library, "SHA256") : NULL;
    if (!openssl) {
        fprintf(stderr, "native: %s\n", dlerror());
        exit(1);
    }
    for (uint32_t i = 0; i < BYTES; i++)
        bytes[i] = (uint8_t)dice();
    memcpy(code, baton_digest_page, sizeof(code));
    if (mprotect(code, sizeof(code), PROT_READ | PROT_WRITE | PROT_EXEC)) {
        perror("native: mprotect");
        exit(1);
    }
    prove(extensions);
    compare("SHA-256", ways, 5, BYTES);
    count("SHA-256 by single steps in the hand-off, a byte", step_page);
    count("SHA-256 by single steps at the load, a byte", step_load);
    if (!extensions)
        return;
    count("SHA instructions in the hand-off, a byte", step_page_sha);
    count("SHA instructions at the load, a byte", step_load_sha);
}
