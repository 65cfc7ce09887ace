"""Makes a bzImage, by the Linux boot protocol, from any 32-bit code: a header and its fields.

For payloads that are started like Linux, and, with wrong fields, for files that must be refused.
The fields have the protocol's names. [LBP]
"""
import struct

SECTOR = 512
SETUP_SECTS = 4

# name: (offset in the file, struct format)
FIELDS = {
    "setup_sects": (0x1f1, "<B"), "syssize": (0x1f4, "<I"), "boot_flag": (0x1fe, "<H"),
    "jump": (0x200, "<H"), "magic": (0x202, "<4s"), "version": (0x206, "<H"),
    "kernel_version": (0x20e, "<H"), "loadflags": (0x211, "<B"), "code32_start": (0x214, "<I"),
    "initrd_addr_max": (0x22c, "<I"), "kernel_alignment": (0x230, "<I"),
    "relocatable_kernel": (0x234, "<B"), "min_alignment": (0x235, "<B"),
    "xloadflags": (0x236, "<H"), "cmdline_size": (0x238, "<I"), "setup_data": (0x250, "<Q"),
    "pref_address": (0x258, "<Q"), "init_size": (0x260, "<I"),
}
HEADER_END = {0x0202: 0x22c, 0x0203: 0x230, 0x0209: 0x258, 0x020f: 0x268}     # by protocol
NAME_AT = 0x300                                 # the place of the version string
NAME = b"judge #1"


def bzimage(code, protocol=0x020f, pref_address=0x100000, init_size=None, **changes):
    """The file's bytes. changes: fields with other values than the right ones."""
    end = HEADER_END[protocol]
    setup = bytearray((SETUP_SECTS + 1) * SECTOR)
    setup[NAME_AT:NAME_AT + len(NAME)] = NAME
    values = {
        "setup_sects": SETUP_SECTS, "syssize": (len(code) + 15) // 16, "boot_flag": 0xaa55,
        "jump": 0xeb | (end - 0x202) << 8, "magic": b"HdrS", "version": protocol,
        "kernel_version": NAME_AT - 0x200, "loadflags": 1, "code32_start": 0x100000,
        "initrd_addr_max": 0x37ffffff, "kernel_alignment": 0x1000, "relocatable_kernel": 0,
        "min_alignment": 12, "xloadflags": 0, "cmdline_size": 2047, "setup_data": 0,
        "pref_address": pref_address, "init_size": len(code) if init_size is None else init_size,
    }
    for name, value in {**values, **changes}.items():
        offset, form = FIELDS[name]
        if offset < end or name in changes:
            struct.pack_into(form, setup, offset, value)
    return bytes(setup) + code + bytes(-len(code) % 16)
