# shellcheck shell=sh disable=SC2034,SC2016 # variables for who sources it; $( ) is apt's own
# Sourced: apt with its own package lists, cache and configuration in build/payloads/apt. So another
# architecture or an older suite does not change the state of the system's apt and dpkg. Mirrors,
# keys and proxies are the system's.
#
# apt_lists selects one set of lists; the functions after it use that set.
apt_folder=build/payloads/apt
apt_read='' apt_incomplete=''

# apt is ended after so many seconds without data. If the network is down, apt itself gives up
# sooner.
PATIENCE=${PATIENCE:-120}

# apt_lists ARCHITECTURE [SUITE]: selects the lists of the system's own sources, or those of
# Debian's SUITE on the mirrors in these sources, and updates them once per run. Fails if there are
# none.
apt_lists() {
    [ -z "${2-}" ] || debian_mirrors "$1" || return 1
    arch=$1 suite=${2-}
    place=$arch${suite:+-$suite}
    apt_log=$apt_folder/$place.log
    case $apt_read in *" $place "*) ;; *) apt_update ;; esac
    (own apt-get indextargets --format '$(CREATED_BY)' 2>/dev/null) | grep -qx Packages
}

# apt_update: updates the selected lists. A source that fails (a third party's, a mirror during its
# update) may not matter: the packages may be in the others.
apt_update() {
    apt_read="$apt_read $place "
    apt_log=$apt_folder/$place.log
    made "$apt_folder/$place/lists/partial" "$apt_folder/$place/cache/archives/partial" \
        "$apt_folder/$place/debs"
    : >"$apt_folder/$place/status"
    apt_configuration >"$apt_folder/$place/apt.conf"
    [ -z "$suite" ] || debian_sources >"$apt_folder/$place/debian.sources"
    say fetch "package lists for $arch${suite:+ of $suite}, 10 to 25 MiB"
    # The size of the compressed lists, plus the files that apt makes from them.
    room $((100 << 20)) "reading package lists"
    growing=$apt_folder/$place bytes=
    into_log "$apt_log" watched own apt-get update ||
        apt_incomplete="$apt_incomplete $place "
}

# watched COMMAND...: like killable, but also ends COMMAND if $growing does not grow for $PATIENCE
# seconds, or if the disk is full: apt 2.6 waits forever then.
watched() {
    job=new
    "$@" &
    job=$!
    (
        before='' left=$PATIENCE
        while [ "$left" -gt 0 ] && sleep 1 && kill -0 "$job" && kill -0 $$ &&
            [ "$(free)" -gt 65536 ]; do
            now=$(du -sb "$growing")
            if [ "$now" = "$before" ]; then left=$((left - 1)); else before=$now left=$PATIENCE; fi
        done
        kill "$job"
    ) >/dev/null 2>&1 9>&- &
    watcher=$!
    job_status=0
    wait "$job" || job_status=$?
    kill "$watcher" 2>/dev/null || :
    job='' watcher=''
    return $job_status
}

# apt_unsure: whether a package may exist although the selected lists do not have it.
apt_unsure() {
    case $apt_incomplete in *" $place "*) ;; *) return 1 ;; esac
}

# Paths are relative: apt does not accept absolute paths with a space in all places. Only package
# lists are read, and no hooks run: the system's hooks are for the system's lists.
apt_configuration() {
    cat <<END
#clear APT::Update;
#clear APT::Architectures;
#clear Acquire::IndexTargets;
APT::Architecture "$arch";
APT::Architectures { "$arch"; };
APT::Sandbox::User "root";
APT::Update::Error-Mode "any";
Acquire::IndexTargets::deb::Packages {
    MetaKey "\$(COMPONENT)/binary-\$(ARCHITECTURE)/Packages";
    flatMetaKey "Packages";
    ShortDescription "Packages";
    Description "\$(RELEASE)/\$(COMPONENT) \$(ARCHITECTURE) Packages";
    flatDescription "\$(RELEASE) Packages";
    Optional "0";
};
Acquire::GzipIndexes "true";
Acquire::Retries "2";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
Dir::State::Lists "../lists";
Dir::State::Status "../status";
Dir::State::extended_states "../extended_states";
Dir::Cache "../cache";
Dir::Cache::pkgcache "pkgcache.bin";
Dir::Cache::srcpkgcache "";
END
    [ -z "$suite" ] || cat <<END
APT::Default-Release "";
Dir::Etc::sourcelist "../debian.sources";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
END
}

# own PROGRAM ARGUMENT...: runs apt-get or apt-cache with the selected lists. It replaces the
# calling shell (exec), so that the program gets the signals: use it only in ( ), $( ) and with &.
own() {
    program=$1
    shift
    cd "$apt_folder/$place/debs" && LC_ALL=C exec "$program" -c ../apt.conf "$@"
}

# debian_mirrors ARCHITECTURE: sets $mirrors to lines "label URI", one for each Debian archive in
# the system's sources. If these have nothing for ARCHITECTURE, it looks for amd64. Fails if there
# are none, or if Debian's keys are not installed.
debian_mirrors() {
    for keyring in "${KEYRING-}" /usr/share/keyrings/debian-archive-keyring.pgp \
        /usr/share/keyrings/debian-archive-keyring.gpg ''; do
        [ ! -f "$keyring" ] || break
    done
    [ -n "$keyring" ] || return 1
    for from in "$1" amd64; do
        apt_lists "$from" || continue
        mirrors=$(own apt-get indextargets \
            --format '$(CREATED_BY) $(ORIGIN) $(COMPONENT) $(LABEL) $(REPO_URI)' |
            sed -n 's/^Packages Debian main //p' | sort -u)
        [ -z "$mirrors" ] || return 0
    done
    return 1
}

# debian_sources: prints apt's sources for $suite in the same archives, verified by Debian's keys.
debian_sources() {
    echo "$mirrors" | while read -r label uri; do
        case $label in
            Debian) suites=$suite ;;
            Debian-Security) suites=$suite-security ;;
            *) continue ;;
        esac
        printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n\n' \
            "$uri" "$suites" "$keyring"
    done
}

# apt_sources: prints a number that depends on the system's release, its sources, and the month.
apt_sources() {
    {
        cat /etc/os-release
        date +%Y-%m
        apt-get indextargets --no-release-info \
            --format '$(CREATED_BY) $(REPO_URI) $(RELEASE) $(COMPONENT) $(ARCHITECTURE)'
    } 2>/dev/null | sha256sum | cut -c 1-64
}

# apt_show PACKAGE: prints the fields of the version that apt would install; nothing if there is no
# such package.
apt_show() {
    (own apt-cache show --no-all-versions "$1" 2>/dev/null) || :
}

# field NAME: prints its value from the fields on standard input.
field() {
    awk -v name="$1:" '$1 == name { sub(/^[^:]*: */, ""); print; exit }'
}

# apt_suite PACKAGE VERSION: prints the suite of this version.
apt_suite() {
    (own apt-cache madison "$1") | awk -F ' *[|] *' -v version="$2" '
        $2 == version { split($3, words, " "); split(words[2], parts, "/"); print parts[1]; exit }'
}

# apt_download PACKAGE: downloads it to $apt_folder/$place/debs, and removes everything else there.
apt_download() {
    apt_log=$apt_folder/$place-download.log
    rm -f "$apt_folder/$place/debs/"*
    growing=$apt_folder/$place/debs
    into_log "$apt_log" watched own apt-get download "$1"
}

# apt_newest NAME: prints the package's name; with a * for a version in it, the newest one's that the
# selected lists have, or nothing.
apt_newest() {
    case $1 in
        *\**)
            own apt-cache pkgnames "${1%%\**}" | grep -x "${1%%\**}[0-9.]*${1##*\*}" |
                sort -V | tail -n 1
            ;;
        *) echo "$1" ;;
    esac
}

# apt_cause: prints the probable reason for apt's last failure.
apt_cause() {
    if [ "$(free)" -lt $((1 << 20)) ]; then
        echo "the disk of $PWD/build is full, $(size "$(free)") are free; make room there"
        return
    fi
    said=$(sed -n 's/^E: //p' "$apt_log" | grep -v '^Some index files failed' | tail -n 1)
    echo "${said:-apt did not finish}; is there a network, and are this system's apt sources right? apt's log is $apt_log"
}
