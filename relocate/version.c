/* Which version of the library this is. */
#include "baton.h"

uint32_t baton_version(void)
{
    return BATON_VERSION_NUMBER;
}
