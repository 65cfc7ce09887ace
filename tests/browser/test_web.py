"""The page of ./baton web: it boots, what is typed reaches the machine, and it says what is wrong.

One machine for all tests after the first ones, which go on where the one before has ended: a boot to
Linux takes a minute.
"""
import re

import pytest
import website

LINUX = 600                             # seconds for Linux to come up on a busy host
BOOT = 240
STATE = "document.getElementById('state').textContent"
READY = "document.getElementById('state').className === 'ready'"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("web") / "a page"
    said = website.make(folder)
    assert re.search(rf"^web +{re.escape(str(folder))}, [\d.]+ MiB: for any web server$", said, re.M)
    with website.Site(folder) as running:
        running.folder = folder
        yield running


def without_wasm(page):
    return page.replace(b'<script src="check.js">', b"<script>delete WebAssembly</script>"
                        b'<script src="check.js">')


def test_what_is_in_the_folder(site):
    files = {path.name for path in site.folder.iterdir()}
    assert files == {"index.html", "page.css", "check.js", "files.js", "log.js", "machine.js", "page.js",
                     "libv86.js", "v86.wasm", "seabios.bin", "vgabios.bin", "baton.iso", "machine.json",
                     "LICENCES.txt"}
    text = (site.folder / "LICENCES.txt").read_text()
    for words in ("The v86 contributors", "Redistributions in binary form must", "LGPL", "GPL 3 or later",
                  "MIT License", "vmlinuz-686-pae linux-image-", "busybox busybox-static"):
        assert words in text, words


@pytest.mark.parametrize("name, change, said", [
    ("machine.json", lambda _: None, 'The file "machine.json" did not come: the server says 404'),
    ("machine.json", lambda _: b"{", 'The file "machine.json" is damaged.'),
    ("vgabios.bin", lambda _: None, 'The file "vgabios.bin" did not come: the server says 404'),
    ("v86.wasm", lambda whole: whole[:1000], 'The file "v86.wasm" has 1000 bytes, but should have '),
    ("libv86.js", lambda _: None, 'The file "libv86.js" did not come, or is damaged'),
    ("page.js", lambda _: None, "A file of this page did not come, or is damaged"),
    ("index.html", without_wasm, "This browser has no WebAssembly"),
])
def test_what_is_missing_is_named(browser, site, name, change, said):
    site.spoil(name, change)
    try:
        page = browser.open(site.url + "index.html")
        page.wait(f"{STATE}.includes({said!r})")
    finally:
        site.mend()
    assert page.evaluate("document.getElementById('state').className") == "wrong"


def test_a_page_opened_as_a_file_says_so(browser, site):
    page = browser.open(f"file://{site.folder}/index.html")
    page.wait(f"{STATE}.startsWith('This page was opened as a file')")


def test_without_scripts_it_says_so(browser, site):
    page = browser.open(site.url, scripts=False)
    assert "has not started" in page.outline()


class Student:
    """Who uses the page: types, and waits for answers on the serial console."""

    def __init__(self, page):
        self.page = page

    def serial(self):
        return self.page.text("#serial")

    def until(self, condition, seconds=BOOT):
        """Waits; a timeout tells the page's state."""
        try:
            return self.page.wait(condition, seconds=seconds)
        except Exception as why:
            raise AssertionError(f"{self.page.evaluate(STATE)}\n{self.serial()[-2000:]}") from why

    def answer(self, act):
        """What the serial console prints from the act to the next prompt."""
        before = len(self.serial())
        act()
        self.until(f"serial.innerText.length > {before} && {READY} && "
                   f"/\\nbaton> *$/.test(serial.innerText.slice({before}))")
        return self.serial()[before:]

    def type(self, line):
        """On the machine's keyboard."""
        self.page.focus("#screen")
        self.page.type(line + "\n")

    def send(self, line):
        """Through the field of the serial console."""
        self.page.fill("#input", line)
        self.page.press("Enter")

    def button(self, text):
        self.page.call("click", selector=f"#guide button:text-is('{text}') >> nth=0")


@pytest.fixture(scope="module")
def student(browser, site):
    page = browser.open(site.url)
    made = Student(page)
    made.until(READY)
    return made


def test_it_boots_to_the_shell(student, site):
    page = student.page
    for text in (page.text("#screen"), student.serial()):
        assert "Baton 0.1   i386, loaded by GRUB" in text and "tables      live: PAE, root 0x" in text
        assert text.rstrip().endswith("baton>")
    assert page.evaluate("document.activeElement.id") == "screen"
    assert page.text("#memory") == "256"
    assert all(url.startswith((site.url, "blob:" + site.url, "data:")) for url in page.requests())
    page.faultless()


def test_keys_go_to_the_machine(student):
    said = student.answer(lambda: student.type("walk 0xc0100000"))
    assert "result      0xc0100000 is at 0x00100000, in a page of 4 KiB" in said
    assert "0xc0100000 is at 0x00100000" in student.page.text("#screen")
    # Tab completes a command there; Shift+Tab and F6 leave.
    page = student.page
    page.type("statu")
    page.press("Tab")
    assert "nothing is loaded" in student.answer(lambda: page.press("Enter"))
    page.press("F6")
    assert page.evaluate("document.activeElement.id") == "serial"
    page.focus("#screen")
    page.press("Shift+Tab")
    assert page.evaluate("document.activeElement.id") == "reset"


def test_keys_elsewhere_do_not(student):
    student.page.focus("#save")
    student.page.type("help")
    student.page.focus("#input")
    student.page.type("regs")
    assert student.page.evaluate("input.value") == "regs"
    said = student.answer(lambda: student.page.press("Enter"))
    assert "baton> regs\ncr0 " in student.serial() and "cr4         0x000000b0 PSE PAE PGE" in said


def test_the_guide_types(student):
    page = student.page
    assert page.evaluate("[...document.querySelectorAll('[data-type*=\"{\"]')].every(b => b.ariaDisabled === 'true')")
    said = student.answer(lambda: student.button("load"))
    code, control = re.search(r"^trampoline  (\S+) and (\S+) both lead to \2", said, re.M).groups()
    assert int(re.search(r"^plan +([\d,]+) pages move", said, re.M)[1].replace(",", "")) > 100
    assert f"{code} is at {int(code, 16) - 0xc0000000:#010x}" in student.answer(
        lambda: student.button(f"walk {code}"))
    for address in (code, control):
        said = student.answer(lambda: student.button(f"walk {address} new"))
        assert f"result      {address} is at {control}" in said
    assert f"{control} is not mapped" in student.answer(lambda: student.button(f"walk {control}"))
    # A button that is pressed by the keyboard keeps the focus.
    check = "#guide button:text-is('check')"
    page.call("focus", selector=check)
    assert "H8 holds" in student.answer(lambda: page.press("Enter"))
    assert page.evaluate("document.activeElement.textContent") == "check"


def test_a_broken_list_is_found(student):
    student.answer(lambda: student.send("more off"))
    said = student.answer(lambda: student.button("trampoline"))
    words = re.search(r"its first word is at (0x[0-9a-f]+)", said)[1]
    assert f"written at {words}" in student.answer(lambda: student.button(f"poke {words} 5 physical"))
    assert "broken      H8" in student.answer(lambda: student.button("check"))
    student.answer(lambda: student.send("unload"))
    student.answer(lambda: student.button("load"))
    assert "H8 holds" in student.answer(lambda: student.button("check"))


def test_linux_comes_up(student):
    page = student.page
    student.button("exec")
    student.until(f"{STATE}.startsWith('Baton has handed over. The next kernel runs')")
    student.until("serial.innerText.includes('This is a shell')", seconds=LINUX)
    student.until("document.querySelector('#screen').innerText.includes('This is a shell')")
    for text in (page.text("#screen"), student.serial()):
        assert "handed me this machine." in text and "each as it was packed" in text
    student.until(f"{STATE}.endsWith('The shell of the next kernel waits for a command.') && {READY}")
    student.button("cat /proc/iomem")
    student.until("document.querySelector('#screen').innerText.includes('System RAM')")
    page.faultless()


def test_a_halted_machine_is_reset(student):
    student.type("poweroff")
    student.until(f"{STATE}.startsWith('The machine has halted')")
    student.page.click("#reset")
    student.until(f"{STATE}.startsWith('The machine starts')")
    student.until(READY)
    assert "Linux" not in student.serial()


def test_a_triple_fault_is_named(student):
    """The page directory of Baton's own code is cut off; the next fault finds no handler."""
    said = student.answer(lambda: student.type("walk 0xc0100000"))
    directory = re.search(r"^PD +table (0x[0-9a-f]+), index 0", said, re.M)[1]
    said = student.answer(lambda: student.send(f"poke {directory} 0 physical !"))
    assert f"1 byte written at {directory}" in said
    student.type("fault divide")
    student.until(f"{STATE}.startsWith('The machine was reset by a triple fault')")
    student.page.click("#reset")
    student.until("serial.innerText.includes('loading Baton')")
