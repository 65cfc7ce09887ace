/*
 * In the place of the dry run's check of the new tables, for lab tables: it would refuse any tables
 * that are not as Baton's own, so that the CPU could not show what is wrong with them.
 */
#include "relocate/dryrun/check.h"

int check_tables(struct check *c)
{
    (void)c;
    return 0;
}
