"""iso/fetch-payloads while it runs: a mirror that changes, hangs or is missing, two runs at once,
signals, and the progress line on a terminal."""
import os
import signal
import socket
import time

import pytest
from archive import KERNEL, Archive
from served import PATIENCE, Gate, Script, Served, wait_for
from test_fetch import Place, add_686, add_amd64

DEB = "linux-image-1.0-amd64_1.0-1_amd64.deb"


class Scene:
    """A checkout, an archive with an amd64 kernel, and its mirror, which a gate may block."""

    def __init__(self, folder):
        (folder / "archive").mkdir()
        self.place, self.archive = Place(folder), Archive(folder / "archive")
        self.gate = lambda path: None
        self.asked, self.scripts = [], []
        self.mirror = Served(self.archive.folder, self.before)
        add_amd64(self.archive)
        self.archive.write()

    def before(self, path):
        self.asked.append(path)
        self.gate(path)

    def environment(self, **more):
        return {**self.archive.environment(["trixie"], self.mirror.address), **more}

    def start(self, *names, **more):
        settings = more.pop("settings", {})
        script = Script([self.place.top / "iso/fetch-payloads", *names], self.environment(**more),
                        **settings)
        self.scripts.append(script)
        return script

    def holds(self, suffix):
        """Starts a run, and blocks the mirror's answer."""
        self.gate = Gate(suffix)
        script = self.start("amd64")
        assert self.gate.reached.wait(PATIENCE), script.alive()
        return script

    def fetched(self):
        return (self.place.payloads / "vmlinuz-amd64").read_bytes() == KERNEL

    def close(self):
        if isinstance(self.gate, Gate):
            self.gate.open.set()
        for script in self.scripts:
            script.kill_all()
        self.mirror.close()


@pytest.fixture
def scene(tmp_path):
    made = Scene(tmp_path)
    yield made
    made.close()


@pytest.mark.quick
def test_a_mirror_that_changes_after_its_lists_were_read(scene):
    """The package in the list no longer exists when it is requested; there is a newer one."""
    def replace(path):
        if path.endswith(DEB):
            scene.gate = lambda path: None
            scene.archive.remove("trixie", "amd64", "linux-image-1.0-amd64")
            add_amd64(scene.archive, kernel=KERNEL + b"2", version="2.0")
            scene.archive.write()

    scene.gate = replace
    scene.place.fetch(scene.environment(), "amd64")
    assert (scene.place.payloads / "vmlinuz-amd64").read_bytes() == KERNEL + b"2"
    assert scene.place.versions()["vmlinuz-amd64"] == "linux-image-2.0-amd64 2.0-1 amd64 trixie"


def test_a_package_that_the_mirror_has_lost(scene):
    (scene.archive.folder / "pool" / DEB).unlink()
    said = scene.place.fetch(scene.environment(), "amd64", status=1)
    assert "linux-image-amd64 could not be fetched" in said and "404" in said
    assert scene.place.left_over() == []


def test_no_network(scene):
    """At the first run, and with older lists."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        nowhere = scene.archive.environment(["trixie"], address)
        said = scene.place.fetch(nowhere, "686", status=1).splitlines()
        assert said[-1].startswith("baton: no amd64 kernel: ")
        assert address in said[-1] and "is there a network" in said[-1]
        assert "none" not in (scene.place.payloads / "versions").read_text()
    scene.place.fetch(scene.environment(), "amd64")
    os.truncate(scene.place.payloads / "vmlinuz-amd64", 0)
    scene.gate = lambda path: (_ for _ in ()).throw(ConnectionError())
    said = scene.place.fetch(scene.environment(), "amd64", status=1)
    assert "could not be fetched" in said and "is there a network" in said


def test_an_earlier_download_needs_no_network(scene):
    scene.place.fetch(scene.environment(), "amd64")
    scene.mirror.close()
    scene.asked.clear()
    assert scene.place.fetch(scene.environment(), "amd64") == ""
    assert scene.asked == []


@pytest.mark.parametrize("suffix", ["/InRelease", "/Packages", DEB])
def test_a_mirror_that_hangs(scene, suffix):
    scene.gate = Gate(suffix)
    script = scene.start("amd64", PATIENCE="2")
    status, said = script.end()
    assert status == 1 and "is there a network" in said.splitlines()[-1], said
    assert script.all_gone()


@pytest.mark.quick
def test_two_at_once(scene):
    first = scene.holds(DEB)
    second = scene.start("amd64", settings={"bufsize": 1})
    assert second.process.stdout.readline().startswith("waiting     another run is using ")
    # The files of the first run must not be removed.
    assert scene.place.left_over() == ["temp"]
    scene.gate.open.set()
    assert first.end()[0] == 0
    assert second.end() == (0, "")
    assert scene.fetched() and scene.place.left_over() == []
    assert scene.asked.count(f"/pool/{DEB}") == 1


def test_a_wait_that_ends(scene):
    scene.holds(DEB)
    status, said = scene.start("amd64", LOCK_WAIT="1").end()
    assert status == 1 and f'fuser -v "{scene.place.payloads}/lock"' in said


SIGNALS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


@pytest.mark.parametrize("to", ["group", "script"])
@pytest.mark.parametrize("number", SIGNALS, ids=lambda n: n.name)
@pytest.mark.parametrize("suffix", ["/Packages", DEB])
def test_a_signal(scene, suffix, number, to):
    script = scene.holds(suffix)
    (os.killpg if to == "group" else os.kill)(script.process.pid, number)
    assert script.end()[0] == SIGNALS[number]
    assert script.all_gone(), script.alive()
    assert scene.place.left_over() == []
    scene.gate.open.set()
    scene.place.fetch(scene.environment(), "amd64")
    assert scene.fetched()


def test_a_signal_while_it_waits(scene):
    scene.holds(DEB)
    waiting = scene.start("amd64")
    assert waiting.process.stdout.readline().startswith("waiting")
    os.kill(waiting.process.pid, signal.SIGTERM)
    assert waiting.end()[0] == 143 and waiting.all_gone()
    assert scene.place.left_over() == ["temp"], "the other run's"


def test_a_signal_at_any_moment(scene):
    """Also right when a program starts: before its number is stored, before it handles signals."""
    for number in range(100):
        script = Script(["sh", "-c", ". iso/say.sh; at_end end_jobs; echo; killable sleep 1000"],
                        scene.environment(), cwd=scene.place.top)
        scene.scripts.append(script)
        script.process.stdout.readline()
        moment = time.perf_counter() + number * 0.00003
        while time.perf_counter() < moment:
            pass
        script.process.terminate()
        assert script.end()[0] == 143
        assert script.all_gone(), script.alive()


def test_a_run_that_is_killed(scene):
    """Its child processes end, too, and the next run removes its files."""
    script = scene.holds(DEB)
    script.process.kill()
    script.process.wait()
    assert script.all_gone(), script.alive()
    assert scene.place.left_over() == ["temp"]
    scene.gate.open.set()
    scene.place.fetch(scene.environment(), "amd64")
    assert scene.fetched() and scene.place.left_over() == []


@pytest.mark.parametrize("term, shown", [("xterm", True), ("dumb", False), (None, False)])
def test_the_progress_line(scene, term, shown):
    """On a terminal, which may not be able to clear a line."""
    scene.gate = Gate(DEB)
    screen, terminal = os.openpty()
    environment = scene.environment()
    environment.pop("TERM")
    if term:
        environment["TERM"] = term
    script = Script([scene.place.top / "iso/fetch-payloads", "amd64"], environment,
                    stdout=terminal, stderr=terminal, text=False)
    scene.scripts.append(script)
    os.close(terminal)
    said = b""

    def enough():
        nonlocal said
        said += os.read(screen, 1000)
        return b"2 s" in said if shown else True

    assert scene.gate.reached.wait(PATIENCE)
    assert wait_for(enough)
    if not shown:                           # as long as a progress line would take
        assert not wait_for(lambda: script.process.poll() is not None, 2.5)
    scene.gate.open.set()
    try:
        while more := os.read(screen, 1000):
            said += more
    except OSError:                         # the last one has closed the terminal
        pass
    assert script.end()[0] == 0
    assert (b"\033[K" in said) == shown and (b"\033" in said) == shown, said


def test_i386_from_the_mirror_that_the_sources_name(scene):
    add_686(scene.archive)
    scene.archive.write()
    environment = scene.archive.environment(
        ["trixie"], scene.mirror.address,
        'Acquire::AllowInsecureRepositories "true"; APT::Get::AllowUnauthenticated "true";')
    scene.place.fetch(environment, "686")
    assert scene.place.versions()["vmlinuz-686"].endswith(" i386 bookworm")
    assert "/dists/bookworm/Release" in scene.asked
