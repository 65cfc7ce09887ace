"""An HTTP server for an archive, which a test can block, and scripts that run during a test."""
import functools
import os
import signal
import subprocess
import threading
import time
import uuid
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PATIENCE = 60                               # seconds; after that a wait counts as failed


class Served:
    """Calls `before` with each path before it answers."""

    def __init__(self, folder, before):
        class Handler(SimpleHTTPRequestHandler):
            def do_GET(self):
                before(self.path)
                super().do_GET()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0),
                                          functools.partial(Handler, directory=str(folder)))
        self.server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Gate:
    """Delays the answers for paths that end with `suffix` until it is opened."""

    def __init__(self, suffix):
        self.suffix, self.reached, self.open = suffix, threading.Event(), threading.Event()

    def __call__(self, path):
        if path.endswith(self.suffix):
            self.reached.set()
            self.open.wait(PATIENCE)


class Script:
    """A script in its own session; every process that it starts is marked."""

    def __init__(self, command, environment, **settings):
        self.mark = uuid.uuid4().hex
        self.process = subprocess.Popen(
            command, env={**environment, "MARK": self.mark}, start_new_session=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
               "stderr": subprocess.STDOUT, "text": True, "cwd": "/", **settings})

    def end(self):
        """Its status and its output."""
        said = self.process.communicate(timeout=PATIENCE)[0]
        return self.process.returncode, said

    def alive(self):
        """The processes that it has started and that still exist."""
        mark = f"MARK={self.mark}".encode()
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                pass
        return found

    def all_gone(self):
        """Whether all of them end soon, without another signal."""
        return wait_for(lambda: not self.alive())

    def kill_all(self):
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()


def wait_for(condition, seconds=PATIENCE):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
