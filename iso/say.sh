# shellcheck shell=sh
# Sourced by the scripts here: how they speak.
#
# Steps are printed in Baton's own layout, a label and a sentence, so that one run reads as one log
# from the first line of the set-up to the last line of the payload.

# say LABEL TEXT: one step.
say() {
    printf '%-12s%s\n' "$1" "$2"
}

# die STATUS TEXT: one sentence on standard error, and the end.
die() {
    printf 'baton: %s\n' "$2" >&2
    exit "$1"
}

# at_end COMMAND: runs COMMAND when this script ends, by a signal, too: dash runs no EXIT trap then.
at_end() {
    # shellcheck disable=SC2064 # the command is expanded when it runs
    trap "$1" EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

# sweep PATTERN...: removes what scripts that were killed have left: names that end with the number
# of a process that is gone.
sweep() {
    for left in "$@"; do
        case ${left##*.} in
            *[!0-9]* | '') continue ;;
        esac
        kill -0 "${left##*.}" 2>/dev/null || rm -rf "$left"
    done
}

# size BYTES: the number as a person reads it.
size() {
    awk -v n="$1" 'BEGIN {
        if (n < 1048576) printf "%.0f KiB", n / 1024
        else printf "%.1f MiB", n / 1048576
    }'
}

# progress LOG: what the line that shows that a long step is alive says. A script may put its own in
# place of it.
progress() {
    tail -n 1 "$1" | cut -c 1-64
}

# logged LOG COMMAND...: runs COMMAND, its output in LOG. On a terminal a passing line shows how far
# it is. When the command fails, the end of LOG is shown, and its status returned.
logged() {
    into_log "$@" || {
        status=$?
        tail -n 20 "$log" | sed 's/^/    /' >&2
        printf 'baton: failed with status %d; the whole log is in %s\n' $status "$log" >&2
        return $status
    }
}

# into_log LOG COMMAND...: the same, and nothing is said when it fails. Where the terminal cannot
# clear a line, no passing line is shown.
into_log() {
    log=$1
    shift
    # In a shell of its own: dash ends on a redirection that fails. A log of another user is replaced.
    (mkdir -p "$(dirname "$log")" && rm -f "$log" && : >"$log") 2>/dev/null ||
        die 1 "the log \"$log\" cannot be written; is its folder yours, and is the disk full?"
    ticker=
    if [ -t 1 ] && [ "${TERM:-dumb}" != dumb ]; then
        # Ends by itself when this script is gone: a background process does not see the Ctrl-C that
        # ended it.
        (
            seconds=0
            while sleep 1 && kill -0 $$ 2>/dev/null; do
                seconds=$((seconds + 1))
                printf '\r\033[K%12s%d s  %s' '' $seconds "$(progress "$log")"
            done
        ) &
        ticker=$!
    fi
    status=0
    "$@" >>"$log" 2>&1 </dev/null || status=$?
    if [ -n "$ticker" ]; then
        kill "$ticker" 2>/dev/null
        wait "$ticker" 2>/dev/null || :
        printf '\r\033[K'
    fi
    return $status
}

# killable COMMAND...: COMMAND, such that a signal to this script alone need not wait for its end:
# at_end's command calls end_jobs. A function must end in exec: the signal is for the program.
killable() {
    job=new
    "$@" &
    job=$!
    job_status=0
    wait "$job" || job_status=$?
    job=
    return $job_status
}

# end_jobs: ends what runs in the background, which does not see a Ctrl-C.
end_jobs() {
    # A signal may have come before its number was noted.
    [ "${job-}" != new ] || job=${!-}
    for running in ${job-} ${watcher-} ${ticker-}; do
        # More than once: a process that is only just born loses the first.
        (while kill "$running"; do sleep 0.2; done) >/dev/null 2>&1 9>&- &
        wait "$running" 2>/dev/null || :
    done
}
