/* The vault: what its seal covers, and what is written to it at a crash. */
#include "baton/crash.h"
#include "tests/host/paper/cm.h"

#define PAGE ((uint64_t)BATON_PAGE_SIZE)
#define END (64ull << 20)
#define USED 20u /* the lowest page of the pool that is in use */

/* The region's tail, as the host has it mapped. */
static uint8_t tail[BATON_CRASH_TAIL] __attribute__((aligned(16)));
static struct baton_vault *const vault = (void *)(tail + BATON_CRASH_TAIL - BATON_CRASH_VAULT);

static uint8_t trampoline[BATON_PAGE_SIZE];
static struct baton_crash crash;
static struct baton_crash_dump dump = {.registers = 0x120};
static struct baton_image image = {.control = 0x3fc0000, .armed = 1};

static void *map(void *ctx, enum baton_window window, uint64_t pa)
{
    (void)ctx, (void)window;
    assert_int_equal(pa, 0x105000);
    return trampoline;
}

static void arm(void)
{
    struct baton_refusal why;

    memset(tail, 0x5a, sizeof(tail));
    memset(trampoline, 0xc3, sizeof(trampoline));
    assert_int_equal(baton_crash_region(END - BATON_CRASH_LEAST, END, &crash, &why), 0);
    crash.host = (struct baton_host){.map = map, .trampoline_pa = 0x105000};
    vault->own[0] = 0x1234;
    crash.taken[0] = 1u << USED | 1u << 30; /* and above it, what has been freed meanwhile */
    baton_vault_arm(&crash, &dump, &image, vault);
}

static void it_keeps_what_the_hand_off_needs(void **state)
{
    (void)state;
    arm();
    assert_memory_equal(vault->trampoline, trampoline, sizeof(trampoline));
    assert_memory_equal(&vault->image, &image, sizeof(image));
    assert_int_equal(vault->registers, 0x120);
    assert_int_equal(vault->own[0], 0x1234);
    assert_ptr_equal(baton_vault_pool(vault), tail);
    assert_true(baton_vault_is_whole(vault));
}

static void assert_notices(uint8_t *at, bool notices)
{
    *at ^= 0x10;
    if (baton_vault_is_whole(vault) == notices)
        fail_msg("byte 0x%x of the tail", (unsigned)(at - tail));
    *at ^= 0x10;
}

/* |  pool, in part sealed  |  low memory  |  core headers  |  vault, sealed  |  written at the crash, stack | */
static void the_seal_covers_the_pool_and_what_the_hand_off_reads(void **state)
{
    uint8_t *low = tail + BATON_CRASH_POOL * PAGE, *at = (uint8_t *)vault;

    (void)state;
    arm();
    for (uint32_t i = USED; i < BATON_CRASH_POOL; i += 15)
        assert_notices(tail + i * PAGE + i, true);
    assert_notices(tail + USED * PAGE, true);
    assert_notices(tail + USED * PAGE - 1, false);
    assert_notices(tail, false);
    assert_notices(low - 1, true);
    assert_notices(low, false);
    assert_notices(at - 1, false);
    assert_notices(at, true);
    assert_notices(at + PAGE - 1, true);
    assert_notices((uint8_t *)&vault->registers, true);
    assert_notices((uint8_t *)&vault->own[BATON_VAULT_OWN - 1], true);
    assert_notices((uint8_t *)&vault->image, true);
    assert_notices((uint8_t *)&vault->seal[0] - 1, true);
    assert_notices((uint8_t *)&vault->seal[7], true);
    assert_notices((uint8_t *)&vault->noted, false);
    assert_notices(tail + sizeof(tail) - 1, false);
    assert_true(baton_vault_is_whole(vault));
    vault->pages = UINT32_MAX; /* nothing besides the pool is read */
    assert_false(baton_vault_is_whole(vault));
}

static void a_zeroed_page_is_noticed(void **state)
{
    (void)state;
    arm();
    memset(tail + 90 * PAGE, 0, PAGE);
    assert_false(baton_vault_is_whole(vault));
}

static void one_that_is_not_armed_is_not_whole(void **state)
{
    (void)state;
    memset(tail, 0, sizeof(tail));
    assert_false(baton_vault_is_whole(vault));
    arm();
    baton_vault_disarm(vault);
    assert_false(baton_vault_is_whole(vault));
}

/* Nothing of a crash breaks the seal: the first try may end in a fault. */
static void the_first_crash_is_noted(void **state)
{
    const struct baton_dump_registers first = {.eip = 1, .ss = 2}, second = {.eip = 3};

    (void)state;
    arm();
    assert_true(baton_vault_note(vault, &first));
    assert_false(baton_vault_note(vault, &second));
    assert_memory_equal(&vault->dead, &first, sizeof(first));
    assert_true(baton_vault_is_whole(vault));
    baton_vault_arm(&crash, &dump, &image, vault);
    assert_true(baton_vault_note(vault, &second));
}

static void there_are_two_tries(void **state)
{
    (void)state;
    arm();
    assert_true(baton_vault_try(vault));
    assert_true(baton_vault_try(vault));
    assert_false(baton_vault_try(vault));
    assert_false(baton_vault_try(vault));
    assert_true(baton_vault_is_whole(vault));
    baton_vault_arm(&crash, &dump, &image, vault);
    assert_true(baton_vault_try(vault));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_keeps_what_the_hand_off_needs),
        cmocka_unit_test(the_seal_covers_the_pool_and_what_the_hand_off_reads),
        cmocka_unit_test(a_zeroed_page_is_noticed),
        cmocka_unit_test(one_that_is_not_armed_is_not_whole),
        cmocka_unit_test(the_first_crash_is_noted),
        cmocka_unit_test(there_are_two_tries),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
