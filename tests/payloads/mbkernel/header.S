/* The header of a multiboot kernel that reports how it was entered. MULTIBOOT is 1 or 2; 0: none. */
#include "lib/multiboot1.h"
#include "lib/multiboot2.h"

#define FLAGS1 (MULTIBOOT_PAGE_ALIGN | MULTIBOOT_MEMORY_INFO | MULTIBOOT_VIDEO)

        .section .header, "a", @progbits
        .balign 8
#if MULTIBOOT == 1
        .long   MULTIBOOT_HEADER_MAGIC, FLAGS1, -(MULTIBOOT_HEADER_MAGIC + FLAGS1)
        .long   0, 0, 0, 0, 0           /* the address fields, which no flag makes valid */
        .long   1, 80, 25, 0            /* text of 80 columns and 25 rows is preferred */
#elif MULTIBOOT == 2
header: .long   MULTIBOOT2_HEADER_MAGIC, MULTIBOOT2_I386, end - header
        .long   -(MULTIBOOT2_HEADER_MAGIC + MULTIBOOT2_I386 + (end - header))
1:      .short  MULTIBOOT2_HEADER_REQUEST, 0
        .long   2f - 1b
        .long   MULTIBOOT2_COMMAND_LINE, MULTIBOOT2_MODULE, MULTIBOOT2_MEMORY_MAP
        .long   MULTIBOOT2_SECTIONS, MULTIBOOT2_ACPI_OLD, MULTIBOOT2_APM
2:      .balign 8
        .short  MULTIBOOT2_HEADER_CONSOLE, 0
        .long   12, MULTIBOOT2_CONSOLE_NEEDED | MULTIBOOT2_CONSOLE_EGA_TEXT
        .balign 8
        .short  MULTIBOOT2_HEADER_ALIGN_MODULES, 0
        .long   8
        .short  MULTIBOOT2_HEADER_END, 0
        .long   8
end:
#endif

        .section .note.GNU-stack, "", @progbits
