# shellcheck shell=sh
# Sourced by make-iso and make-netboot: the files of a boot medium, and GRUB's menu for them, by the
# options in the environment (iso/options.sh) and these variables:
#
#   root         the folder that becomes the medium's root
#   commands     a file for GRUB's commands, one for each file in $root/boot
#   plain        a file for the same without GRUB's syntax: lines "NAME WORDS"
#   elf          the build of Baton
#   EXITPORT     the port of isa-debug-exit, for a run in QEMU; GRUB, Baton and the demo end the
#                machine through it
#   UNATTENDED   yes: no user, the demo powers off by itself
#   AT_ONCE      yes: for an emulator with a BIOS, without a menu: the first entry starts at once
root='' commands='' plain=''
EXITPORT=${EXITPORT-} UNATTENDED=${UNATTENDED-} AT_ONCE=${AT_ONCE-} elf=${BATON_ELF:-build/baton.boot}

# fill: puts everything that GRUB loads into $root, and GRUB's menu.
fill() {
    mkdir -p "$root/boot/grub"
    words="${TYPE:+type=$TYPE} ${PAGING:+paging=$PAGING} ${PLACE:+place=$PLACE} ${TRACE:+trace=$TRACE}"
    words="$words ${EXITPORT:+exitport=$EXITPORT} $BATON"
    add "$elf" baton.elf "$words"
    add "$KERNEL" payload "$APPEND"
    each_initrd add_initrd
    each_module add_module
    grub_cfg >"$root/boot/grub/grub.cfg"
}

# add_sizes: sets $bytes to the size of all files that fill copies.
add_sizes() {
    bytes=$(wc -c <"$elf")
    each_module add_size
    each_initrd add_size
    add_size "$KERNEL"
}

add_size() {
    bytes=$((bytes + $(wc -c <"$1")))
}

# use_demo: Debian's Linux, with the demo's initrd. "quiet" keeps Linux's output short; with
# earlyprintk it prints its version and memory map from its first instructions on.
use_demo() {
    kernel=$(demo_kernel)
    iso/fetch-payloads "$kernel" busybox
    [ -e "build/payloads/vmlinuz-$kernel" ] || kernel=amd64
    KERNEL=build/payloads/vmlinuz-$kernel
    if [ -z "$INITRD" ]; then
        iso/make-initrd
        INITRD=build/initrd.gz
    fi
    demo='console=ttyS0,115200 earlyprintk=ttyS0,115200 quiet'
    # The screen too, if there may be a user in front of it. Linux uses the last console= as its
    # primary one.
    [ -n "$EXITPORT" ] && [ -z "$WINDOW" ] || demo="console=tty0 $demo"
    # On an ISA machine Linux looks for newer hardware, and fails because there is no IO-APIC.
    [ "$MACHINE" != isapc ] || demo="$demo noapic acpi=off pci=off pnpbios=off"
    [ -z "$UNATTENDED" ] || demo="$demo baton.unattended"
    # In QEMU a panic must end the run instead of hanging.
    [ -z "$EXITPORT" ] || demo="$demo panic=-1 $IN_QEMU baton.exitport=$EXITPORT"
    APPEND="$demo${APPEND:+ $APPEND}"
}

# In the given order; Baton keeps that order.
add_initrd() {
    initrds=$((${initrds-0} + 1))
    add "$1" "initrd$initrds" ''
}

name_initrd() {
    printf ', %s' "$(basename "$1")"
}

add_module() {
    number=$((${number-0} + 1))
    add "$1" "module$number" "$2"
}

# add FILE NAME WORDS: copies the file to /boot/NAME, and stores the command with which GRUB loads
# it.
add() {
    cp "$1" "$root/boot/$2"
    case $2 in
        baton.elf) command=\$multiboot ;;
        payload) command=\$module ;;            # unpacks a .gz: Xen and Mach are packed so
        *) command="\$module --nounzip" ;;      # a compressed initrd stays as it is
    esac
    printf '%s /boot/%s%s\n' "$command" "$2" "$(words_for_grub "$3")" >>"$commands"
    printf '%s %s\n' "$2" "$(printf '%s' "$3" | tr '\n' ' ')" >>"$plain"
}

# words_for_grub TEXT: quotes TEXT so that GRUB passes it unchanged: one argument for each blank in
# it. GRUB joins arguments with single blanks, puts quotes only around those that contain a blank,
# and a backslash before \ ' and ", which Baton removes (boot/multiboot1.c). An empty argument is
# one more blank.
words_for_grub() {
    [ -n "$1" ] || return 0
    printf ' %s' "$1" | tr '\n' ' ' | sed "s/'/'\\\\''/g; s/ / '/g; s/ '\([^ ]*\)/ '\1'/g"
}

# quote_for_grub TEXT: prints one word for GRUB, without special characters of GRUB or of a
# terminal.
quote_for_grub() {
    printf '%s' "$1" | tr '[:cntrl:]' '?' | sed "s/'/'\\\\''/g; s/.*/'&'/"
}

# grub_cfg: prints a menu with two entries. In QEMU the first one starts at once; an ISO for the
# user shows the menu for three seconds.
grub_cfg() {
    # On a BIOS multiboot 1 keeps VGA's text mode, which is Baton's screen; UEFI has none, and needs
    # multiboot 2.
    echo "if [ \$grub_platform = efi ]; then"
    echo '    insmod all_video; multiboot=multiboot2; module=module2'
    echo 'else'
    echo '    multiboot=multiboot; module=module'
    echo 'fi'
    # In QEMU use a dumb terminal: else GRUB clears the screen, and with it the earlier output.
    # UEFI's console is on the serial port, too, and would show each line a second time.
    echo 'if serial --unit=0 --speed=115200; then'
    if [ -n "$EXITPORT" ]; then
        echo "    terminfo serial dumb; terminal_output serial$([ "$FIRMWARE" != bios ] || echo ' console')"
    elif [ -n "$AT_ONCE" ]; then
        echo '    terminfo serial dumb; terminal_output serial console'
    else
        echo '    terminal_input serial console; terminal_output serial console'
    fi
    echo 'fi'
    echo 'set default=0'
    echo "set timeout=$([ -n "$EXITPORT$AT_ONCE" ] && echo 0 || echo 3)"
    entry "$(basename "$KERNEL"), through Baton" ''
    entry "Baton's shell" ' shell'
}

# entry TITLE WORDS: GRUB loads one file after the other, and starts Baton. If a file fails, QEMU
# ends with a special status; on a real machine GRUB shows its prompt. WORDS are more options for
# Baton.
entry() {
    modules=$(($(wc -l <"$commands") - 1))
    echo "menuentry $(quote_for_grub "$1") {"
    echo "echo 'grub        loading Baton and $modules module$([ $modules -eq 1 ] || echo s)'"
    ends=
    more=$2
    while IFS= read -r command; do
        printf 'if %s%s; then\n' "$command" "$more"
        ends="fi; $ends"
        more=
    done <"$commands"
    echo boot
    echo "${ends% }"
    [ -z "$EXITPORT" ] || echo "outb $EXITPORT 0x13"
    echo '}'
}
