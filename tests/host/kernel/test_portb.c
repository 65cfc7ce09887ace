/* Port 0x61: whatever is read there, waiting changes two bits of it, and puts them back. [ICH: NMI_SC] */
#include "kernel/terminal/portb.h"
#include "tests/host/paper/cm.h"

static void every_value(void **state)
{
    (void)state;
    for (unsigned read = 0; read < 256; read++) {
        uint8_t counting = portb_counting((uint8_t)read), after = portb_as_read((uint8_t)read);

        assert_int_equal(counting & 0x0c, read & 0x0c); /* no NMI is let through, or held back */
        assert_int_equal(counting & 0x03, 0x01);        /* gate on, speaker off */
        assert_int_equal(counting & 0xf0, 0);           /* read only: to be written as 0 */
        assert_int_equal(after, read & 0x0f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_value)};

    return cmocka_run_group_tests_name("portb", tests, NULL, NULL);
}
