"""The mirrors of a machine's packages, and the keys that verify them."""
import glob
import os
import subprocess

KEYRINGS = "/usr/share/keyrings"


class NotFound(Exception):
    """A sentence for the user."""


def asked(distribution, label):
    """The mirror that this system's own apt uses for this distribution, or None. A security
    archive has its own label; that of the main archive is the distribution's name."""
    if not os.access("/usr/bin/apt-get", os.X_OK):
        return None
    answer = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(CODENAME)|$(REPO_URI)",
         "Created-By: Packages"], stdout=subprocess.PIPE, text=True, check=True).stdout
    for line in answer.splitlines():
        origin, its_label, codename, uri = line.split("|", 3)
        # Ubuntu's security archive is on another host, but has the same label.
        if (origin, its_label) == (distribution, label) and \
                (label != distribution or not codename.endswith("-security")):
            return uri.rstrip("/")
    return None


def mirror(machine):
    """The mirror, or "": debootstrap's own default."""
    variable = f"FRESH_MIRROR_{machine.distribution.upper()}"
    return os.environ.get(variable) or asked(machine.distribution, machine.distribution) or ""


def further_sources(machine, uri):
    """Pairs of mirror and suite, besides the release itself. Debian's security archive is a
    separate mirror, Ubuntu's is in the same one."""
    for word in machine.more:
        where = uri
        if word == "security" and machine.distribution == "Debian":
            where = asked("Debian", "Debian-Security") or f"{uri}-security"
        yield where, f"{machine.suite}-{word}"


def keyring(machine, folder):
    """The file with the archive's keys: this system's, or from the package, which is unpacked
    into the folder and not installed."""
    name = f"{machine.distribution.lower()}-archive-keyring.gpg"
    for top in (KEYRINGS, f"{folder}/{machine.keyring}{KEYRINGS}"):
        if os.path.exists(f"{top}/{name}"):
            return f"{top}/{name}"
    own = [] if known(machine.keyring) else lists_of(machine.keys, folder)
    fetched = f"{folder}/{machine.keyring}"
    os.makedirs(fetched, exist_ok=True)
    answer = subprocess.run(["apt-get", *own, "-q", "download", machine.keyring], cwd=fetched,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    files = glob.glob(f"{fetched}/*.deb")
    if answer.returncode or not files:
        said = (answer.stdout.strip() or "nothing").splitlines()[-1]
        raise NotFound(f"the package {machine.keyring}, which has {machine.distribution}'s keys, "
                       f"could not be fetched; please install it. apt-get said: {said}")
    subprocess.run(["dpkg-deb", "-x", files[0], fetched], check=True)
    return f"{fetched}{KEYRINGS}/{name}"


def known(package):
    """Whether this system's package lists have it. apt-cache's status is 0 even if other packages
    only mention it."""
    return bool(subprocess.run(["apt-cache", "show", package], stdout=subprocess.PIPE,
                               stderr=subprocess.DEVNULL).stdout)


def lists_of(suite, folder):
    """Options of apt: separate package lists, of another release of this system's distribution,
    verified with the keys that this system trusts."""
    state = f"{folder}/apt"
    for name in ("lists/partial", "cache/archives/partial"):
        os.makedirs(f"{state}/{name}", exist_ok=True)
    open(f"{state}/status", "w").close()
    uri = asked("Debian", "Debian")
    if not (suite and uri):
        raise NotFound("this system's apt has no such keyring and no Debian mirror; "
                       "please install the keyring's package")
    with open(f"{state}/sources.list", "w") as sources:
        sources.write(f"deb [signed-by={KEYRINGS}/debian-archive-keyring.gpg] {uri} {suite} main\n")
    options = [f"-oDir::State::Lists={state}/lists", f"-oDir::State::Status={state}/status",
               f"-oDir::Cache={state}/cache", f"-oDir::Etc::SourceList={state}/sources.list",
               "-oDir::Etc::SourceParts=/dev/null", "-oAcquire::Languages=none",
               "-oAPT::Sandbox::User=root"]
    subprocess.run(["apt-get", *options, "-q", "update"], stdout=subprocess.DEVNULL, check=True)
    return options
