/* What stands for the exits' machine code on this machine, which cannot assemble it: bytes, no two
 * rows of which are alike. */
#include "relocate/trampoline/exit.h"

#define BYTE(n) (uint8_t)((n)*29 + (n) / 16 + 7)
#define FOUR(n) BYTE(n), BYTE((n) + 1), BYTE((n) + 2), BYTE((n) + 3)
#define SIXTEEN(n) FOUR(n), FOUR((n) + 4), FOUR((n) + 8), FOUR((n) + 12)
#define SIXTY_FOUR(n) SIXTEEN(n), SIXTEEN((n) + 16), SIXTEEN((n) + 32), SIXTEEN((n) + 48)

const uint8_t exit_flat32[CONTROL_EXIT_SIZE] = {SIXTY_FOUR(0), SIXTY_FOUR(64), SIXTEEN(128),
                                                SIXTEEN(144)};
