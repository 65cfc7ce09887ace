"""Lab bzimage: what a Linux kernel says of where it wants to be."""
import boots
import images
from catalogue import Check, Lab, Part, Trial
from hole import FIRST, Function

KERNEL = f"""
    /* {FIRST} (1). A segment for the kernel, with its wishes.
     * README.md, "The kernel". */
    (void)image;
    (void)payload;
    return refuse(why, BATON_E_FIELD, "lab bzimage (add_kernel is not written yet)", 0, 0);
"""
INITRDS = f"""
    /* {FIRST} (2). How high an initrd may lie; then segment_add_initrds.
     * README.md, "The initrds". */
    (void)image;
    (void)request;
    (void)payload;
    return refuse(why, BATON_E_FIELD, "lab bzimage (add_initrds is not written yet)", 0, 0);
"""


def start(name, payload, kind):
    """A judge that is started like a Linux: it looks at boot_params, map, initrd, command line."""
    def run(elf):
        path, entry = boots.judge(payload)
        machine = boots.machine("bzimage", elf, kind, path)
        machine = boots.with_modules(machine, f"{path} quiet root=/dev/ram", images.blob(300 << 10))
        boot, finding = boots.hand_over(machine, entry)
        return {name: boots.judged(boot, finding, f"the payload judge-{payload}, a bzImage")}
    return Trial((name,), run)


LAB = Lab(
    name="bzimage",
    title="read what a Linux kernel wants, by the boot protocol",
    parts=(Part("payload/bzimage.c", (Function("add_kernel", KERNEL), Function("add_initrds", INITRDS))),),
    stop="bzimage_read",
    trials=(start("boot", "linux", "legacy"), start("boot-high", "linuxhigh", "pae")),
    checks=(
        Check("source", 10, "which bytes are the kernel", 'README.md, "The kernel"'),
        Check("fixed", 15, "a kernel that is not relocatable",
              'README.md, "Where it goes"; boot protocol, relocatable_kernel and pref_address'),
        Check("window", 10, "the memory that it needs, from 2.10 on",
              'README.md, "How much memory"; boot protocol, init_size'),
        Check("guess", 10, "the memory that it needs, before 2.10", 'README.md, "How much memory"'),
        Check("movable", 15, "a relocatable kernel",
              'README.md, "Where it goes"; boot protocol, kernel_alignment'),
        Check("room", 10, "a 64-bit kernel, or one that may be", 'README.md, "64 bits"'),
        Check("initrds", 10, "how high an initrd may lie",
              'README.md, "The initrds"; boot protocol, initrd_addr_max'),
        Check("lies", 10, "headers that lie are refused", 'README.md, "Headers that lie"'),
        Check("boot", 5, "a kernel at 1 MiB starts, with its initrd", 'README.md, "In the machine"'),
        Check("boot-high", 5, "the same at 16 MiB, with PAE tables", 'README.md, "In the machine"'),
    ))
