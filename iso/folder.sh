# shellcheck shell=sh
# Sourced: a folder in build/: whether it can be written, whether there is
# room, and who works in it.

# made FOLDER...: they are there, and can be written.
made() {
    for folder; do
        said=$(mkdir -p "$folder" 2>&1) ||
            die 1 "the folder \"$PWD/$folder\" cannot be made (${said##*: }); $(whose "$folder")"
        [ -w "$folder" ] ||
            die 1 "the folder \"$PWD/$folder\" cannot be written; $(whose "$folder")"
    done
}

# whose FOLDER: what to do about it.
whose() {
    there=$1
    until [ -e "$there" ]; do there=$(dirname "$there"); done
    echo "$there belongs to $(stat -c %U "$there") and you are $(id -un), $(size "$(free)") are free there"
}

# free: bytes that are free where build/ is. A file system that knows no sizes is taken as large.
free() {
    df -B1 --output=size,avail build 2>/dev/null |
        awk 'END { printf "%.0f\n", ($1 > 0 ? $2 : 2 ^ 60) }'
}

# room BYTES WHAT: ends where there is less than that.
room() {
    had=$(free)
    [ "$had" -ge "$1" ] ||
        die 1 "$2 takes $(size "$1"), and $(size "$had") are free in $PWD/build; make room there and start again"
}

# hold FOLDER: waits until no other script works in FOLDER, and keeps it to this one's end. Only on
# descriptor 9, which what it starts inherits: what a killed script leaves running is waited for.
hold() {
    exec 9>>"$1/lock"
    if ! flock -n 9; then
        say waiting "another run is at work in $1; this one goes on when it ends"
        killable flock -w "${LOCK_WAIT:-3600}" 9 ||
            die 1 "another run has held $PWD/$1/lock for an hour; find it with: fuser -v \"$PWD/$1/lock\""
    fi
}

# release: lets others work in the folder that is held.
release() {
    exec 9>&-
}
