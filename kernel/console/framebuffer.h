/* A linear framebuffer as a screen. */
#ifndef KERNEL_CONSOLE_FRAMEBUFFER_H
#define KERNEL_CONSOLE_FRAMEBUFFER_H

#include "kernel/console/device.h"
#include "kernel/console/pixels.h"

extern const struct screen_device framebuffer;

/* Empties the screen. at: where the first pixel is mapped. */
void framebuffer_start(const struct pixels *format, void *at);

#endif
