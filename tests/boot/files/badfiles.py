"""Payload files that must be refused, each with a pattern for the one line that says why.

cases() yields (name, bytes, pattern). Truncations at every boundary of the headers, then single
fields that are wrong, for bzImage and for ELF.
"""
import gzip
import lzma
import struct

from bzimage import FIELDS, HEADER_END, SECTOR, SETUP_SECTS, bzimage
from elf32 import HEADER, PROGRAM

CODE = b"\xf4" * 40000              # HLT: it must never run
PROTOCOL = 0x020f
SETUP_SIZE = (SETUP_SECTS + 1) * SECTOR
ELF_BASE = 0x200000

RELOCATABLE = {"relocatable_kernel": 1}
BAD_BZIMAGES = [
    # name, fields, pattern
    ("boot_flag", {"boot_flag": 0xaa54}, r"boot_flag .*is 0xaa54"),
    ("protocol-2.01", {"version": 0x0201}, r"boot protocol 2\.01, 2\.02 or later"),
    ("protocol-1", {"version": 0x0100}, r"boot protocol 1\.00, 2\.02 or later"),
    ("protocol-0", {"version": 0}, r"boot protocol 0\.00, 2\.02 or later"),
    ("header-long", {"jump": 0xffeb}, r"setup header's length is 0xff, and 0x\w+ is the most"),
    ("header-short", {"jump": 0x10eb}, r"setup header's length is 0x10, and 0x\w+ is the least"),
    ("setup_sects", {"setup_sects": 255}, r"ends within its setup sectors"),
    ("syssize-more", {"syssize": 40000 // 16 + 1}, r"ends within its protected-mode kernel"),
    ("syssize-most", {"syssize": 0xffffffff}, r"ends within its protected-mode kernel"),
    ("long-mode", {"xloadflags": 1}, r"long mode"),
    ("init_size-0", {"init_size": 0}, r"init_size .*is 0x0"),
    ("init_size-small", {"init_size": 39999}, r"init_size .*is 0x9c3f"),
    ("init_size-most", {"init_size": 0xffffffff}, r"segment kernel .*0x1000fffff"),
    ("init_size-memory", {"init_size": 0x1800000}, r"kernel.*(usable RAM|bytes in one piece)"),
    ("init_size-relocatable", {"init_size": 0x1800000, "kernel_alignment": 0x1000, **RELOCATABLE},
     r"kernel.*bytes in one piece"),
    ("pref_address-0", {"pref_address": 0}, r"pref_address .*is 0x0"),
    ("pref_address-odd", {"pref_address": 0x100001}, r"pref_address .*is 0x100001"),
    ("pref_address-64", {"pref_address": 1 << 32}, r"pref_address is 0x100000000"),
    ("pref_address-most", {"pref_address": 0xfffffffffffff000}, r"pref_address is 0xfff"),
    ("pref_address-rom", {"pref_address": 0xf0000}, r"kernel.*usable RAM"),
    ("pref_address-nothing", {"pref_address": 0xfffff000}, r"kernel.*(usable RAM|above 4 GiB)"),
    ("alignment-3", {"kernel_alignment": 0x3000, **RELOCATABLE}, r"kernel_alignment .*is 0x3000"),
    ("alignment-small", {"kernel_alignment": 0x800, **RELOCATABLE}, r"kernel_alignment is 0x800, and 0x1000 is the least"),
    ("alignment-most", {"kernel_alignment": 0x80000000, "pref_address": 0x80000000, **RELOCATABLE},
     r"kernel"),
    ("cmdline_size", {"cmdline_size": 5}, r"command line has \d+ characters, .* takes 5"),
    ("cmdline_size-0", {"cmdline_size": 0}, r"command line has \d+ characters, .* takes 0"),
]


def _bzimage_truncations():
    """The file, truncated at the start and the end of every field, and at the end of every part."""
    whole = bzimage(CODE, protocol=PROTOCOL)
    header_end = HEADER_END[PROTOCOL]
    cuts = {1, 2, 511, 512, 513, header_end, header_end + 1, 1023, 1024, SETUP_SIZE - 1,
            SETUP_SIZE, SETUP_SIZE + 1, len(whole) // 2, len(whole) - 16}
    for offset, form in FIELDS.values():
        cuts |= {offset, offset + struct.calcsize(form)}
    for n in sorted(cuts):
        if n < 0x206:
            pattern = r"of no known kind"
        elif n < header_end:
            pattern = rf"ends within its setup header: \d+ bytes are needed, it has {n};"
        elif n <= SETUP_SIZE:
            pattern = rf"ends within its setup sectors: {SETUP_SIZE + 1} bytes .*it has {n};"
        else:
            pattern = (rf"ends within its protected-mode kernel: {len(whole)} bytes are needed, "
                       rf"it has {n};")
        yield f"bzimage-cut-{n:#x}", whole[:n], pattern


# ---- ELF

def elf(segments=((ELF_BASE, 0x1000, 0x2000),), entry=ELF_BASE, header=None, program=None):
    """segments: (paddr, filesz, memsz). header, program: {index of a field: wrong value}."""
    fields = [b"\x7fELF\x01\x01\x01" + bytes(9), 2, 3, 1, entry, HEADER.size, 0, 0, HEADER.size,
              PROGRAM.size, len(segments), 0, 0, 0]
    for index, value in (header or {}).items():
        fields[index] = value
    offset = HEADER.size + PROGRAM.size * len(segments)
    data, contents = HEADER.pack(*fields), b""
    for i, (paddr, filesz, memsz) in enumerate(segments):
        p = [1, offset + len(contents), paddr, paddr, filesz, memsz, 7, 4096]
        if i == 0:
            for index, value in (program or {}).items():
                p[index] = value
        data += PROGRAM.pack(*p)
        contents += b"\xf4" * filesz
    return data + contents


def _ident(position, value):
    ident = bytearray(b"\x7fELF\x01\x01\x01" + bytes(9))
    ident[position] = value
    return {0: bytes(ident)}


MANY = [(ELF_BASE + i * 0x2000, 16, 16) for i in range(65)]
BAD_ELFS = [
    ("class-64", elf(header=_ident(4, 2)), r"the payload is a 64-bit ELF file for a 32-bit machine"),
    ("class-0", elf(header=_ident(4, 0)), r"the payload is an ELF file of neither 32 nor 64 bits"),
    ("big-endian", elf(header=_ident(5, 2)), r"the payload is an ELF file for a machine that Baton does not know"),
    ("machine", elf(header={2: 0x3e}), r"a 32-bit ELF file for x86-64; Baton starts"),
    ("arm64", elf(header={2: 183}), r"an ELF file for AArch64; Baton starts kernels for i386"),
    ("type-relocatable", elf(header={1: 1}), r"an ELF object file"),
    ("type-shared", elf(header={1: 3}), r"a position-independent ELF program"),
    ("phentsize-0", elf(header={9: 0}), r"e_phentsize is 0x0"),
    ("phentsize-31", elf(header={9: 31}), r"e_phentsize is 0x1f"),
    ("phnum-0", elf(header={10: 0}), r"e_entry"),
    ("phnum-most", elf(header={10: 65535}), r"program headers|PT_LOAD|dynamically|p_filesz"),
    ("phoff-most", elf(header={5: 0xfffffff0}), r"ends within its program headers"),
    ("entry-below", elf(entry=ELF_BASE - 1), r"e_entry .*is 0x1fffff"),
    ("entry-behind", elf(entry=ELF_BASE + 0x2000), r"e_entry .*is 0x202000"),
    ("entry-physical", elf(program={2: 0xc0000000 + ELF_BASE}),
     r"e_entry is a physical address, .* but no \"Linux version\" is in it"),
    ("interpreter", elf(program={0: 3}), r"a dynamically linked ELF program"),
    ("dynamic", elf(program={0: 2}), r"a dynamically linked ELF program"),
    ("filesz-memsz", elf(segments=[(ELF_BASE, 0x1001, 0x1000)]), r"p_filesz .*is 0x1001"),
    ("filesz-most", elf(program={4: 0xffffffff}), r"ends within its PT_LOAD"),
    ("offset-most", elf(program={1: 0xffffffff}), r"ends within its PT_LOAD"),
    ("segments-65", elf(segments=MANY), r"65 PT_LOAD segments are too many, at most 64 can be taken"),
    ("overlap", elf(segments=[(ELF_BASE, 0x1000, 0x2000), (ELF_BASE + 0x1fff, 16, 16)]),
     r"overlaps another segment"),
    ("overlap-inside", elf(segments=[(ELF_BASE, 0x1000, 0x8000), (ELF_BASE + 0x3000, 16, 16)]),
     r"overlaps another segment"),
    ("overlap-same", elf(segments=[(ELF_BASE, 16, 16), (ELF_BASE, 16, 16)]),
     r"overlaps another segment"),
    ("memsz-memory", elf(segments=[(ELF_BASE, 16, 0x2000000)]), r"PT_LOAD 0.*usable RAM"),
    ("memsz-most", elf(segments=[(ELF_BASE, 16, 0xffffffff)]), r"PT_LOAD 0.*(usable RAM|4 GiB)"),
    ("wraps", elf(segments=[(0xfffff000, 16, 0x2000)], entry=0xfffff000), r"PT_LOAD 0.*4 GiB"),
    ("screen", elf(segments=[(0xa0000, 16, 16)], entry=0xa0000), r"PT_LOAD 0.*usable RAM"),
    ("rom", elf(segments=[(0xf0000, 16, 16)], entry=0xf0000), r"PT_LOAD 0.*usable RAM"),
    ("across-hole", elf(segments=[(0x9f000, 16, 0x2000)], entry=0x9f000),
     r"PT_LOAD 0.*usable RAM"),
    ("devices", elf(segments=[(0xfee00000, 16, 16)], entry=0xfee00000), r"PT_LOAD 0.*usable RAM"),
    ("beyond", elf(segments=[(0x2000000, 16, 16)], entry=0x2000000), r"PT_LOAD 0.*usable RAM"),
]


def _elf_truncations():
    whole = elf(segments=[(ELF_BASE, 0x1000, 0x1000), (ELF_BASE + 0x8000, 0x800, 0x800)])
    programs = HEADER.size + 2 * PROGRAM.size
    for n in (1, 3, 4, 16, 18, 24, 44, HEADER.size - 1, HEADER.size, HEADER.size + 31,
              HEADER.size + 32, programs - 1, programs, programs + 0xfff, len(whole) - 1):
        part = ("of no known kind" if n < 4 else "ends within its ELF header" if n < HEADER.size
                else "ends within its program headers|ends within its PT_LOAD")
        yield f"elf-cut-{n:#x}", whole[:n], part


def cases():
    yield from _bzimage_truncations()
    for name, fields, pattern in BAD_BZIMAGES:
        yield f"bzimage-{name}", bzimage(CODE, protocol=PROTOCOL, **fields), pattern
    yield from _elf_truncations()
    for name, data, pattern in BAD_ELFS:
        yield f"elf-{name}", data, pattern
    yield ("text", b"This is no kernel.\n" * 100,
           r"of no known kind \(its first bytes are 0x73696854\)")
    yield "zeros", bytes(70000), r"of no known kind"
    yield from _other_kinds()


def _other_kinds():
    """Complete files of other kinds, which users may give by mistake."""
    script = b"#!/bin/sh\nexit 0\n"
    yield ("gzip", gzip.compress(CODE),
           r"the payload is packed with gzip: an initrd, or a kernel .*--nounzip; else use gzip -d")
    yield ("xz", lzma.compress(CODE),
           r"the payload is packed with xz; .*\"insmod xzio\".*; else use xz -d")
    yield "cpio", b"070701" + bytes(200), r"a cpio archive, so an initrd; the first module must be"
    yield "iso", bytes(0x8001) + b"CD001" + bytes(2048), r"a CD image \(ISO 9660\)"
    yield "efi", b"MZ" + bytes(400), r"a program for EFI, Windows or DOS"
    yield "script", script, r"a script; give the kernel itself"
    yield ("multiboot", elf(segments=[(ELF_BASE, 0x1000, 0x2000)])[:0x54] +
           struct.pack("<III", 0x1badb002, 11, 2**32 - 0x1badb002 - 11) + bytes(4096),
           r"requires multiboot header flag, bit 3, .*start it with GRUB's command multiboot")
    yield ("multiboot2", elf()[:0x58] + struct.pack("<IIII", 0xe85250d6, 0, 16, 2**32 - 0xe85250d6
                                                    - 16) + bytes(4096),
           r"header_length of its multiboot 2 header \(no end tag is in it\) is 0x10")
    yield "multiboot-only", b"\x90" * 64 + struct.pack("<III", 0x1badb002, 0, 0xe4524ffe) + \
        bytes(9000), r"a multiboot kernel that is no ELF file"
    yield "multiboot-sum", b"\x90" * 64 + struct.pack("<III", 0x1badb002, 1, 0xe4524ffe) + \
        bytes(9000), r"of no known kind"
