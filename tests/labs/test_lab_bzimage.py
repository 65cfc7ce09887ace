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


def wrong(name, changes, lost, found=""):
    return Wrong("bzimage", name, changes, lost, found)


ANSWERS = (
    wrong("the kernel begins with the file", change(SOURCE, "    s->source = image->file->pa;\n"),
          "source boot boot-high"),
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
)

globals().update(for_lab("bzimage", ANSWERS))
