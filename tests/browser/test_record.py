"""The page of ./baton record: every step is visited, and compared with the recording.

What the recording says is compared with other facts in tests/boot/handoff/test_record.py.
"""
import functools
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
PG = 1 << 31
KINDS = {"pae": {"PAGING": "pae"}, "legacy": {"PAGING": "legacy"},
         "naive-pae": {"PAGING": "pae", "NAIVE": "yes"},
         "naive-legacy": {"PAGING": "legacy", "NAIVE": "yes"}}

# What a step shows, read from the page.
SHOWN = """(() => {
    const all = (selector, of) => [...document.querySelectorAll(selector)].map(of);
    const where = li => [Number(li.dataset.table), Number(li.dataset.index)];
    const table = id => ({
        entries: all(`#${id} li`, where),
        changed: all(`#${id} li.changed`, where),
        spoiled: all(`#${id} li.spoiled`, where),
        here: all(`#${id} li.here > .to`, e => e.innerText),
        inUse: document.getElementById(id).classList.contains("in-use"),
        verdict: document.querySelector(`#${id} .verdict`).innerText });
    return {
        position: document.getElementById("position").innerText,
        slider: Number(document.getElementById("slider").value),
        address: location.hash,
        title: document.getElementById("phase-title").innerText,
        said: document.getElementById("said").innerText,
        phase: all("#phases [aria-current=step]", e => e.title),
        registers: Object.fromEntries(all("#values > div",
            e => [e.dataset.register, parseInt(e.querySelector("dd").firstChild.data)])),
        changed: all("#values > .changed", e => e.dataset.register),
        file: document.getElementById("source-title").innerText,
        executed: all("#code li.executed", e => Number(e.dataset.line)),
        next: all("#code li.next", e => Number(e.dataset.line)),
        word: all("#words tr.current", e => Number(e.dataset.word)),
        cr3: document.querySelector("#cr3 .box").innerText,
        live: table("live"), new: table("new"),
        memory: document.querySelector("#memory-picture svg").getAttribute("aria-label"),
        mover: all("#memory-picture .mover", () => 1).length };
})()"""


class Recorded:
    def __init__(self, kind, folder):
        self.path = folder / f"{kind}.html"
        done = subprocess.run([TOP / "record" / "record", self.path], capture_output=True,
                              text=True, env={**os.environ, **KINDS[kind]})
        assert done.returncode == 0, done.stdout + done.stderr
        text = self.path.read_text()
        self.data = json.loads(re.search(r'id="recording">(.*?)</script>', text, re.S)[1])
        self.last = len(self.data["steps"]) - 1
        self.url = f"file://{self.path}"

    @functools.lru_cache(None)
    def entries(self, snapshot):
        """{(table, first index of its run): values of the run}"""
        return {(t["at"], first): [int(value, 16) + step * i for i in range(count)]
                for t in self.data["snapshots"][snapshot]["tables"]
                for first, count, value, step in t["runs"]}

    @functools.lru_cache(None)
    def single(self, snapshot):
        return {(table, first + i): value for (table, first), run in self.entries(snapshot).items()
                for i, value in enumerate(run)}

    @functools.lru_cache(None)
    def differing(self, before, after):
        """The runs of `after` in which an entry differs."""
        if before is None or after is None:
            return set()
        old = self.single(before)
        return {(table, first) for (table, first), run in self.entries(after).items()
                if any(old.get((table, first + i)) != value for i, value in enumerate(run))}


@pytest.fixture(scope="module", params=KINDS)
def recorded(request, tmp_path_factory):
    return Recorded(request.param, tmp_path_factory.mktemp("record"))


@pytest.fixture(scope="module")
def pae(tmp_path_factory):
    return Recorded("pae", tmp_path_factory.mktemp("record"))


def check(recorded, n, shown):
    """What the page shows at step n, against the recording."""
    data, step = recorded.data, recorded.data["steps"][n]
    before = data["steps"][n - 1] if n else None
    assert (shown["position"], shown["slider"]) == (f"{n} of {recorded.last}", n)
    assert shown["address"] == f"#step={n}"
    phase = next(p for p in data["phases"] if p["id"] == step["phase"])
    assert shown["title"].endswith(phase["title"]) and shown["phase"] == [phase["title"]]
    assert shown["registers"] == step["regs"]
    assert set(shown["changed"]) == {name for name in step["regs"]
                                     if n and step["regs"][name] != before["regs"][name]}
    lines = step["lines"] or ([step["next"]] if step["next"] else [])
    if lines:
        file = lines[0][0]
        assert shown["file"] == f"Source: {file}"
        assert shown["executed"] == sorted(line for name, line in step["lines"] if name == file)
        assert shown["next"] == [line for name, line in [step["next"] or ("", 0)] if name == file]
    words = range(step["list"][0], sum(step["list"])) if "list" in step else []
    assert shown["word"] == list(words)
    assert int(re.search(r"0x\w+", shown["cr3"])[0], 16) == step["regs"]["CR3"]
    assert ("paging is off" in shown["cr3"]) == (not step["regs"]["CR0"] & PG)
    for name in ("live", "new"):
        check_tables(recorded, n, name, shown[name])
    check_moves(recorded, n, words, shown)


def check_tables(recorded, n, name, shown):
    data = recorded.data
    step, before = data["steps"][n], data["steps"][n - 1] if n else {"live": None, "new": None}
    wanted = recorded.entries(step[name]) if step[name] is not None else {}
    assert sorted(map(tuple, shown["entries"])) == sorted(wanted)
    assert set(map(tuple, shown["changed"])) == recorded.differing(before[name], step[name])
    assert shown["inUse"] == (step["space"] == name)
    begins = next(i for i, s in enumerate(data["steps"]) if s["phase"] == "prepared")
    spoiled = recorded.differing(data["steps"][begins]["live"], step["live"]) \
        if name == "live" and n >= begins else set()
    assert set(map(tuple, shown["spoiled"])) == spoiled
    if name == "live" and n >= begins:
        assert ("✘" in shown["verdict"]) == bool(spoiled) != ("no byte" in shown["verdict"])
    if step["space"] == name:
        eip, page = step["regs"]["EIP"], None
        if data["template"] <= eip < data["template"] + 4096:
            page = data["control"] if name == "new" else None
        elif data["control"] <= eip < data["control"] + 4096:
            page = data["control"]
        assert len(shown["here"]) == 1 and (page is None or shown["here"] == [f"→ {page:#010x}"])
    else:
        assert shown["here"] == []


def check_moves(recorded, n, words, shown):
    data = recorded.data
    read = max((sum(s["list"]) for s in data["steps"][:n + 1] if "list" in s), default=0)
    roles = {page: role for start, end, role in data["roles"] for page in range(start, end, 4096)}
    places = {w["to"] for w in data["list"] if w["to"] and roles[w["to"]] != "prepared"}
    there = {w["to"] for w in data["list"][:read]} & places
    assert f" {len(there)} of {len(places)} pages of the payload are at their" in shown["memory"]
    copied = [data["list"][i] for i in words if data["list"][i]["kind"] == "SOURCE"]
    assert shown["mover"] == len(copied)
    for word in copied:
        assert f"copy {word['page']:#010x} to {word['to']:#010x}" in shown["said"]


def walk(page, button, steps):
    """What each step shows, by as many clicks on a button, from the one on that is shown."""
    return page.evaluate(f"""(() => {{
        const shown = [];
        for (let n = 0; n < {steps}; n++) {{
            shown.push({SHOWN});
            document.getElementById("{button}").click();
        }}
        return shown; }})()""")


def test_every_step_shows_what_was_recorded(browser, recorded):
    page = browser.open(recorded.url, offline=True)
    for n, shown in enumerate(walk(page, "forward", recorded.last + 1)):
        check(recorded, n, shown)
    page.faultless()
    assert page.requests() == [recorded.url]


def test_backwards_and_by_other_ways(browser, pae):
    page = browser.open(f"{pae.url}#step={pae.last}")
    for back, shown in enumerate(walk(page, "back", pae.last + 1)):
        check(pae, pae.last - back, shown)
    starts = [next(i for i, s in enumerate(pae.data["steps"]) if s["phase"] == p["id"])
              for p in pae.data["phases"]]
    for key, n in (("End", pae.last), ("ArrowRight", pae.last), ("ArrowLeft", pae.last - 1),
                   ("PageUp", starts[-2]), ("PageUp", starts[-3]), ("Home", 0), ("ArrowLeft", 0),
                   ("PageDown", starts[1]), ("ArrowRight", starts[1] + 1)):
        page.press(key)
        check(pae, n, page.evaluate(SHOWN))
    page.focus("#slider")
    page.press("ArrowRight")
    check(pae, starts[1] + 2, page.evaluate(SHOWN))
    page.fill("#slider", "40")
    check(pae, 40, page.evaluate(SHOWN))
    for button, n in (("#phase-forward", starts[6]), ("#phase-back", starts[5]),
                      ("#phases li:nth-child(9) button", starts[8])):
        page.click(button)
        check(pae, n, page.evaluate(SHOWN))
    page.faultless()


@pytest.mark.parametrize("address, n", [
    ("#step=77", 77), ("#step=99999", None), ("#step=x", 0), ("", 0)])
def test_an_address_leads_to_a_step(browser, pae, address, n):
    page = browser.open(pae.url + address)
    check(pae, pae.last if n is None else n, page.evaluate(SHOWN))
    page.evaluate("void (location.hash = '#step=12')")
    page.wait("document.getElementById('slider').value === '12'")
    check(pae, 12, page.evaluate(SHOWN))


def test_keys_scroll_a_part_that_has_the_focus(browser, pae):
    page = browser.open(f"{pae.url}#step=50")
    page.focus("#code")
    page.press("PageDown")
    assert page.evaluate(SHOWN)["position"].startswith("50 ")
    page.press("ArrowRight")
    assert page.evaluate(SHOWN)["position"].startswith("51 ")
    assert page.evaluate("document.activeElement.id") == "code"


def test_a_screen_reader_finds_the_parts(browser, pae):
    outline = browser.open(f"{pae.url}#step=100").outline()
    for wanted in ('heading "A hand-off, step by step: PAE tables" [level=1]', 'slider "Step"',
                   'button "Step forward"', "status:", "Memory, to scale", 'heading "Page tables"',
                   'list "page-directory-pointer table at', 'table:', 'heading "Registers"'):
        assert wanted in outline, outline


def test_light_dark_and_paper(browser, pae, tmp_path):
    page = browser.open(pae.url)
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    page.click("#theme")
    dark = page.evaluate(ground)
    assert dark != "rgb(255, 255, 255)"
    page.click("#theme")
    assert page.evaluate(ground) == "rgb(255, 255, 255)"
    page = browser.open(pae.url, scheme="dark")
    assert page.evaluate(ground) == dark
    page.print(tmp_path / "step.pdf")
    sheets = re.findall(rb"/Type /Page\b", (tmp_path / "step.pdf").read_bytes())
    assert len(sheets) == 1


@pytest.mark.parametrize("width", [360, 700, 1280, 2560])
def test_no_window_is_too_narrow(browser, pae, width):
    page = browser.open(f"{pae.url}#step=90", width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
