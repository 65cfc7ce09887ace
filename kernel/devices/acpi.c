/*
 * Soft off: RSDP -> RSDT or XSDT -> FADT -> the PM1 control ports, and the sleep types in the
 * DSDT's package \_S5. A search for its name finds that package, so no AML interpreter is needed.
 * The HPET's table is found in the same way as the FADT.
 */
#include "kernel/devices/acpi.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "baton.h"
#include "kernel/machine/cpu.h"
#include "kernel/machine/window.h"

#define BIOS_START 0xe0000u /* [ACPI 5.2.5.1] */
#define BIOS_END 0x100000u
#define EBDA_SEGMENT 0x40eu /* BIOS data area */
#define EBDA_SEARCHED 1024u
#define TABLE_MAX (1u << 20)
#define ENABLE_PATIENCE 1000000u

enum {
    RSDP_SIZE = 20,
    RSDP_REVISION = 15,
    RSDP_RSDT = 16,
    RSDP_XSDT = 24,
    HEADER_LENGTH = 4,
    HEADER_SIZE = 36
};
enum {
    FADT_DSDT = 40,
    FADT_SMI_COMMAND = 48,
    FADT_ENABLE = 52,
    FADT_PM1A_CONTROL = 64,
    FADT_PM1B_CONTROL = 68
};
enum { HPET_SPACE = 40, HPET_ADDRESS = 44, HPET_END = 56, SPACE_MEMORY = 0 };
enum { PM1_SCI_ENABLED = 1 << 0, PM1_SLEEP_TYPE_SHIFT = 10, PM1_SLEEP = 1 << 13 };
enum { AML_NAME = 0x08, AML_PACKAGE = 0x12, AML_BYTE = 0x0a, AML_ZERO = 0x00, AML_ONE = 0x01 };

static uint8_t byte(uint64_t pa)
{
    return *(const uint8_t *)window_map(BATON_WINDOW_SOURCE, pa);
}

static uint32_t number(uint64_t pa, unsigned bytes)
{
    uint32_t value = 0;

    while (bytes--)
        value = value << 8 | byte(pa + bytes);
    return value;
}

static bool is_text(uint64_t pa, const char *text)
{
    while (*text)
        if (byte(pa++) != (uint8_t)*text++)
            return false;
    return true;
}

static bool sums_to_zero(uint64_t pa, uint32_t size)
{
    uint8_t sum = 0;

    while (size--)
        sum = (uint8_t)(sum + byte(pa++));
    return !sum;
}

static uint64_t find_rsdp(uint64_t start, uint64_t end)
{
    for (uint64_t pa = start; pa + RSDP_SIZE <= end; pa += 16)
        if (is_text(pa, "RSD PTR ") && sums_to_zero(pa, RSDP_SIZE))
            return pa;
    return 0;
}

static bool is_table(uint64_t pa, const char *signature)
{
    uint32_t length;

    if (!pa || !is_text(pa, signature))
        return false;
    length = number(pa + HEADER_LENGTH, 4);
    return length >= HEADER_SIZE && length <= TABLE_MAX && sums_to_zero(pa, length);
}

/* An entry of the RSDT has 4 bytes, one of the XSDT 8. A table above 4 GiB is out of reach: 0. */
static uint64_t table_at(uint64_t pa, unsigned bytes)
{
    return bytes == 8 && number(pa + 4, 4) ? 0 : number(pa, 4);
}

static uint64_t find_in(uint64_t root, const char *signature, unsigned bytes, const char *wanted)
{
    if (!is_table(root, signature))
        return 0;
    for (uint32_t at = HEADER_SIZE; at + bytes <= number(root + HEADER_LENGTH, 4); at += bytes)
        if (is_table(table_at(root + at, bytes), wanted))
            return table_at(root + at, bytes);
    return 0;
}

/* On UEFI without a root pointer in the loader's data nothing is found: the firmware keeps it
 * elsewhere. */
static uint64_t acpi_root(uint64_t known)
{
    uint64_t ebda = (uint64_t)number(EBDA_SEGMENT, 2) << 4;

    if (!known && ebda >= 0x400)
        known = find_rsdp(ebda, ebda + EBDA_SEARCHED);
    return known ? known : find_rsdp(BIOS_START, BIOS_END);
}

void acpi_copy_root(uint64_t known, uint8_t copy[BATON_RSDP_SIZE])
{
    uint64_t rsdp = acpi_root(known);
    uint32_t size = rsdp && byte(rsdp + RSDP_REVISION) >= 2 ? BATON_RSDP_SIZE : RSDP_SIZE;

    for (uint32_t i = 0; rsdp && i < size; i++)
        copy[i] = byte(rsdp + i);
}

static uint64_t find_table(uint64_t rsdp, const char *wanted)
{
    uint64_t table = 0;

    rsdp = acpi_root(rsdp);
    if (!rsdp)
        return 0;
    if (byte(rsdp + RSDP_REVISION) >= 2) /* firmware with UEFI may leave the RSDT out */
        table = find_in(table_at(rsdp + RSDP_XSDT, 8), "XSDT", 8, wanted);
    return table ? table : find_in(number(rsdp + RSDP_RSDT, 4), "RSDT", 4, wanted);
}

/* Reads a small AML integer at *pa, and moves *pa past it. */
static uint32_t small_integer(uint64_t *pa)
{
    uint8_t op = byte((*pa)++);

    return op == AML_BYTE ? byte((*pa)++) : op == AML_ONE ? 1 : 0;
}

/* Name (\_S5_, Package {a, b, ...}): the sleep types for PM1a and PM1b. [ACPI 20.2.5] */
static bool find_sleep_types(uint64_t dsdt, uint32_t *a, uint32_t *b)
{
    uint64_t end = dsdt + number(dsdt + HEADER_LENGTH, 4);

    for (uint64_t pa = dsdt + HEADER_SIZE; pa + 16 <= end; pa++) {
        if (!is_text(pa, "_S5_") || byte(pa + 4) != AML_PACKAGE ||
            (byte(pa - 1) != AML_NAME && !(byte(pa - 2) == AML_NAME && byte(pa - 1) == '\\')))
            continue;
        uint64_t at = pa + 5;
        at += 1 + (byte(at) >> 6); /* the package's length, 1 to 4 bytes */
        at++;                      /* the number of elements */
        *a = small_integer(&at);
        *b = small_integer(&at);
        return true;
    }
    return false;
}

/* Asks the firmware to hand over the power management. */
static void enable(uint64_t fadt, uint16_t control)
{
    uint16_t command = (uint16_t)number(fadt + FADT_SMI_COMMAND, 4);
    uint8_t value = byte(fadt + FADT_ENABLE);

    if (!control || in16(control) & PM1_SCI_ENABLED || !command || !value)
        return;
    out8(command, value);
    for (uint32_t i = 0; i < ENABLE_PATIENCE && !(in16(control) & PM1_SCI_ENABLED); i++)
        ;
}

static void sleep(uint16_t control, uint32_t type)
{
    if (control)
        out16(control, (uint16_t)(type << PM1_SLEEP_TYPE_SHIFT | PM1_SLEEP));
}

const char *acpi_poweroff(uint64_t rsdp)
{
    uint64_t fadt = find_table(rsdp, "FACP"), dsdt;
    uint32_t a, b;

    if (!fadt)
        return "the firmware has no ACPI tables";
    dsdt = number(fadt + FADT_DSDT, 4);
    if (!is_table(dsdt, "DSDT") || !find_sleep_types(dsdt, &a, &b))
        return "the firmware's ACPI tables do not say how to switch it off (no \\_S5)";
    enable(fadt, (uint16_t)number(fadt + FADT_PM1A_CONTROL, 4));
    sleep((uint16_t)number(fadt + FADT_PM1A_CONTROL, 4), a);
    sleep((uint16_t)number(fadt + FADT_PM1B_CONTROL, 4), b);
    return "the machine did not switch off, though its ACPI tables say that it would";
}

uint64_t acpi_hpet(uint64_t rsdp)
{
    uint64_t table = find_table(rsdp, "HPET");

    if (!table || number(table + HEADER_LENGTH, 4) < HPET_END ||
        byte(table + HPET_SPACE) != SPACE_MEMORY)
        return 0;
    return table_at(table + HPET_ADDRESS, 8);
}
