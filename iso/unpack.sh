# shellcheck shell=sh disable=SC2154 # $file, $temp and more are fetch-payloads' own
# Sourced by fetch-payloads: unpacks packages of the selected lists (apt.sh) to $temp, moves the
# needed files to $temp/new, and records in $temp/from where each file is from.

# unpack PACKAGE: moves $file from the package to $temp/new; for a kernel, also its modules. Fails
# if a download fails.
unpack() {
    rm -rf "$temp"
    mkdir -p "$temp/tree" "$temp/new" "$temp/from"
    case $file in
        vmlinuz-*) unpack_kernel "$1" ;;
        xen | gnumach-* | invaders | memtest-*) unpack_other "$1" ;;
        installer) unpack_installer "$1" ;;
        *)
            add "$1" || return 1
            found "$file" "$(find "$temp/tree" -type f \( -path "*bin/$file" -o -path "*lib/*/$file" \))" ||
                die 1 "$1 holds no $file"
            mv "$found" "$temp/new/$file" && chmod 755 "$temp/new/$file" || exit 1
            ;;
    esac
}

# unpack_kernel PACKAGE: PACKAGE depends on the packages with the kernel and its modules. Which ones
# these are, and where the kernel is, differs between releases. So they are added one by one until
# both are found; the kernel is recognised by its contents.
unpack_kernel() {
    queue="$1 " seen=' ' image='' driver=''
    while [ -n "$queue" ]; do
        package=${queue%% *} queue=${queue#* }
        case $seen in *" $package "*) continue ;; esac
        seen="$seen$package "
        [ -n "$(apt_show "$package")" ] || continue
        add "$package" || return 1
        [ -n "$image" ] || ! found "$file" "$(find_kernel)" || image=$found
        [ -n "$driver" ] || ! found "modules-$kernel" "$(find_driver)" || driver=$found
        if [ -n "$image" ] && { [ -n "$driver" ] || [ -z "$modules" ]; }; then break; fi
        queue="$queue$(apt_show "$package" | kernel_dependencies)"
    done
    [ -n "$image" ] || die 1 "no Linux kernel in $1 and the packages that it depends on:$seen"
    [ -n "$driver" ] || [ -z "$modules" ] ||
        die 1 "no kernel modules in $1 and the packages that it depends on:$seen"
    mv "$image" "$temp/new/$file" || exit 1
    [ -z "$driver" ] || killable iso/pick-modules "$temp/tree" "$temp/new/modules-$kernel" ||
        die 1 "no modules could be extracted from the packages of $1, so its kernel is not used either"
}

# unpack_other PACKAGE: the kernel in PACKAGE, which may be packed with gzip.
unpack_other() {
    add "$1" || return 1
    case $file in
        memtest-*) named="memtest86+*${file#memtest-}.bin" ;;
        *) named="${file%-*}*" ;;
    esac
    found "$file" "$(find "$temp/tree/boot" -type f -name "$named" ! -name '*.efi' \
        ! -name '*.config' | LC_ALL=C sort | head -n 1)" || die 1 "$1 holds no $file"
    case $found in
        *.gz) gzip -dc "$found" >"$temp/new/$file" || die 1 "${found##*/} could not be unpacked" ;;
        *) mv "$found" "$temp/new/$file" || exit 1 ;;
    esac
}

# unpack_installer PACKAGE: the kernel and the initrd of the installer's text version.
unpack_installer() {
    add "$1" || return 1
    found installer "$(find "$temp/tree" -type f -path '*/text/*/linux')" || die 1 "$1 holds no $file"
    [ -f "${found%/*}/initrd.gz" ] || die 1 "$1 holds no initrd.gz beside ${found##*/}"
    mkdir "$temp/new/installer"
    mv "$found" "${found%/*}/initrd.gz" "$temp/new/installer" || exit 1
}

# kernel_dependencies: prints the dependencies, in the fields on standard input, that contain a
# version of Linux: "linux-modules-6.8.0-31-generic", not "linux-firmware".
kernel_dependencies() {
    field Depends | tr ',' '\n' |
        sed -n 's/^ *\(linux-[a-z-]*[0-9]*\.[0-9][^ (:|]*\).*/\1/p' | tr '\n' ' '
}

# find_kernel: a bzImage has 0xaa55 at byte 0x1fe and "HdrS" at 0x202 [LBP].
find_kernel() {
    find "$temp/tree" -type f ! -name '*.ko*' | LC_ALL=C sort | while IFS= read -r candidate; do
        case $(od -A n -t x1 -j 510 -N 8 "$candidate" 2>/dev/null) in
            *'55 aa '*' 48 64 72 53') echo "$candidate" && break ;;
        esac
    done
}

find_driver() {
    find "$temp/tree" -type f -name '*.ko*' | head -n 1
}

# found NAME PATH: records, if PATH is not empty, that NAME is from the package that was added last.
found() {
    found=$2
    [ -n "$found" ] || return 1
    echo "$origin" >"$temp/from/$1"
}

# add PACKAGE: downloads and unpacks it into $temp/tree. Fails when the download does.
add() {
    shown=$(apt_show "$1")
    bytes=$(printf '%s\n' "$shown" | field Size)
    unpacked=$(printf '%s\n' "$shown" | field Installed-Size)
    version=$(printf '%s\n' "$shown" | field Version)
    room $((bytes + ${unpacked:-0} * 1024)) "$1"
    # Packages that only depend on others are small: no message.
    [ "$bytes" -lt 65536 ] || say fetch "$1 for $arch, $(size "$bytes")"
    apt_download "$1" || return 1
    into_log "$apt_log" killable dpkg-deb -x "$apt_folder/$place/debs/"*.deb "$temp/tree" ||
        die 1 "$1 could not be unpacked: $(apt_cause)"
    rm -f "$apt_folder/$place/debs/"*
    origin="$1 $version $arch $(apt_suite "$1" "$version")"
}
