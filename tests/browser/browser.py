"""A headless Chromium that a test drives: Debian's browser, by playwright-core in Node.js.

    with Browser() as browser:
        page = browser.open("file:///x.html", scheme="dark")
        page.press("ArrowRight")
        assert page.evaluate("document.title") == "x"
        page.faultless()

What does not happen in time, and a browser that ends, raises BrowserError.
"""
import json
import os
import select
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILD = Path(os.environ.get("BATON_BUILD", HERE.parents[1] / "build"))
PLAYWRIGHT = BUILD / "payloads" / "playwright-core"
NAMES = ("chromium", "chromium-browser", "google-chrome")
START = 60                              # seconds for a call, besides those that it waits itself


class BrowserError(Exception):
    pass


def installed():
    """The program of a browser, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    def __init__(self):
        program = installed()
        if not program:
            raise BrowserError("no chromium is installed: package chromium")
        if not (PLAYWRIGHT / "index.mjs").exists():
            raise BrowserError("iso/fetch-payloads playwright-core has not run")
        self.process = subprocess.Popen(["node", HERE / "driver.mjs", PLAYWRIGHT, program],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.rest = b""
        self.version = self.call("version")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(START)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def open(self, url, scheme="light", width=1280, height=900, offline=False, scripts=True,
             seconds=60):
        """Opens the address in a new page, whose only one it is; the page before is closed."""
        self.call("open", url=url, seconds=seconds, options={
            "colorScheme": scheme, "viewport": {"width": width, "height": height},
            "offline": offline, "javaScriptEnabled": scripts})
        return Page(self)

    def call(self, name, **words):
        """One call of driver.mjs, which may wait itself for `seconds`."""
        try:
            self.process.stdin.write(json.dumps({"call": name, "with": words}).encode() + b"\n")
            self.process.stdin.flush()
        except OSError as why:
            raise BrowserError(f"{name}: the browser's driver has ended") from why
        answer = json.loads(self.line(name, words.get("seconds", 0) + START))
        if "error" in answer:
            raise BrowserError(f"{name} {words}: {answer['error']}")
        return answer["value"]

    def line(self, name, seconds):
        pipe = self.process.stdout.fileno()
        while b"\n" not in self.rest:
            if not select.select([pipe], [], [], seconds)[0]:
                self.process.kill()
                raise BrowserError(f"{name}: no answer in {seconds} s")
            more = os.read(pipe, 1 << 16)
            if not more:
                raise BrowserError(f"{name}: the browser's driver has ended")
            self.rest += more
        line, _, self.rest = self.rest.partition(b"\n")
        return line


class Page:
    """The page that is open. Keys and expressions are Playwright's and JavaScript's."""

    def __init__(self, browser):
        self.call = browser.call

    def evaluate(self, code):
        """The value of a JavaScript expression; a promise is waited for."""
        return self.call("evaluate", code=code)

    def wait(self, code, seconds=30):
        """Waits until the expression is true; returns its value."""
        return self.call("wait", code=code, seconds=seconds)

    def press(self, key):
        """A key, such as "ArrowRight", "Shift+Tab" or "a", to what has the focus."""
        self.call("press", key=key)

    def type(self, text):
        self.call("type", text=text)

    def click(self, selector):
        self.call("click", selector=selector)

    def focus(self, selector):
        self.call("focus", selector=selector)

    def fill(self, selector, text):
        """Sets the value of an input, a slider for example."""
        self.call("fill", selector=selector, text=text)

    def text(self, selector):
        return self.evaluate(f"document.querySelector({json.dumps(selector)}).innerText")

    def scheme(self, name):
        """"light" or "dark"."""
        self.call("media", options={"colorScheme": name})

    def resize(self, width, height):
        self.call("resize", width=width, height=height)

    def outline(self, selector="body"):
        """What a screen reader finds: roles and names, an indented list."""
        return self.call("outline", selector=selector)

    def picture(self, path, whole=False):
        """Writes a PNG of what is to be seen, or of the whole page."""
        self.call("picture", path=str(path), whole=whole)

    def print(self, path):
        """Writes the PDF that a printer would get."""
        self.call("print", path=str(path))

    def requests(self):
        """Every address that the page has asked for."""
        return self.call("seen")["requests"]

    def errors(self):
        """Exceptions, errors on the console, and files that did not come."""
        return self.call("seen")["errors"]

    def faultless(self):
        assert not self.errors(), self.errors()
