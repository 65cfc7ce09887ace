/*
 * The indirection list: one 32-bit word per step, a page address with one flag in its low bits. For
 * the core, and for a host that shows the list to its user. Shared by C and the trampoline.
 *
 *   DESTINATION  the next page is written here
 *   SOURCE       copy this page to the destination, which then moves on by a page
 *   ZERO         fill the destination with zeros; the address is 0; it moves on, too
 *   INDIRECTION  continue reading the list in this page
 *   DONE         the end; the address is 0
 */
#ifndef BATON_LIST_H
#define BATON_LIST_H

#define LIST_DESTINATION 1
#define LIST_INDIRECTION 2
#define LIST_DONE 4
#define LIST_SOURCE 8
#define LIST_ZERO 16
#define LIST_FLAGS 0xfff /* where a word keeps its flag */

#define LIST_WORDS 1024 /* in an indirection page; the last one is INDIRECTION or DONE */

#endif
