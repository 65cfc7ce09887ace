# shellcheck shell=sh
# Sourced: the options of a run. All scripts here, make and ./baton use the same variables for them,
# so "make run MEMORY=64M" and "./baton run --memory 64M" do the same.
#
#   KERNEL     the payload; empty: the demo, Debian's Linux
#   INITRD     the payload's initrds, one file a line; empty: the demo's own for the demo, else none
#   APPEND     the payload's command line; for the demo, it is added to the demo's own
#   MODULES    further multiboot modules, one "FILE args" a line
#   BATON      options for Baton's own command line
#   TYPE       the payload's format, as Baton's option type= names it; empty: it is recognised
#   PAGING     auto, pae or legacy: Baton's own page tables
#   PLACE      auto, all or none: which pages are moved
#   TRACE      0, 1 or 2: the steps of the hand-off on the serial port, and on port 0x80
#   MEMORY     the machine's memory, such as 256M
#   CPU        a CPU model that QEMU knows, with features, such as max or pentium3,-pae
#   FIRMWARE   bios, uefi or uefi32
#   MACHINE    pc, q35 or isapc; empty: pc for a BIOS, q35 for UEFI
#   WINDOW     yes: a window, in addition to the serial console
#   TIMEOUT    seconds until the machine is stopped; empty: none, or 300 without a terminal
KERNEL=${KERNEL-} INITRD=${INITRD-} APPEND=${APPEND-} MODULES=${MODULES-} BATON=${BATON-}
TYPE=${TYPE-} PAGING=${PAGING-} PLACE=${PLACE-} TRACE=${TRACE-}
MEMORY=${MEMORY:-256M} CPU=${CPU:-max} MACHINE=${MACHINE-} WINDOW=${WINDOW-} TIMEOUT=${TIMEOUT-}
FIRMWARE=${FIRMWARE:-bios}
# Words for a Linux in QEMU. Its check of the timer fails if the host is busy; the tests of its
# cryptography are a third of its start-up there, and the search for ISA cards waits 0.35 s.
# shellcheck disable=SC2034 # for the scripts that source this
IN_QEMU='no_timer_check cryptomgr.notests noisapnp'

# check_options: refuses wrong values with one sentence and status 2.
check_options() {
    [ -z "$KERNEL" ] || readable kernel "$KERNEL"
    each_initrd readable initrd
    each_module check_module
    matches "${TYPE:-elf32}" '[a-z0-9]{1,15}' ||
        die 2 "type \"$TYPE\" is not the name of a format; bzimage and elf32 are some"
    one_of paging "${PAGING:-auto}" auto pae legacy
    one_of place "${PLACE:-auto}" auto prefer all none
    one_of trace "${TRACE:-0}" 0 1 2
    one_of firmware "$FIRMWARE" bios uefi uefi32
    [ "$FIRMWARE" = bios ] || MACHINE=${MACHINE:-q35}
    MACHINE=${MACHINE:-pc}
    one_of machine "$MACHINE" pc q35 isapc
    # Debian's firmware of 32 bits is only built for q35; that of 64 bits needs PCI.
    case $FIRMWARE,$MACHINE in
        uefi,isapc) die 2 "the firmware uefi needs the machine pc or q35" ;;
        uefi32,pc | uefi32,isapc) die 2 "the firmware uefi32 needs the machine q35" ;;
    esac
    matches "$MEMORY" '[1-9][0-9]*[KMG]?' ||
        die 2 "memory \"$MEMORY\" is not a size; write it like 64M or 1G"
    matches "${TIMEOUT:-1}" '[1-9][0-9]*' ||
        die 2 "timeout \"$TIMEOUT\" is not a number of seconds, 1 or more"
    matches "$CPU" '[A-Za-z0-9_.,=+-]+' ||
        die 2 "cpu \"$CPU\" is not a CPU model; max, pentium3 and n270 are some"
    # QEMU emulates these two without CMOV, but Debian's i386 kernels need it.
    case $KERNEL,$CPU in
        ,486* | ,pentium | ,pentium[-,]*)
            die 2 "the demo's Linux needs a later cpu: pentium2,-pae, or give your own --kernel" ;;
    esac
}

check_module() {
    readable module "$1"
}

# matches TEXT PATTERN: whether an extended regular expression matches the whole of TEXT.
matches() {
    printf '%s' "$1" | grep -Eqx "$2"
}

# one_of NAME VALUE CHOICE...
one_of() {
    name=$1 value=$2
    shift 2
    for choice; do
        if [ "$value" = "$choice" ]; then return 0; fi
    done
    die 2 "$name is one of $(echo "$*" | sed 's/ /, /g'); \"$value\" is not"
}

readable() {
    [ -e "$2" ] || die 2 "the $1 \"$2\" does not exist"
    [ -f "$2" ] || die 2 "the $1 \"$2\" is not a file"
    [ -r "$2" ] || die 2 "the $1 \"$2\" cannot be read by $(id -un)"
    [ -s "$2" ] || die 2 "the $1 \"$2\" is empty, 0 bytes"
}

# writable FILE: an output is a new file, or replaces a plain one.
writable() {
    target=$(readlink -f "$1") || die 2 "the output \"$1\" is in a folder that does not exist"
    if [ -b "$target" ]; then
        die 2 "the output \"$1\" is a device, and is left alone; write the ISO to a file, then copy it there, which destroys what the device holds: sudo dd if=FILE of=$target bs=4M conv=fsync"
    fi
    [ ! -d "$target" ] || die 2 "the output \"$1\" is a folder; name a file in it"
    [ ! -e "$target" ] || [ -f "$target" ] ||
        die 2 "the output \"$1\" is not a plain file but a $(stat -c %F "$target")"
    folder=$(dirname "$target")
    [ -d "$folder" ] || die 2 "the output \"$1\" is in a folder that does not exist"
    [ -w "$folder" ] || die 2 "the output \"$1\" cannot be written: $(id -un) may not write in $folder"
}

# each_initrd COMMAND WORD...: runs COMMAND WORD... FILE for each line of INITRD.
each_initrd() {
    while IFS= read -r initrd; do
        [ -z "$initrd" ] || "$@" "$initrd"
    done <<END
$INITRD
END
}

# each_module COMMAND: runs COMMAND FILE ARGUMENTS for each line of MODULES.
each_module() {
    while IFS= read -r module; do
        [ -n "$module" ] || continue
        file=$(module_file "$module")
        arguments=${module#"$file"}
        arguments=${arguments# }
        "$1" "$file" "$arguments"
    done <<END
$MODULES
END
}

# module_file "FILE args": prints the file. Its name may contain spaces: it is the longest part,
# from the start up to a space, that is the name of a file; if there is none, the first word.
module_file() {
    candidate=$1
    until [ -f "$candidate" ]; do
        case $candidate in
            *' '*) candidate=${candidate% *} ;;
            *) candidate=${1%% *} && break ;;
        esac
    done
    printf '%s\n' "$candidate"
}

# The demo's kernel depends on the CPU: 686 for one without PAE, else 686-pae.
demo_kernel() {
    case $CPU in
        *-pae* | *pae=off*) echo 686 ;;
        *) echo 686-pae ;;
    esac
}
