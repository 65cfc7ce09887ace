/* pci: the functions on the PCI buses. */
#include "kernel/console/print.h"
#include "kernel/devices/pci_port.h"
#include "kernel/shell/commands.h"
#include "kernel/terminal/pager.h"

struct counts {
    uint32_t functions, masters;
};

static bool report_function(void *ctx, const struct pci_function *f)
{
    struct counts *c = ctx;
    char name[PCI_NAME];

    pci_name(f, name);
    report("pci", "%s, vendor %x, device %x%s", name, (uint64_t)f->vendor, (uint64_t)f->device,
           f->master ? ", bus master" : "");
    c->functions++;
    c->masters += f->master;
    return !pager_stopped();
}

void command_pci(const struct words *words)
{
    const struct pci_access *pci = pci_machine();
    struct counts c = {0};

    if (!command_takes(words, 0))
        return;
    if (!pci) {
        report("refused", "this machine has no PCI");
        return;
    }
    pci_walk(pci, report_function, &c);
    if (!pager_stopped())
        report("pci", "%u function%s, %u bus master%s", c.functions, plural(c.functions), c.masters,
               plural(c.masters));
}
