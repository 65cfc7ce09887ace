# shellcheck shell=sh
# Sourced: checks folders in build/, and those that are filled for a server: can they be written, is
# there room, and does another run use them?
LOCK_WAIT=${LOCK_WAIT:-3600}        # seconds after which another run counts as hung

# made FOLDER...: makes the folders, and checks that they can be written.
made() {
    for folder; do
        said=$(mkdir -p "$folder" 2>&1) || die 1 "the folder $PWD/$folder cannot be made: $(in_the_way)"
        [ -w "$folder" ] || die 1 "the folder $PWD/$folder cannot be written: $(in_the_way)"
    done
}

# temporary: checks that TMPDIR, if set, is a writable folder: GRUB's tools, gdb and the tests make
# their files there.
temporary() {
    [ -z "${TMPDIR-}" ] || { [ -d "$TMPDIR" ] && [ -w "$TMPDIR" ]; } ||
        die 1 "TMPDIR is \"$TMPDIR\", which is not a folder that $(id -un) can write to; unset it, or name one"
}

# in_the_way: prints why $folder cannot be made or written, and what to do.
in_the_way() {
    there=$folder
    until [ -e "$there" ]; do there=$(dirname "$there"); done
    owner=$(stat -c %U "$there")
    if [ ! -d "$there" ]; then
        echo "$there is not a folder; move it away"
    elif [ "$(free)" -lt $((1 << 20)) ]; then
        echo "the disk is full, $(size "$(free)") are free; make room there"
    elif [ "$owner" != "$(id -un)" ]; then
        echo "$(readlink -f "$there") belongs to $owner, and you are $(id -un); make it yours, or remove it"
    else
        echo "${said##*: }; is the file system read-only?"
    fi
}

# free: prints the free bytes of build/'s file system. One that reports no size counts as large.
free() {
    df -B1 --output=size,avail "$([ -d build ] && echo build || echo .)" |
        awk 'END { printf "%.0f\n", ($1 > 0 ? $2 : 2 ^ 60) }'
}

# room BYTES WHAT: exits with an error if fewer bytes are free.
room() {
    had=$(free)
    [ "$had" -ge "$1" ] ||
        die 1 "$2 takes $(size "$1"), but only $(size "$had") are free in $PWD/build; make room there and start again"
}

# folder_is_ours FOLDER FILE VERB: refuses a folder that holds anything but what VERB has made, which
# includes FILE.
folder_is_ours() {
    [ ! -e "$1" ] || [ -d "$1" ] || die 2 "\"$1\" is not a folder"
    [ -d "$1" ] || [ -d "$(dirname "$1")" ] ||
        die 2 "the folder \"$1\" is in a folder that does not exist"
    sweep "$1"/.baton.*
    [ ! -d "$1" ] || [ -w "$1" ] || die 2 "the folder \"$1\" cannot be written by $(id -un)"
    [ -z "$(ls -A "$1" 2>/dev/null)" ] || [ -f "$1/$2" ] ||
        die 2 "the folder \"$1\" is not empty, and $3 has not made it; name a new one"
}

# room_in FOLDER BYTES: the folder may be on another file system than build/.
room_in() {
    had=$(df -B1 --output=avail "$1" | tail -n 1)
    [ "$had" -ge "$2" ] ||
        die 1 "the folder \"$1\" has room for $(size "$had"), but $(size "$2") are needed"
}

# hold FOLDER: waits until no other script uses FOLDER, and locks it until this script ends. Child
# processes inherit descriptor 9: so it also waits for the children of a killed script.
hold() {
    exec 9>>"$1/lock"
    flock -n 9 && return 0
    [ $? -eq 1 ] || die 1 "$PWD/$1/lock cannot be locked; use a checkout on a local file system"
    say waiting "another run is using $1; this one continues when it ends"
    killable flock -w "$LOCK_WAIT" 9 || die 1 \
        "another run has held $1 for $LOCK_WAIT s; this shows which: fuser -v \"$PWD/$1/lock\""
}

# release: unlocks the folder.
release() {
    exec 9>&-
}
