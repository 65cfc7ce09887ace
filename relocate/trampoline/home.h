/* The trampoline's template: where it is, and what it looks like. */
#ifndef RELOCATE_TRAMPOLINE_HOME_H
#define RELOCATE_TRAMPOLINE_HOME_H

#include "baton/control.h"

/* The template as it was linked: nobody writes to it. Its first CONTROL_PARAMS bytes count. */
extern const uint8_t trampoline_code[];

/* Where the template is called: the address of baton_trampoline_page. */
uint32_t trampoline_home(void);

#endif
