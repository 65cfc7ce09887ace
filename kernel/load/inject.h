/*
 * A build that goes wrong where it is told to, for the tests of what becomes of a fault in the
 * hand-off (make inject). A word on Baton's command line says where and how; the real build has no
 * such code, and calls the word unknown:
 *
 *   inject=PHASE:KIND        before-cr3, after-cr3, physical, unpaged, entry
 *   inject=list:KIND:N       at the N-th page that is copied, from 1
 *   inject=pdpt              the new PAE root's entries get the bits that other levels have and
 *                            that are reserved there, behind the dry run's back
 *
 * KIND: divide int3 ud gp pf nmi df stack jump.
 */
#ifndef KERNEL_LOAD_INJECT_H
#define KERNEL_LOAD_INJECT_H

#ifdef BATON_INJECT
#include "baton.h"

void inject_fault(const char *words, const struct baton_image *image);
#define INJECT_FAULT(words, image) inject_fault(words, image)
#else
#define INJECT_FAULT(words, image) ((void)0)
#endif

#endif
