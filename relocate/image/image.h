/* The parts of an image that have files of their own: the list, the tables, the control page. */
#ifndef RELOCATE_IMAGE_IMAGE_H
#define RELOCATE_IMAGE_IMAGE_H

#include "baton.h"

/* Writes the whole indirection list and counts; image->list is set. */
int list_build(struct baton_payload *payload, struct baton_image *image);

/* The new tables: image->tables, both mappings; image->fault_tables where those are PAE. */
int tables_build(struct baton_payload *payload, struct baton_image *image);

/* After a call: the CPU has set accessed bits in them, QEMU's in a PAE root, too. */
void tables_renew(struct baton_image *image);

/* image->long_tables, for an entry in long mode. */
int long_tables_build(struct baton_payload *payload, struct baton_image *image);

/* The control code page, template and copy. Everything else must be built before. (control.c) */
void control_fill(const struct baton_image *image, const struct baton_payload *payload,
                  const struct baton_machine *machine, const struct baton_screen *screen);

/* After a call: what the CPU and the trampoline have written to both is as control_fill left it. */
void control_renew(const struct baton_image *image);

/* MACHINE_ bits of control.h. */
uint32_t control_machine_bits(const struct baton_machine *machine);

#endif
