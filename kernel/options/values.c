/* Reads the values of options. */
#include "kernel/options/values.h"

#include "lib/number.h"
#include "lib/text.h"
#include "lib/uart.h"

static const struct choice com[] = {
    {"com1", COM1}, {"com2", 0x2f8}, {"com3", 0x3e8}, {"com4", 0x2e8}, {NULL, 0}};

bool value_choose(const struct choice *choices, const char *at, uint32_t length, int *value)
{
    for (; choices->name; choices++)
        if (text_after(at, choices->name) == at + length) {
            *value = choices->value;
            return true;
        }
    return false;
}

bool value_port(const char *at, uint32_t length, uint16_t *port)
{
    uint32_t value = 0, base = 10;
    const char *hex = text_after(at, "0x");

    if (hex) {
        length -= (uint32_t)(hex - at);
        at = hex;
        base = 16;
    }
    if (!length || length > 5)
        return false;
    for (; length; length--, at++) {
        uint32_t digit = *at >= '0' && *at <= '9'   ? (uint32_t)(*at - '0')
                         : *at >= 'a' && *at <= 'f' ? (uint32_t)(*at - 'a' + 10)
                                                    : 99;
        if (digit >= base)
            return false;
        value = value * base + digit;
    }
    if (!value || value > UINT16_MAX)
        return false;
    *port = (uint16_t)value;
    return true;
}

/* Baud, decimal. 0: a UART cannot be set to that speed. */
static uint16_t read_divisor(const char *at, uint32_t length)
{
    uint32_t speed = 0;

    if (!length || length > 6)
        return 0;
    for (; length; length--, at++) {
        if (*at < '0' || *at > '9')
            return 0;
        speed = speed * 10 + (uint32_t)(*at - '0');
    }
    return uart_divisor(speed);
}

bool value_serial(const char *at, uint32_t length, struct options *options)
{
    uint32_t first = 0;
    uint16_t port = 0, divisor = COM1_DIVISOR;
    int known;

    while (first < length && at[first] != ',')
        first++;
    if (first < length && !(divisor = read_divisor(at + first + 1, length - first - 1)))
        return false;
    if (value_choose(com, at, first, &known))
        port = (uint16_t)known;
    else if (text_after(at, "none") != at + length &&
             (!value_port(at, first, &port) || port > UINT16_MAX - UART_PORTS + 1))
        return false;
    options->serial_port = port;
    options->serial_divisor = divisor;
    options->serial_given = port != 0;
    return true;
}

bool value_small(const char *at, uint32_t length, uint8_t *small)
{
    uint32_t value = 0;

    if (!length || length > 2)
        return false;
    for (; length; length--, at++) {
        if (*at < '0' || *at > '9')
            return false;
        value = value * 10 + (uint32_t)(*at - '0');
    }
    *small = (uint8_t)value;
    return true;
}

bool value_type(const char *at, uint32_t length, char type[OPTION_TYPE])
{
    if (!length || length >= OPTION_TYPE)
        return false;
    __builtin_memcpy(type, at, length);
    type[length] = '\0';
    return true;
}

bool value_address(const char *at, uint32_t length, uint64_t *address)
{
    uint64_t value;

    if (!number_take(&at, &length, &value) || length || !value)
        return false;
    *address = value;
    return true;
}

bool options_modules(const char *at, uint32_t length, struct option_modules *modules)
{
    for (modules->count = 0; modules->count < BATON_MODULES; modules->count++) {
        uint8_t *module = &modules->module[modules->count];
        uint32_t digits = 0;

        while (digits < length && at[digits] != ',')
            digits++;
        if (!value_small(at, digits, module) || !*module)
            return false;
        if (digits == length) {
            modules->count++;
            return true;
        }
        at += digits + 1;
        length -= digits + 1;
    }
    return false;
}

bool value_crash(const char *at, uint32_t length, struct options *options)
{
    struct option_modules initrds = {0};
    uint32_t first = 0;
    uint8_t kernel;

    while (first < length && at[first] != ',')
        first++;
    if (first < length && !options_modules(at + first + 1, length - first - 1, &initrds))
        return false;
    if (!value_small(at, first, &kernel) || !kernel)
        return false;
    options->crash = kernel;
    options->crash_initrds = initrds;
    return true;
}
