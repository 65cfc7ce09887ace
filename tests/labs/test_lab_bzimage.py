"""Wrong answers to lab bzimage."""
from answers import Wrong, change, for_lab

SOURCE = "    s->source = image->file->pa + image->setup_size;\n"
WINDOW = "        s->window = bzimage_field(image, HDR_INIT_SIZE, 4);\n"
GUESS = "    s->window = s->guess = image->kernel_size * GROWTH_GUESS;\n"
ALIGNED = ("    if (s->prefer & (s->align - 1))\n"
           "        s->prefer = (s->prefer + s->align - 1) & ~(s->align - 1);\n")
LONG = "    if (payload->long_mode || payload->width_unknown) {\n"
SINCE_205 = "image->protocol >= 0x0205 && bzimage_field(image, HDR_RELOCATABLE, 1)"
HIGH = "        s->prefer = high << 32 | bzimage_field(image, HDR_PREF_ADDRESS, 4);\n"
LEAST = "        if (s->window < s->mem_size)\n"
POWER = "    if (s->align & (s->align - 1))\n"
LAST = "        if (size && last < size)\n"
COPY = "    __builtin_memcpy(page + HDR_FIRST, payload->header, payload->header_size);\n"
LOADER = "    put(page, HDR_TYPE_OF_LOADER, 1, LOADER_UNDEFINED);\n"
HEAP = "    put(page, HDR_LOADFLAGS, 1, page[HDR_LOADFLAGS] & ~LOADFLAG_CAN_USE_HEAP);\n"
ENTRY = "    put(page, HDR_CODE32_START, 4, entry);\n"
TAKEN = "    if (kernel && kernel->align_best)\n        put(page, HDR_KERNEL_ALIGNMENT, 4, kernel->align);\n"
LINE = "    put(page, HDR_CMD_LINE_PTR, 4, line->dest);\n"
SIZE = "    put(page, HDR_RAMDISK_SIZE, 4, initrd.end - initrd.start);\n"
NODES = "    if (record)\n        put(page, HDR_SETUP_DATA, 8, nodes);\n"
MOST = "    uint32_t n = map.count < BP_E820_MAX ? map.count : BP_E820_MAX;\n"
COUNT = "    put(page, BP_E820_ENTRIES, 1, n);\n"
EACH = "        struct e820_entry entry = e820_of(&map.entry[i]);\n\n        __builtin_memcpy(page + BP_E820_TABLE"
SHORT = "above > UINT16_MAX ? UINT16_MAX : above"


def wrong(name, changes, lost, found=""):
    return Wrong("bzimage", name, changes, lost, found)


ANSWERS = (
    wrong("the kernel begins with the file", change(SOURCE, "    s->source = image->file->pa;\n"),
          "source boot boot-high linux"),
    wrong("init_size is taken for the file's size", change(
        WINDOW, "        s->window = image->kernel_size;\n"), "window room lies"),
    wrong("the guess is not marked as one", change(GUESS, GUESS.replace("s->guess = ", "")),
          "guess"),
    wrong("the guess stays with init_size", change("        s->guess = 0;\n", ""), "window"),
    wrong("the preferred address is not aligned", change(ALIGNED, ""), "movable"),
    wrong("the preferred address is rounded down", change(
        ALIGNED, "    s->prefer &= ~(s->align - 1);\n"), "movable"),
    wrong("no room for a 64-bit kernel", change(LONG, "    if (0) {\n"), "room"),
    wrong("a kernel of unknown width is taken for 32 bits", change(
        LONG, LONG.replace(" || payload->width_unknown", "")), "room"),
    wrong("the upper half of pref_address is forgotten", change(HIGH, HIGH.replace("high << 32 | ", "")),
          "lies"),
    wrong("init_size is not compared", change(LEAST, "        if (0)\n"), "lies"),
    wrong("any alignment will do", change(POWER, "    if (0)\n"), "lies"),
    wrong("the initrd's limit is not compared", change(LAST, "        if (0)\n"), "initrds"),
    wrong("a byte of the header is missing", change(
        COPY, COPY.replace("payload->header_size", "payload->header_size - 1")), "header"),
    wrong("the header is not copied", change(COPY, ""), "header fields boot boot-high"),
    wrong("the heap's flag stays", change(HEAP, ""), "fields", "loadflags 0x00000081"),
    wrong("the loader has a number", change(LOADER, LOADER.replace("LOADER_UNDEFINED", "0x72")),
          "fields boot boot-high"),
    wrong("code32_start is that of the file", change(ENTRY, ""), "fields boot-high"),
    wrong("the alignment that was taken is not told", change(TAKEN, ""), "fields", "kernel_alignment"),
    wrong("the command line of the loader, not its copy", change(
        LINE, LINE.replace("line->dest", "(uint64_t)(uintptr_t)request->command_line")),
        "fields boot boot-high linux", "cmd_line_ptr"),
    wrong("the initrd's end for its size", change(SIZE, SIZE.replace(" - initrd.start", "")),
          "initrd boot boot-high", "ramdisk_size"),
    wrong("setup_data is forgotten", change(NODES, ""), "fields boot boot-high linux",
          "found=.setup_data 0x"),
    wrong("an end for a size in the memory map", change(
        EACH, EACH.replace(";\n\n", ";\n        entry.size += entry.start;\n")), "memory boot boot-high linux"),
    wrong("more entries than the table has", change(MOST, "    uint32_t n = map.count;\n"),
          "memory"),
    wrong("the number of entries is forgotten", change(COUNT, ""), "memory boot boot-high", "e820_entries 0"),
    wrong("64 MiB and more do not fit into 16 bits", change(SHORT, "above"), "memory", "which has 16 bits"),
)

globals().update(for_lab("bzimage", ANSWERS))
