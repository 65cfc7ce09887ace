# shellcheck shell=sh disable=SC2034,SC2154 # $temp, $payloads and more are fetch-payloads' own
# Sourced by fetch-payloads: packages of npm, in the versions of iso/npm-packages, from the registry
# that npm is configured for. A package's own scripts do not run.

# fetch_npm NAME: gets the package to build/payloads/NAME.
fetch_npm() {
    file=$1
    read -r version digest <<END_OF_ROW
$(sed -n "s/^$file \([0-9]\)/\1/p" iso/npm-packages)
END_OF_ROW
    origin="$file $version npm"
    if grep -qx "$file $origin" "$versions" && whole "$file"; then return 0; fi
    command -v npm >/dev/null || die 1 "npm is needed to fetch $file, but is not installed"
    command -v node >/dev/null || die 1 "npm needs node, which is not installed"
    room $((64 << 20)) "$file"
    rm -rf "$temp"
    mkdir -p "$temp/new" "$temp/from"
    growing=$temp bytes=
    say fetch "$file $version by npm"
    log=$payloads/npm.log
    into_log "$log" killable npm_pack "$file@$version" || die 1 \
        "npm could not fetch $file $version: $(npm_cause); npm's log is $PWD/$log"
    archive=$(find "$temp" -maxdepth 1 -name '*.tgz')
    found=$(sha512sum <"$archive")
    [ "${found%% *}" = "$digest" ] || die 1 \
        "what npm sent as $file $version is not what is wanted: its SHA-512 is ${found%% *}; iso/npm-packages has the right one"
    tar -xzf "$archive" -C "$temp" || die 1 "$file $version could not be unpacked"
    mv "$temp/package" "$temp/new/$file" || exit 1
    echo "$origin" >"$temp/from/$file"
    keep
}

# npm_pack NAME@VERSION: downloads the archive to $temp. Its cache goes there, too: the user's is
# not touched.
npm_pack() {
    exec npm pack "$1" --pack-destination "$temp" --cache "$temp/cache" --ignore-scripts \
        --no-update-notifier --fetch-retries 1 --fetch-timeout 30000
}

# npm_cause: prints npm's own reason, which comes after three lines of codes.
npm_cause() {
    said=$(sed -n 's/^npm \(ERR!\|error\) //p' "$log" |
        sed '/^code /d; /^syscall /d; /^errno /d; q')
    echo "${said:-npm did not finish}; is there a network, and is npm configured for its registry?"
}
