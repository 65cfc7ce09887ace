# shellcheck shell=sh
# Sourced by the scripts here: functions for their output.
#
# Steps are printed in Baton's own layout, a label and a sentence. So the output of a run is one
# log, from the first line of the set-up to the last line of the payload.

# say LABEL TEXT: prints one step.
say() {
    printf '%-12s%s\n' "$1" "$2"
}

# die STATUS TEXT: prints one sentence on standard error, and exits.
die() {
    printf 'baton: %s\n' "$2" >&2
    exit "$1"
}

# at_end COMMAND: runs COMMAND when this script ends, also by a signal: dash itself runs no EXIT
# trap then.
at_end() {
    # shellcheck disable=SC2064 # the command is expanded when it runs
    trap "$1" EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

# sweep PATTERN...: removes files that killed scripts left: their names end with the number of a
# process that no longer exists.
sweep() {
    for left in "$@"; do
        case ${left##*.} in
            *[!0-9]* | '') continue ;;
        esac
        kill -0 "${left##*.}" 2>/dev/null || rm -rf "$left"
    done
}

# size BYTES: prints the number with a unit.
size() {
    awk -v n="$1" 'BEGIN {
        if (n < 1048576) printf "%.0f KiB", n / 1024
        else printf "%.1f MiB", n / 1048576
    }'
}

# progress LOG: prints the text of the progress line during a long step. A script may redefine it.
progress() {
    tail -n 1 "$1" | cut -c 1-64
}

# logged LOG COMMAND...: runs COMMAND with its output in LOG. On a terminal, a progress line shows
# how far it is. If the command fails, prints the end of LOG and returns the command's status.
logged() {
    into_log "$@" || {
        status=$?
        tail -n 20 "$log" | sed 's/^/    /' >&2
        printf 'baton: failed with status %d; the whole log is in %s\n' $status "$log" >&2
        return $status
    }
}

# into_log LOG COMMAND...: the same, but prints nothing if it fails. If the terminal cannot clear a
# line, there is no progress line.
into_log() {
    log=$1
    shift
    # In a subshell: dash exits if a redirection fails. A log of another user is replaced.
    (mkdir -p "$(dirname "$log")" && rm -f "$log" && : >"$log") 2>/dev/null ||
        die 1 "the log \"$log\" cannot be written; is its folder yours, and is the disk full?"
    ticker=
    if [ -t 1 ] && [ "${TERM:-dumb}" != dumb ]; then
        # Ends by itself when this script has ended: a background process does not get the Ctrl-C
        # that ended the script.
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

# killable COMMAND...: runs COMMAND so that a signal to this script is handled before COMMAND ends:
# at_end's command calls end_jobs. A function must end in exec: the program must get the signal.
killable() {
    job=new
    "$@" &
    job=$!
    job_status=0
    wait "$job" || job_status=$?
    job=
    return $job_status
}

# end_jobs: ends the job in the background, which does not get a Ctrl-C.
end_jobs() {
    # The signal may have come before the script stored the job's number.
    [ "${job-}" != new ] || job=${!-}
    for running in ${job-} ${watcher-} ${ticker-}; do
        # More than once: a process that has just started may miss the first one.
        (while kill "$running"; do sleep 0.2; done) >/dev/null 2>&1 9>&- &
        wait "$running" 2>/dev/null || :
    done
}
