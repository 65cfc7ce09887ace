/* The boot loader's information, reported, and the options of its command line for Baton. */
#include "boot/smbios.h"
#include "kernel/console/pixels.h"
#include "kernel/console/print.h"
#include "kernel/console/serial.h"
#include "kernel/end/stop.h"
#include "kernel/machine/window.h"
#include "kernel/memory/screenmap.h"
#include "kernel/start/start.h"

#define TROUBLES 8

static const char *no_screen; /* why the loader's framebuffer is not used; NULL: it is */

void start_refuse(const char *sentence)
{
    report("refused", "%s", sentence);
    stop(EXIT_REFUSED);
}

void start_screen(const struct boot_info *boot)
{
    struct pixels pixels;
    void *at = NULL;

    if (boot->screen.kind == BATON_SCREEN_TEXT)
        screen_start_text();
    if (boot->screen.kind != BATON_SCREEN_LINEAR)
        return;
    no_screen = pixels_start(&pixels, &boot->screen);
    if (!no_screen)
        at = screenmap_start(&boot->screen, &no_screen);
    if (at)
        screen_start_pixels(&pixels, at);
}

/* Called before the first line is printed: serial= selects the UART. */
static void start_serial(const struct options *options)
{
    if (!serial_start(options->serial_port, options->serial_divisor) && options->serial_given)
        report("serial", "there is no UART at %x: only the screen is used",
               (uint64_t)options->serial_port);
}

/* What of the loader's information is not used, and the parts that no later line shows. */
static void report_loader(struct boot_info *boot, bool verbose)
{
    for (uint32_t i = 0; i < boot->notes && i < BOOT_NOTES; i++)
        if (boot->note[i].tag)
            report("loader", "its tag %u is not used: %s", boot->note[i].tag, boot->note[i].why);
        else
            report("loader", "not used: %s", boot->note[i].why);
    if (no_screen)
        report("screen", "Baton does not use the framebuffer: %s", no_screen);
    if (boot->notes > BOOT_NOTES)
        report("loader", "%u more parts of its information are not used", boot->notes - BOOT_NOTES);
    if (!verbose)
        return;
    report("  names", "%s",
           boot->names_first ? "this loader puts file names before arguments"
                             : "this loader gives only arguments");
    report("  protocol", "multiboot %u", boot->protocol);
    if (boot->efi.bits)
        report("  UEFI", "%u bits, system table at %a, memory map of %n bytes", boot->efi.bits,
               boot->efi.system_table, boot->efi.map.size);
    for (uint32_t i = 0; i < boot->efi_kept_count && boot->efi.map.size; i++)
        report("  UEFI", "tables kept in %a to %a", boot->efi_kept[i].start, boot->efi_kept[i].end);
    if (boot->acpi_rsdp)
        report("  ACPI", "root pointer at %a", boot->acpi_rsdp);
    if (!boot->efi.bits)
        smbios_find(boot, window_read);
    if (boot->smbios.tables.size)
        report("  SMBIOS", "version %u.%u, %n bytes at %a", boot->smbios.major, boot->smbios.minor,
               boot->smbios.tables.size, boot->smbios.tables.pa);
    if (boot->screen.kind == BATON_SCREEN_LINEAR)
        report("  screen", "%u x %u pixels of %u bits at %a", boot->screen.width,
               boot->screen.height, boot->screen.bits, boot->screen.pa);
}

void start_options(struct boot_info *boot, struct options *options)
{
    struct option_trouble trouble[TROUBLES];
    uint32_t n = options_read(boot->command_line, options, trouble, TROUBLES);
    bool wrong = false;

    stop_options(options);
    start_serial(options);
    report("Baton " BATON_VERSION, "i386, loaded by %s", boot->loader);
    report_loader(boot, options->verbose);
    for (uint32_t i = 0; i < n && i < TROUBLES; i++) {
        char word[64];
        uint32_t length = trouble[i].length < sizeof(word) ? trouble[i].length : sizeof(word) - 1;

        __builtin_memcpy(word, trouble[i].word, length);
        word[length] = '\0';
        if (trouble[i].now) {
            report("renamed", "%s on Baton's command line: taken, but its name is %s now", word,
                   trouble[i].now);
        } else if (trouble[i].choices) {
            report("refused", "%s on Baton's command line: the value may be %s", word,
                   trouble[i].choices);
            wrong = true;
        } else {
            report("ignored", "%s on Baton's command line: no such word", word);
        }
    }
    if (wrong)
        stop(EXIT_REFUSED);
}
