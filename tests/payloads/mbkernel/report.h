/* What the two versions of the report share. */
#ifndef MBKERNEL_REPORT_H
#define MBKERNEL_REPORT_H

#include <stdint.h>

/* Reads the information at pa, and prints all of it. One for each version; a plain ELF file prints what
 * it was loaded to. */
void report_information(uint32_t pa);

void report_string(const char *what, const char *string);
void report_module(uint32_t start, uint32_t end, const char *string);
void report_memory(uint64_t start, uint64_t length, uint32_t type);
void report_screen(uint64_t pa, uint32_t pitch, uint32_t width, uint32_t height, uint8_t bits,
                   uint8_t type);

/* Section headers of an ELF32 file: the CRC of the symbols and of the strings. */
void report_sections(uint32_t table, uint32_t count, uint32_t size, uint32_t names);

#endif
