/* Where the template is. i386 only; the host tests say it in another way. */
#include "relocate/trampoline/home.h"

uint32_t trampoline_home(void)
{
    return (uint32_t)baton_trampoline_page;
}
