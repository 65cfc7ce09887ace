/* The timers on a model: a clock and an HPET, without one, and with each of their bits. */
#include "kernel/devices/timers.h"
#include "tests/host/paper/cm.h"

#define HPET 0xfed00000u
#define NOTHING 0xffffffffu
#define PERIOD 10000000u

static uint8_t clock_b;
static uint32_t memory[0x140]; /* the registers of the HPET */

static uint8_t model_clock(uint8_t index)
{
    assert_int_equal(index, 0x0b);
    return clock_b;
}

static uint32_t model_peek(uint64_t pa)
{
    assert_true(pa % 4 == 0);
    if (pa < HPET || pa >= HPET + sizeof(memory))
        return NOTHING;
    return memory[(pa - HPET) / 4];
}

static const struct timers_access access = {model_clock, model_peek};

/* An HPET of so many timers, and a clock of which nothing is on. */
static void model(uint32_t timers)
{
    memset(memory, 0, sizeof(memory));
    memory[0] = 0x8086a001 | (timers - 1) << 8;
    memory[1] = PERIOD;
    clock_b = 0x02;
}

static void every_bit_of_the_clock(void **state)
{
    struct timers t;

    (void)state;
    model(3);
    for (unsigned b = 0; b < 0xff; b++) {
        clock_b = (uint8_t)b;
        timers_read(&access, 0, &t);
        assert_true(t.clock);
        assert_int_equal(t.clock_on, b & 0x70);
    }
    clock_b = 0xff;
    timers_read(&access, 0, &t);
    assert_false(t.clock);
    assert_int_equal(t.clock_on, 0);
}

static void every_timer(void **state)
{
    struct timers t;

    (void)state;
    for (uint32_t count = 1; count <= 32; count++)
        for (uint32_t i = 0; i < 32; i++) {
            model(count);
            memory[(0x100 + i * 0x20) / 4] = 0x4;
            timers_read(&access, HPET, &t);
            assert_true(t.hpet);
            assert_int_equal(t.count, count);
            assert_int_equal(t.hpet_on, i < count);
            assert_int_equal(t.first, i < count ? i : 0);
        }
    model(3);
    memory[0x120 / 4] = memory[0x140 / 4] = 0xffffffff;
    memory[0x100 / 4] = 0xfffffffb;
    timers_read(&access, HPET, &t);
    assert_int_equal(t.first, 1);
    assert_int_equal(t.hpet_on, 2);
}

static void its_configuration(void **state)
{
    struct timers t;

    (void)state;
    model(3);
    for (uint32_t bits = 0; bits < 4; bits++) {
        memory[0x10 / 4] = bits | 0xfffffffc;
        timers_read(&access, HPET, &t);
        assert_int_equal(t.counts, bits & 1);
        assert_int_equal(t.legacy, bits >> 1);
    }
}

/* The firmware's table may be wrong. */
static void no_hpet(void **state)
{
    static const uint64_t places[] = {0, HPET + 0x1000, HPET + 4, HPET + 1, 0xfffffff8};
    static const uint32_t periods[] = {0, 100000001, NOTHING};
    struct timers t;

    (void)state;
    for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
        model(3);
        timers_read(&access, places[i], &t);
        assert_false(t.hpet);
    }
    for (size_t i = 0; i < sizeof(periods) / sizeof(*periods); i++) {
        model(3);
        memory[1] = periods[i];
        timers_read(&access, HPET, &t);
        assert_false(t.hpet);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bit_of_the_clock),
        cmocka_unit_test(every_timer),
        cmocka_unit_test(its_configuration),
        cmocka_unit_test(no_hpet),
    };

    return cmocka_run_group_tests_name("timers", tests, NULL, NULL);
}
