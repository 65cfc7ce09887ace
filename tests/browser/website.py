"""The folder of ./baton web, on a server of this process that can spoil what it sends."""
import functools
import http.server
import os
import subprocess
import threading
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]


def make(folder, **variables):
    """Runs iso/make-web, with variables of iso/options.sh; returns what it prints."""
    done = subprocess.run([TOP / "iso" / "make-web", folder], env={**os.environ, **variables}, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    return done.stdout


class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        change = self.server.spoiled.get(self.path.lstrip("/"))
        if change is None:
            return super().do_GET()
        contents = change(Path(self.translate_path(self.path)).read_bytes())
        if contents is None:
            return self.send_error(404)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(self.path))
        self.send_header("Content-Length", str(len(contents)))
        self.end_headers()
        self.wfile.write(contents)

    def log_message(self, *_):
        pass


class Site:
    """with Site(folder) as site: site.url answers. spoil(name, change): change(bytes) is what the
    server sends of this file; None means that it has none."""

    def __init__(self, folder):
        self.server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
        self.server.spoiled = {}
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def spoil(self, name, change):
        self.server.spoiled[name] = change

    def mend(self):
        self.server.spoiled.clear()
