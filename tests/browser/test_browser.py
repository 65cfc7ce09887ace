"""The harness itself: it reads what a page shows, and does not overlook what goes wrong in one."""
import pytest
from browser import Browser, BrowserError

PAGE = """<!doctype html><html lang="en"><title>A page</title>
<style>body { color: rgb(1, 2, 3) }
@media (prefers-color-scheme: dark) { body { color: rgb(4, 5, 6) } }</style>
<p id="said"></p><label>Step <input id="step" type="range" min="0" max="9" value="0"></label>
<button id="more" onclick="said.textContent += '+'">More</button>
<script>addEventListener("keydown", event => said.textContent += event.key + " ");</script>
"""


@pytest.fixture
def page(browser, tmp_path):
    (tmp_path / "page.html").write_text(PAGE)
    return browser.open(f"file://{tmp_path}/page.html")


def test_keys_clicks_and_text(page):
    page.type("a1")
    page.press("ArrowLeft")
    page.click("#more")
    page.fill("#step", "7")
    assert page.text("#said") == "a 1 ArrowLeft +"
    assert page.evaluate("step.value") == "7"
    assert page.wait("document.title") == "A page"
    assert 'slider "Step": "7"' in page.outline() and 'button "More"' in page.outline()
    page.faultless()


def test_schemes_pictures_and_paper(page, tmp_path):
    color = "getComputedStyle(document.body).color"
    assert page.evaluate(color) == "rgb(1, 2, 3)"
    page.scheme("dark")
    assert page.evaluate(color) == "rgb(4, 5, 6)"
    page.picture(tmp_path / "it.png")
    assert (tmp_path / "it.png").read_bytes().startswith(b"\x89PNG")
    page.print(tmp_path / "it.pdf")
    assert (tmp_path / "it.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("code, said", [
    ("setTimeout(() => { throw new Error('wrong on purpose') })", "wrong on purpose"),
    ("console.error('as an error')", "as an error"),
    ("void document.body.append(Object.assign(new Image(), {src: 'none.png'}))", "none.png"),
])
def test_what_goes_wrong_in_a_page_is_seen(page, code, said):
    page.faultless()
    page.evaluate(code)
    page.wait("new Promise(done => setTimeout(done, 200, true))")
    assert any(said in line for line in page.errors()), page.errors()
    with pytest.raises(AssertionError):
        page.faultless()


def test_what_does_not_come_is_an_error(browser, page, tmp_path):
    for wrong in (lambda: page.wait("document.title === 'other'", seconds=1),
                  lambda: page.evaluate("absent.value"),
                  lambda: browser.open(f"file://{tmp_path}/absent.html")):
        with pytest.raises(BrowserError):
            wrong()


def test_a_missing_browser_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BrowserError, match="no chromium is installed"):
        Browser()


@pytest.mark.usefixtures("browser")         # left out where there is none
def test_a_browser_that_ends_is_an_error():
    with Browser() as short:
        short.process.kill()
        with pytest.raises(BrowserError):
            short.open("about:blank")
