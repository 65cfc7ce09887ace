/*
 * What the fuzz targets share. A target is one file, fuzz_NAME.c, with libFuzzer's entry: bytes in,
 * and the process ends when something is not as it should be. fuzz_replay.c calls the same entry
 * for files, so that a finding stays a test without libFuzzer.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* libFuzzer's entry; always returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Says what is wrong, and ends the process: a finding. */
void fuzz_wrong(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* Little-endian numbers out of the input; behind its end there are zeros. */
struct fuzz_bytes {
    const uint8_t *at;
    size_t left;
};

uint64_t fuzz_number(struct fuzz_bytes *bytes, unsigned size);

static inline uint8_t fuzz_8(struct fuzz_bytes *bytes)
{
    return (uint8_t)fuzz_number(bytes, 1);
}

static inline uint16_t fuzz_16(struct fuzz_bytes *bytes)
{
    return (uint16_t)fuzz_number(bytes, 2);
}

static inline uint32_t fuzz_32(struct fuzz_bytes *bytes)
{
    return (uint32_t)fuzz_number(bytes, 4);
}

#endif
