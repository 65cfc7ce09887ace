/* regs, more, reboot, poweroff: the machine itself. */
#include "kernel/console/print.h"
#include "kernel/devices/acpi.h"
#include "kernel/end/stop.h"
#include "kernel/load/stage.h"
#include "kernel/machine/cpu.h"
#include "kernel/shell/commands.h"
#include "kernel/terminal/input.h"
#include "kernel/terminal/pager.h"
#include "lib/text.h"

#define PATIENCE 10 /* tenths of a second: a reset takes a moment */

struct flag {
    uint32_t bit;
    const char *name;
};

/* [SDM3 2.5, 2.3] */
static const struct flag cr0_flags[] = {{1u << 0, "PE"},  {1u << 1, "MP"},  {1u << 2, "EM"},
                                        {1u << 3, "TS"},  {1u << 4, "ET"},  {1u << 5, "NE"},
                                        {1u << 16, "WP"}, {1u << 18, "AM"}, {1u << 29, "NW"},
                                        {1u << 30, "CD"}, {1u << 31, "PG"}, {0, NULL}};
static const struct flag cr4_flags[] = {
    {1u << 0, "VME"}, {1u << 1, "PVI"},    {1u << 2, "TSD"},         {1u << 3, "DE"},
    {1u << 4, "PSE"}, {1u << 5, "PAE"},    {1u << 6, "MCE"},         {1u << 7, "PGE"},
    {1u << 8, "PCE"}, {1u << 9, "OSFXSR"}, {1u << 10, "OSXMMEXCPT"}, {0, NULL}};
static const struct flag eflags_flags[] = {{1u << 0, "CF"},  {1u << 2, "PF"},  {1u << 4, "AF"},
                                           {1u << 6, "ZF"},  {1u << 7, "SF"},  {1u << 8, "TF"},
                                           {1u << 9, "IF"},  {1u << 10, "DF"}, {1u << 11, "OF"},
                                           {1u << 14, "NT"}, {0, NULL}};
static const struct flag efer_flags[] = {
    {1u << 0, "SCE"}, {1u << 8, "LME"}, {1u << 10, "LMA"}, {1u << 11, "NXE"}, {0, NULL}};

static void report_flags(const char *name, uint32_t value, const struct flag *flags)
{
    char line[96];
    struct text text = {line, sizeof(line), 0};

    line[0] = '\0';
    for (; flags->name; flags++)
        if (value & flags->bit) {
            text_char(&text, ' ');
            text_add(&text, flags->name);
        }
    report(name, "%a%s", (uint64_t)value, line);
}

struct __attribute__((packed)) table_register {
    uint16_t limit;
    uint32_t base;
};

static void report_tables(void)
{
    struct table_register gdtr, idtr;
    uint32_t task;

    __asm__ volatile("sgdt %0" : "=m"(gdtr));
    __asm__ volatile("sidt %0" : "=m"(idtr));
    __asm__ volatile("str %0" : "=r"(task));
    report("gdtr", "%a, %u bytes", (uint64_t)gdtr.base, gdtr.limit + 1u);
    report("idtr", "%a, %u bytes", (uint64_t)idtr.base, idtr.limit + 1u);
    report("tr", "selector %x", (uint64_t)(task & 0xffff));
}

void command_regs(const struct words *words)
{
    uint32_t eflags, esp;

    if (!command_takes(words, 0))
        return;
    __asm__ volatile("pushfl; popl %0; movl %%esp, %1" : "=r"(eflags), "=r"(esp));
    report_flags("cr0", cpu_cr0(), cr0_flags);
    report("cr2", "%a, the address of the last page fault", (uint64_t)cpu_cr2());
    report("cr3", "%a, the root of the live tables", (uint64_t)cpu_cr3());
    if (cpu.cr4)
        report_flags("cr4", cpu_cr4(), cr4_flags);
    else
        report("cr4", "this CPU has none");
    if (cpu.efer)
        report_flags("efer", cpu_efer(), efer_flags);
    else
        report("efer", "this CPU has none");
    report_flags("eflags", eflags, eflags_flags);
    report("esp", "%a", (uint64_t)esp);
    report_tables();
}

void command_more(const struct words *words)
{
    uint64_t rows;

    if (!command_takes(words, 1))
        return;
    if (words->count == 2) {
        if (words_equal(words->word[1], "off")) {
            rows = 0;
        } else if (!words_number(words->word[1], &rows) || rows < 2 || rows > 1000) {
            command_usage(words, "rows are a number from 2 to 1,000, or off");
            return;
        }
        pager_rows = (uint32_t)rows;
    }
    if (pager_rows)
        report("more", "long output stops after %u rows", pager_rows);
    else
        report("more", "long output does not stop");
}

void command_reboot(const struct words *words)
{
    if (!command_takes(words, 0))
        return;
    report("reboot", "resetting the machine");
    stop_reset();
    input_wait(PATIENCE);
    report("refused", "the machine ignores both ways to reset it; use its button");
}

void command_poweroff(const struct words *words)
{
    const char *wrong;

    if (!command_takes(words, 0))
        return;
    report("poweroff", "switching the machine off");
    wrong = acpi_poweroff(stage_boot()->acpi_rsdp);
    input_wait(PATIENCE);
    report("refused", "%s; use the machine's button", wrong);
}
