/* Bytes as what a multiboot 2 loader left in memory: see loader.c. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/loader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_loader(0x36d76289u, data, size);
    return 0;
}
