/* A refusal, filled in; every part of the core ends its errors so. */
#ifndef LIB_REFUSE_H
#define LIB_REFUSE_H

#include "baton.h"

/* Returns the error. */
static inline int refuse(struct baton_refusal *why, int error, const char *what, uint64_t value,
                         uint64_t limit)
{
    *why = (struct baton_refusal){error, what, value, limit, NULL};
    return error;
}

/* The host breaks the contract of baton.h. */
static inline int refuse_host(struct baton_refusal *why, const char *what, uint64_t value,
                              uint64_t limit)
{
    return refuse(why, BATON_E_HOST, what, value, limit);
}

#endif
