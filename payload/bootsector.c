/*
 * A boot sector: 512 bytes that end in 0x55 0xaa, entered at 0x7c00 in real mode with the number of
 * a drive in dl, as the BIOS does it. What it loads comes from that drive, through the BIOS: so of a
 * disk image only the first sector is taken, and only if the user names the drive that holds the
 * rest (drive=0x80). [BBS 6.5.1]
 */
#include "lib/number.h"
#include "lib/text.h"
#include "payload/common/identify.h"
#include "payload/real16.h"

#define SECTOR 512u
#define MAGIC_AT 510u
#define MAGIC 0xaa55u
#define HOME 0x7c00u     /* the stack grows down from here, too */
#define DRIVE_USUAL 0x80 /* the first hard disk */
#define DRIVE_MOST 0xff

static bool bootsector_is(const struct baton_host *host, const struct baton_file *file)
{
    uint16_t magic;
    uint8_t first = 0; /* zeros are no code: a partition table alone, or a file that is cut off */

    return baton_file_read(host, file, MAGIC_AT, &magic, sizeof(magic)) && magic == MAGIC &&
           baton_file_read(host, file, 0, &first, 1) && first && !identify(host, file);
}

/* The number in drive=, if the command line has that word. false: it is no drive's number. */
static bool read_drive(const char *line, bool *given, uint32_t *drive)
{
    for (*given = false; *line; line++) {
        const char *at = text_after(line, "drive=");
        uint32_t left = 0;
        uint64_t value;

        if (at) {
            *given = true;
            while (at[left] && at[left] != ' ')
                left++;
            if (!number_take(&at, &left, &value) || left || value > DRIVE_MOST)
                return false;
            *drive = (uint32_t)value;
        }
        while (*line && *line != ' ')
            line++;
        if (!*line)
            break;
    }
    return true;
}

/* What cannot be started, and what to do instead. */
static const char *wrong(const struct baton_request *request, uint32_t *drive)
{
    bool given;

    if (!read_drive(request->command_line, &given, drive))
        return "a boot sector, and drive= on its command line is no number from 0 to 0xff; the "
               "first hard disk is drive=0x80, the first floppy disk drive=0";
    if (request->kernel.size > SECTOR && !given)
        return "a disk image: its boot sector reads the rest from a disk of the BIOS. Give memdisk "
               "first, then this image; or drive=0x80 if that disk holds it";
    if (request->module[0].file.size)
        return "a boot sector, which takes no modules; what it loads, it reads from a disk. Give "
               "memdisk first, then the disk's image";
    return NULL;
}

static int bootsector_read(const struct baton_host *host, const struct baton_request *request,
                           struct baton_payload *payload, struct baton_refusal *why)
{
    struct text name = {payload->name, sizeof(payload->name), 0};
    struct text kind = {payload->kind, sizeof(payload->kind), 0};
    uint32_t drive = DRIVE_USUAL;
    int error = real16_begin(request, payload, "it is a boot sector", why);
    const char *what = wrong(request, &drive);

    (void)host;
    if (error)
        return error;
    if (what)
        return refuse(why, BATON_E_KIND, what, 0, 0);
    text_add(&name, "boot sector");
    text_add(&kind, "for drive ");
    text_hex(&kind, drive);
    text_add(&kind, " of the BIOS");
    payload->entry.registers.edx = drive;

    struct baton_segment *s = baton_segment_add(payload, BATON_ROLE_OTHER, "boot sector");
    s->source = request->kernel.pa;
    s->file_size = s->mem_size = SECTOR;
    s->flags = BATON_SEG_FIXED;
    s->prefer = HOME;
    s->align = BATON_PAGE_SIZE;
    return 0;
}

static void bootsector_finish(const struct baton_image *image, const struct baton_request *request,
                              struct baton_payload *payload)
{
    uint32_t drive = payload->entry.registers.edx;

    (void)image;
    payload->entry = real16_entry(request, 0, HOME, 0, HOME);
    payload->entry.registers.edx = drive;
}

const struct baton_format payload_bootsector = {
    .name = "bootsector", .is = bootsector_is, .read = bootsector_read,
    .finish = bootsector_finish};
