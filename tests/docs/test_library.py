"""libbaton.a as an OS developer gets it: its names, what it needs, and what is installed."""
import os
import re
import subprocess
from pathlib import Path

import pytest
import stack

TOP = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("BATON_BUILD", TOP / "build")).resolve()
HEADER = TOP / "include" / "baton.h"
HEADERS = [HEADER, *sorted((TOP / "include" / "baton").glob("*.h"))]
FUNCTIONS = 16              # that the header declares; a pattern must not see fewer
OBJECTS = {"baton_digest_page", "baton_formats", "baton_trampoline_page"}    # arrays; not functions
NO_STACK = {"baton_handoff", "baton_call", "baton_vault_take"}  # they leave the host's stack
WITHOUT_HEADER = {"baton_trampoline"}                       # the page's first instruction
NEEDED = {"memcpy", "memset", "memcmp"}                     # what a compiler calls by itself [GCC]


def said(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd=TOP).stdout


def declared():
    """The functions of baton.h that are no inline ones."""
    text = re.sub(r"/\*.*?\*/", "", "".join(h.read_text() for h in HEADERS), flags=re.S)
    text = re.sub(r"static inline[^{]*\{.*?^\}", "", text, flags=re.S | re.M)
    return set(re.findall(r"^(?!#)[a-z].*?\b(baton_\w+)\(", text, re.M))


def compiler_of_the_build():
    return said("make", "--no-print-directory", "-s", "print-compiler").strip()


def symbols(*options):
    lines = [line.split() for line in said("nm", *options, str(BUILD / "libbaton.a")).splitlines()]
    return {fields[-1] for fields in lines if len(fields) in (2, 3)}


def test_only_what_the_header_declares_is_global():
    functions = declared()
    assert len(functions) >= FUNCTIONS
    assert symbols("--extern-only", "--defined-only") == functions | OBJECTS | WITHOUT_HEADER


def compiles(folder, compiler, *options, header="baton.h", suffix="c"):
    source = folder / f"host.{suffix}"
    source.write_text(f'#include "{header}"\n')
    return subprocess.run([*compiler.split(), "-fsyntax-only", "-Iinclude", *options, str(source)],
                          cwd=TOP, capture_output=True, text=True)


STRICT = ("-pedantic", "-Wall", "-Wextra", "-Werror")


@pytest.mark.parametrize("header", ["baton.h", "baton/record.h", "baton/elfcore.h",
                                    "baton/crash.h"])
@pytest.mark.parametrize("compiler, standard, suffix", [
    ("cc32", "c99", "c"), ("cc32", "c17", "c"), ("g++", "c++11", "cc"), ("g++", "c++20", "cc")])
def test_each_header_is_clean_alone(tmp_path, header, compiler, standard, suffix):
    compiler = compiler_of_the_build() if compiler == "cc32" else compiler
    done = compiles(tmp_path, compiler, f"-std={standard}", *STRICT, header=header, suffix=suffix)
    assert not done.returncode, done.stderr


def test_another_layout_of_the_structs_is_noticed(tmp_path):
    compiler = compiler_of_the_build() + " -m32"
    assert not compiles(tmp_path, compiler).returncode
    assert not compiles(tmp_path, compiler, "-fshort-enums").returncode     # it changes none of them
    assert "_layout" in compiles(tmp_path, compiler, "-malign-double").stderr


def test_it_needs_nothing_but_what_compilers_call():
    assert symbols("--undefined-only") <= NEEDED


def test_no_function_needs_more_stack_than_the_header_says():
    said("make", "--no-print-directory", "-j2", f"BUILD={os.path.relpath(BUILD, TOP)}", "callgraph")
    calls = stack.Calls(BUILD / "callgraph")
    most = int(re.search(r"^#define BATON_STACK (\d+) ", HEADER.read_text(), re.M)[1])
    functions = declared() - NO_STACK
    assert len(functions) >= FUNCTIONS - len(NO_STACK) and functions <= set(calls.bytes)
    depths = {name: calls.depth(name) for name in functions}
    deepest = max(depths.values())
    print(f"the deepest path: {deepest[0]} bytes: {' -> '.join(deepest[1])}")
    assert 500 < deepest[0] <= most, deepest


@pytest.fixture
def installed(tmp_path):
    said("make", "--no-print-directory", f"BUILD={os.path.relpath(BUILD, TOP)}", "install-library",
         f"DESTDIR={tmp_path}", "PREFIX=/opt/kernel")
    return tmp_path


def test_what_is_installed(installed):
    files = {str(p.relative_to(installed)) for p in installed.rglob("*") if p.is_file()}
    top = "opt/kernel"
    assert files == {f"{top}/include/baton.h", f"{top}/include/baton/crash.h",
                     f"{top}/include/baton/elfcore.h",
                     f"{top}/include/baton/record.h", f"{top}/lib/libbaton.a",
                     f"{top}/lib/pkgconfig/baton.pc"}
    about = dict(re.findall(r"^([\w]+)[:=] *(.*)$",
                            (installed / top / "lib/pkgconfig/baton.pc").read_text(), re.M))
    version = re.search(r'BATON_VERSION "(.*)"', HEADER.read_text())[1]
    assert about["prefix"] == "/opt/kernel" and about["Version"] == version
    assert about["Cflags"] == "-I${prefix}/include"
    assert about["libdir"] == "/opt/kernel/lib" and about["Libs"] == "-L${libdir} -lbaton"
