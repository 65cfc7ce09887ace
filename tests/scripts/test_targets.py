"""Every target in CONTRIBUTING, in a clean clone: each builds what it needs, in any order."""
import re
import subprocess

import pytest
from checkout import TOP, Checkout

# Each with the variables that keep it short, and its output on success.
SHORT = {
    "": "OBJDUMP +build/baton.lst",
    "spoil": "LD +build/spoil/baton.elf",
    "inject": "LD +build/inject/baton.elf",
    "core examples": "LD +build/examples/embed.elf",
    "prove PAGING=legacy": "^proved ",
    "layouts BATON_LAYOUTS=1": "1 passed",
    "bench ONLY=sizes": "^baton.elf, loaded +[0-9,]+",
    "fuzz MINUTES=0.02 TARGETS=options": r"options +[\d,]+ executions .* 0 crashes",
    "kernels": "",
    "run-host-random BATON_ROUNDS=10": r"host-random +\d+ passed, 0 failed",
}
# These take minutes: a dry run of make shows whether it has a rule for everything that they need.
# check and test call make for each of their parts.
LONG = {"check": ["check-docs", "check-scripts", "check-host", "check-labs",
                   "check-boot"],
        "test": ["test-scripts", "test-host", "test-labs", "check-fuzz", "check-browser", "test-boot"],
        "coverage": ["coverage"], "mutants": ["mutants"], "fresh": ["fresh"],
        "deb": ["deb"], "test-install": ["test-install"]}


@pytest.mark.parametrize("words", SHORT, ids=[words.split(" ")[0] or "all" for words in SHORT])
def test_a_target_makes_what_it_needs(tmp_path, words):
    checkout = Checkout(tmp_path / "baton", ready=False)
    status, output = checkout.run("make", *words.split(), timeout=600, env=checkout.cached())
    assert status == 0 and re.search(SHORT[words], output, re.M), output[-3000:]


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    """For dry runs, which build nothing."""
    return Checkout(tmp_path_factory.mktemp("clean") / "baton", ready=False)


@pytest.mark.quick
@pytest.mark.parametrize("target", [part for parts in LONG.values() for part in parts])
def test_make_knows_what_a_long_target_needs(clean, target):
    status, output = clean.run("make", "-n", target)
    assert status == 0, output[-3000:]
    assert not (clean.top / "build" / "baton.elf").exists()


@pytest.mark.quick
def test_an_empty_object_is_made_again(checkout):
    for name in ("main.o", "end/traps.S.o"):
        (checkout.top / "build" / "obj" / "kernel" / name).write_bytes(b"")
    status, output = checkout.run("make", "all")
    assert status == 0 and "CC       kernel/main.c" in output, output


@pytest.mark.quick
def test_other_options_compile_all_again(checkout):
    """Otherwise a build would mix objects of both."""
    for options in ("", "OPTIMIZE=-O1"):
        status, output = checkout.run("make", *options.split(), "build/obj/boot/memmap.o")
        compiled = "CC       boot/memmap.c" in output
        assert status == 0 and compiled == bool(options), output


@pytest.mark.quick
@pytest.mark.parametrize("name", ["lib/crc32.o", "lib/crc32.S.o"])
def test_an_object_is_the_same_in_any_folder(tmp_path, name):
    """So that another folder's objects serve as well, and everyone can build the same kernel."""
    made = []
    for folder in ("one", "one more"):
        checkout = Checkout(tmp_path / folder, ready=False)
        (checkout.top / "lib" / "crc32.S").write_text(".text\nnop\n")
        status, output = checkout.run("make", f"build/obj/{name}")
        assert status == 0, output
        made.append((checkout.top / "build" / "obj" / name).read_bytes())
    assert made[0] == made[1] and b"crc32" in made[0]


@pytest.mark.quick
def test_no_target_is_forgotten():
    page = (TOP / "CONTRIBUTING.md").read_text()
    listed = re.findall(r"^    (?:\w+=\w+ )?make(?: ([a-z].*?))?  +\S|^    BATON_\w+=\d+ make (\S+)  ",
                        page, re.M)
    block = re.search(r"(?:^    .+\n)+", page, re.M)[0]     # each of its lines is a target's
    assert len(listed) == len(block.splitlines()), listed
    targets = {word for pair in listed for text in pair for word in text.split()
               if "=" not in word}
    tried = {word for words in [*SHORT, *LONG] for word in words.split() if "=" not in word}
    assert len(targets) >= 14 and targets <= tried, targets - tried


@pytest.mark.parametrize("words, said", [
    (["fuzz", "MINUTES=0"], 'MINUTES="0" is not a time'),
    (["fuzz-repro"], "which file?"),
])
def test_a_target_refuses_wrong_variables(words, said):
    output = subprocess.run(["make", *words, "FUZZ_TARGETS="], cwd=TOP, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
    assert said in output
