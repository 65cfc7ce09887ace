/* Calls a target's entry for each file named on the command line, and says which ones passed. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <stdlib.h>

#define SIZE_MOST (1u << 20)

int main(int count, char **names)
{
    uint8_t *data = malloc(SIZE_MOST);

    for (int i = 1; i < count; i++) {
        FILE *file = fopen(names[i], "rb");

        if (!file) {
            perror(names[i]);
            return 1;
        }
        size_t size = fread(data, 1, SIZE_MOST, file);
        fclose(file);

        /* A block of its own size, so that a read behind it is seen. */
        uint8_t *exact = malloc(size ? size : 1);
        for (size_t k = 0; k < size; k++)
            exact[k] = data[k];
        printf("case %s\n", names[i]);
        fflush(stdout);
        LLVMFuzzerTestOneInput(exact, size);
        printf("passed %s\n", names[i]);
        free(exact);
    }
    free(data);
    return 0;
}
