/*
 * PCI on a model: which functions are found behind which bridges, what is stopped, and how USB
 * controllers are taken from a firmware that gives them up at once, late, or never.
 */
#include "kernel/devices/pci.h"
#include "kernel/devices/usb.h"
#include "tests/host/paper/cm.h"

#define FUNCTIONS 600
#define REGISTERS 0xfe000000u /* of the one controller with registers in memory */
#define NETWORK 0x020000u
#define BRIDGE 0x060400u

static struct function {
    uint32_t at, word[64];
} model[FUNCTIONS];
static uint32_t count, reads, writes, waits;
static uint32_t memory[0x400]; /* the registers at `registers` */
static uint32_t registers;

/* When the firmware gives up: after so many waits, it clears these bits here. */
static uint32_t late, *owner, owner_bits;

/* It must still be a bus master while the firmware is asked. */
static const struct function *asked;

static struct function *find(uint32_t at)
{
    for (uint32_t i = 0; i < count; i++)
        if (model[i].at == (at & 0xffff00))
            return &model[i];
    return NULL;
}

static uint32_t model_read(uint32_t at)
{
    struct function *f = find(at);

    assert_true(at <= 0xffffff && at % 4 == 0);
    reads++;
    return f ? f->word[(at & 0xff) / 4] : PCI_NONE;
}

static void model_write(uint32_t at, uint32_t value)
{
    struct function *f = find(at);

    assert_non_null(f);
    assert_int_equal(at % 4, 0);
    if ((at & 0xff) == PCI_COMMAND)
        assert_int_equal(value >> 16, 0); /* a one would clear a bit of the status */
    writes++;
    f->word[(at & 0xff) / 4] = value;
}

static uint32_t *place(uint64_t pa)
{
    assert_true(pa >= registers && pa < registers + sizeof(memory) && pa % 4 == 0);
    return &memory[(pa - registers) / 4];
}

static uint32_t model_peek(uint64_t pa)
{
    return *place(pa);
}

static void model_poke(uint64_t pa, uint32_t value)
{
    *place(pa) = value;
    writes++;
}

static void model_wait(void)
{
    assert_true(++waits < 3000);
    if (asked)
        assert_true(asked->word[PCI_COMMAND / 4] & PCI_COMMAND_MASTER);
    if (owner && waits == late)
        *owner &= ~owner_bits;
}

static const struct pci_access access = {model_read, model_write, model_peek, model_poke,
                                         model_wait};

static void clear(void)
{
    count = reads = writes = waits = late = 0;
    owner = NULL;
    registers = REGISTERS;
    memset(model, 0, sizeof(model));
    memset(memory, 0, sizeof(memory));
}

static struct function *add(uint32_t at, uint32_t class, uint32_t header)
{
    struct function *f = &model[count++];

    assert_true(count <= FUNCTIONS);
    f->at = at;
    f->word[PCI_ID / 4] = 0x12348086;
    f->word[PCI_COMMAND / 4] = 0x02b00000 | PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER;
    f->word[PCI_CLASS / 4] = class << 8 | 0x42;
    f->word[PCI_HEADER / 4] = header;
    return f;
}

static void bridge(uint32_t at, uint32_t to)
{
    add(at, BRIDGE, 0x810000)->word[PCI_BUSES / 4] = 0xff0000 | to << 8 | at >> 16;
}

static bool note(void *ctx, const struct pci_function *f)
{
    assert_int_equal(f->vendor, 0x8086);
    assert_int_equal(f->device, 0x1234);
    assert_true(f->master);
    ++*(uint32_t *)ctx;
    return true;
}

static uint32_t walk(void)
{
    uint32_t found = 0;

    pci_walk(&access, note, &found);
    return found;
}

/* ---- which functions there are ------------------------------------------------------------------ */

static void nothing(void **state)
{
    (void)state;
    clear();
    assert_int_equal(walk(), 0);
    assert_int_equal(reads, 32); /* one question for each device of bus 0 */
}

static void functions_of_a_device(void **state)
{
    (void)state;
    clear();
    add(PCI_AT(0, 3, 0), NETWORK, 0x800000);
    add(PCI_AT(0, 3, 2), NETWORK, 0);
    add(PCI_AT(0, 3, 7), NETWORK, 0);
    add(PCI_AT(0, 31, 0), NETWORK, 0); /* one function: the others are not looked at */
    add(PCI_AT(0, 31, 3), NETWORK, 0);
    add(PCI_AT(0, 4, 1), NETWORK, 0); /* no function 0: nor others */
    assert_int_equal(walk(), 4);
}

static void behind_bridges(void **state)
{
    (void)state;
    clear();
    bridge(PCI_AT(0, 30, 0), 1);
    bridge(PCI_AT(0, 30, 5), 5);
    bridge(PCI_AT(5, 0, 0), 255);
    add(PCI_AT(1, 2, 0), NETWORK, 0);
    add(PCI_AT(255, 31, 0), NETWORK, 0x800000);
    add(PCI_AT(255, 31, 7), NETWORK, 0);
    add(PCI_AT(9, 0, 0), NETWORK, 0); /* no bridge leads here */
    assert_int_equal(walk(), 6);
}

static void loops_of_bridges(void **state)
{
    (void)state;
    clear();
    bridge(PCI_AT(0, 1, 0), 1);
    bridge(PCI_AT(1, 1, 0), 2);
    bridge(PCI_AT(2, 1, 0), 1);
    bridge(PCI_AT(2, 2, 0), 2); /* to itself */
    bridge(PCI_AT(2, 3, 0), 0); /* not set up: to bus 0 */
    assert_int_equal(walk(), 5);
    assert_int_equal(reads < 32 * 8 * 5 * 4, true);
}

static void all_buses(void **state)
{
    (void)state;
    clear();
    for (uint32_t bus = 0; bus < 256; bus++) {
        bridge(PCI_AT(bus, 0, 0), (bus + 1) & 0xff);
        add(PCI_AT(bus, 31, 0), NETWORK, 0);
    }
    assert_int_equal(walk(), 512);
}

static bool stop_at_third(void *ctx, const struct pci_function *f)
{
    (void)f;
    return ++*(uint32_t *)ctx < 3;
}

static void a_walk_that_is_stopped(void **state)
{
    uint32_t found = 0;

    (void)state;
    clear();
    for (uint32_t function = 0; function < 8; function++)
        add(PCI_AT(0, 0, function), NETWORK, 0x800000);
    add(PCI_AT(0, 1, 0), NETWORK, 0);
    pci_walk(&access, stop_at_third, &found);
    assert_int_equal(found, 3);
}

static void names(void **state)
{
    static const struct {
        uint32_t at, class;
        const char *name;
    } cases[] = {{PCI_AT(0, 0x1f, 2), 0x010601, "00:1f.2 disk"},
                 {PCI_AT(0xff, 3, 7), 0x0c0330, "ff:03.7 USB"},
                 {PCI_AT(0x1a, 0, 0), 0x0c0500, "1a:00.0 serial bus"},
                 {PCI_AT(0, 0, 0), 0x0f0000, "00:00.0 communication"},
                 {PCI_AT(0, 0, 0), 0xff0000, "00:00.0 other device"},
                 {PCI_AT(0, 0, 0), 0x120000, "00:00.0 other device"}};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct pci_function f = {.at = cases[i].at, .class = cases[i].class};
        char name[PCI_NAME];

        pci_name(&f, name);
        assert_string_equal(name, cases[i].name);
    }
}

/* ---- what is stopped ---------------------------------------------------------------------------- */

static void masters_are_stopped(void **state)
{
    struct pci_stop done;

    (void)state;
    for (int stop = 0; stop < 2; stop++) {
        clear();
        bridge(PCI_AT(0, 1, 0), 1);
        add(PCI_AT(0, 2, 0), 0x030000, 0);
        add(PCI_AT(0, 3, 0), 0x080600, 0);
        for (uint32_t device = 3; device < 9; device++)
            add(PCI_AT(1, device, 0), NETWORK, 0);
        find(PCI_AT(1, 4, 0))->word[PCI_COMMAND / 4] &= ~PCI_COMMAND_MASTER;
        pci_quiesce(&access, stop, &done);
        assert_int_equal(done.masters, 5);
        assert_int_equal(done.first[0].at, PCI_AT(1, 3, 0));
        assert_int_equal(done.first[1].at, PCI_AT(1, 5, 0));
        assert_int_equal(done.taken, 0);
        assert_int_equal(writes, stop ? 5 : 0);
        for (uint32_t i = 0; i < count; i++) {
            bool kept = i < 3; /* the bridge, the display, the IOMMU */

            if (i == 4) /* was none */
                assert_false(model[i].word[PCI_COMMAND / 4] & PCI_COMMAND_MASTER);
            else
                assert_int_equal(!(model[i].word[PCI_COMMAND / 4] & PCI_COMMAND_MASTER),
                                 stop && !kept);
            assert_true(model[i].word[PCI_COMMAND / 4] & PCI_COMMAND_MEMORY);
        }
    }
}

/* ---- USB controllers ---------------------------------------------------------------------------- */

/* A controller whose firmware has it. Returns its function; `owner` is the firmware's bit. */
static struct function *controller(uint32_t class)
{
    struct function *f;

    clear();
    f = add(PCI_AT(0, 29, 0), class, 0);
    f->word[PCI_BAR0 / 4] = REGISTERS;
    switch (class & 0xff) {
    case 0x00:
        f->word[0xc0 / 4] = 0xabcd2010; /* SMIs, and the interrupt to the PIC */
        owner = &f->word[0xc0 / 4];
        break;
    case 0x10:
        memory[1] = 0x100 | 0x80; /* HcControl: InterruptRouting, operational */
        owner = &memory[1];
        owner_bits = 0x100;
        break;
    case 0x20:
        memory[2] = 0x68 << 8;             /* HCCPARAMS: capabilities from 0x68 on */
        f->word[0x68 / 4] = 0x7000 | 0x0a; /* another one, and where the next is */
        f->word[0x70 / 4] = 0x00010001;
        f->word[0x74 / 4] = 0x0000e03f;
        owner = &f->word[0x70 / 4];
        owner_bits = 1 << 16;
        break;
    default:
        f->word[PCI_BAR0 / 4] |= 4; /* of 64 bits */
        memory[4] = 0x100u << 16;   /* HCCPARAMS1: capabilities from 0x400 on */
        memory[0x100] = 0x00000402; /* a supported protocol, and the next at + 0x10 */
        memory[0x104] = 0x00010001;
        memory[0x105] = 0x0000e0f1;
        owner = &memory[0x104];
        owner_bits = 1 << 16;
    }
    return f;
}

static const uint32_t classes[] = {0x0c0300, 0x0c0310, 0x0c0320, 0x0c0330};

static enum usb_owner take(const struct function *f)
{
    struct pci_function function = {.at = f->at, .class = f->word[PCI_CLASS / 4] >> 8};

    return usb_take(&access, &function);
}

static void firmware_gives_up(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(classes); i++)
        for (uint32_t when = 1; when < 1000; when += 333) {
            struct function *f = controller(classes[i]);

            late = when;
            assert_int_equal(take(f), USB_TAKEN);
            if (i)
                assert_int_equal(waits, when);
            if (i == 0)
                assert_int_equal(*owner, 0xaf00); /* no SMIs; ones clear the status */
            if (i == 1)
                assert_int_equal(memory[2], 8); /* the request */
            if (i >= 2)
                assert_int_equal(*owner >> 24, 1); /* the system's bit */
            if (i == 2)
                assert_int_equal(f->word[0x74 / 4], 0xe0000000); /* no SMIs */
            if (i == 3)
                assert_int_equal(memory[0x105], 0xe00000e0); /* but for reserved bits */
            assert_int_equal(take(f), USB_FREE);
        }
}

/* It is told so for a second, and then no longer asked. */
static void firmware_that_keeps_it(void **state)
{
    (void)state;
    for (size_t i = 1; i < COUNT(classes); i++) {
        struct function *f = controller(classes[i]);

        assert_int_equal(take(f), USB_STUCK);
        assert_int_equal(waits, 1000);
        assert_int_equal(*owner & owner_bits, 0);
    }
}

static void nothing_to_take(void **state)
{
    static const struct {
        uint32_t reg, value;
        bool memory;
    } without[] = {
        {PCI_COMMAND, PCI_COMMAND_MASTER, false}, /* registers not switched on */
        {PCI_BAR0, 0, false},
        {PCI_BAR0, 0xe001, false}, /* in I/O space */
    };

    (void)state;
    for (size_t i = 1; i < COUNT(classes); i++)
        for (size_t k = 0; k < COUNT(without); k++) {
            struct function *f = controller(classes[i]);

            f->word[without[k].reg / 4] = without[k].value;
            assert_int_equal(take(f), USB_FREE);
            assert_int_equal(writes, 0);
        }
    struct function *f = controller(0x0c0330);
    f->word[PCI_BAR0 / 4 + 1] = 1; /* above 4 GiB */
    assert_int_equal(take(f), USB_FREE);
    f = controller(0x0c03fe); /* a device, no controller */
    assert_int_equal(take(f), USB_FREE);
}

/* Lists of capabilities that do not end. */
static void lists_that_do_not_end(void **state)
{
    struct function *f = controller(0x0c0320);

    (void)state;
    f->word[0x70 / 4] = 0x680a;
    assert_int_equal(take(f), USB_FREE);
    f->word[0x70 / 4] = 0x100a; /* below the capabilities: the end */
    assert_int_equal(take(f), USB_FREE);
    f = controller(0x0c0330);
    for (uint32_t i = 0x100; i < 0x400; i++)
        memory[i] = 0x0102;
    assert_int_equal(take(f), USB_FREE);
    memory[4] = 0; /* no list */
    assert_int_equal(take(f), USB_FREE);
    assert_int_equal(writes, 0);
}

/* The capability with its control register must lie below 4 GiB. */
static void a_list_that_leads_out_of_4_gib(void **state)
{
    static const struct {
        uint32_t steps; /* from the registers on, of 4 bytes */
        enum usb_owner owner;
    } cases[] = {{0x3fe, USB_TAKEN}, {0x3ff, USB_FREE}, {0x400, USB_FREE}, {0x401, USB_FREE}};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct function *f = controller(0x0c0330);

        registers = 0xfffff000;
        f->word[PCI_BAR0 / 4] = registers | 4;
        memory[4] = cases[i].steps << 16;
        memory[0x3fe] = memory[0x3ff] = 0x00010001;
        owner = &memory[0x3fe];
        late = 1;
        assert_int_equal(take(f), cases[i].owner);
    }
}

/* All controllers are asked before the first one is stopped. */
static void firmware_before_masters(void **state)
{
    struct function *f = controller(0x0c0320);
    struct pci_stop done;

    (void)state;
    asked = f;
    pci_quiesce(&access, true, &done);
    asked = NULL;
    assert_int_equal(done.taken, 1);
    assert_int_equal(done.stuck, 1);
    assert_int_equal(done.masters, 1);
    assert_false(f->word[PCI_COMMAND / 4] & PCI_COMMAND_MASTER);
    f = controller(0x0c0320);
    pci_quiesce(&access, false, &done);
    assert_int_equal(done.taken, 0);
    assert_int_equal(writes, 0);
    assert_true(f->word[PCI_COMMAND / 4] & PCI_COMMAND_MASTER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing),
        cmocka_unit_test(functions_of_a_device),
        cmocka_unit_test(behind_bridges),
        cmocka_unit_test(loops_of_bridges),
        cmocka_unit_test(all_buses),
        cmocka_unit_test(a_walk_that_is_stopped),
        cmocka_unit_test(names),
        cmocka_unit_test(masters_are_stopped),
        cmocka_unit_test(firmware_gives_up),
        cmocka_unit_test(firmware_that_keeps_it),
        cmocka_unit_test(nothing_to_take),
        cmocka_unit_test(lists_that_do_not_end),
        cmocka_unit_test(a_list_that_leads_out_of_4_gib),
        cmocka_unit_test(firmware_before_masters),
    };

    return cmocka_run_group_tests_name("pci", tests, NULL, NULL);
}
