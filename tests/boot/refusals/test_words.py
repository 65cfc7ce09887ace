"""Command lines: how Baton reads its own, and what reaches the payload.

And payloads with older boot protocols, which get less information.
"""
import images
import payloads
import pytest
from machine import PASSED, Machine, run


class Words:
    def __init__(self, name, judge="low", baton="", payload="", space=" "):
        self.name, self.judge, self.baton, self.payload = f"words-{name}", judge, baton, payload
        self.space = space

    def run(self):
        module = f"{payloads.judge(self.judge)}{self.space}{self.payload}"
        return run(Machine(self.name, memory="24M", kernel=payloads.BATON, modules=(module,),
                           append=f"{self.baton} exitport=0xf4"))


def case(*arguments, **settings):
    job = Words(*arguments, **settings)
    return pytest.param(job, id=job.name.removeprefix("words-"))


def line(n):
    """n characters; any two that are exchanged can be noticed."""
    return "".join(f"{i:05d}-" for i in range(n // 6 + 1))[:n]


@pytest.mark.quick
@pytest.mark.parametrize("job", [
    case("none", space=""),
    case("one", payload="x"),
    case("quotes", payload='root=/dev/sda1 quote="a b"'),
    case("elf-longest", payload=line(4095)),
    case("bzimage-longest", judge="linux", payload=line(2047)),
    case("page", payload=line(4094)),
])
def test_the_payload_gets_its_words(job, outcome):
    payloads.assert_judged_well(outcome, job.payload)


class WordsInGrub:
    """Baton and a judge from a GRUB menu, with the command line as a user would write it."""

    def __init__(self, words):
        self.name, self.words = "words-grub", words

    def run(self):
        iso = images.baton_iso(payloads.BATON, "exitport=0xf4",
                               [(payloads.judge("low"), self.words)])
        return run(Machine(self.name, memory="24M", iso=iso))


@pytest.mark.parametrize("job", [WordsInGrub(r"""one 'two three' four\"five six\\seven it\'s""")])
def test_quoting_by_grub_is_undone(job, outcome):
    """GRUB joins its arguments with quotes around those with spaces, and backslashes."""
    payloads.assert_judged_well(outcome, r"""one "two three" four"five six\x5cseven it's""")


@pytest.mark.quick
@pytest.mark.parametrize("job", [case("unknown", baton="frobnicate  paging=pae  verbos")])
def test_unknown_words_are_named_and_ignored(job, outcome):
    payloads.assert_judged_well(outcome)
    assert [l.split()[1] for l in outcome.lines("^ignored ")] == ["frobnicate", "verbos"], \
        outcome.story()


@pytest.mark.quick
@pytest.mark.parametrize("job", [case("renamed", baton="check=on")])
def test_an_old_word_is_taken_and_reported(job, outcome):
    payloads.assert_judged_well(outcome)
    assert outcome.lines("^renamed +check=on on Baton's command line: .* verify= now"), \
        outcome.story()
    assert outcome.lines("^verify .* compared right before the entry"), outcome.story()


@pytest.mark.parametrize("job", [case("quiet")])
def test_verbose_lines_come_only_on_request(job, outcome):
    payloads.assert_judged_well(outcome)
    assert not outcome.lines("^  (map|table) "), outcome.story()


@pytest.mark.parametrize("job", [case("protocol-2.02", judge="linux202", payload="old")])
def test_an_old_protocol_is_obeyed(job, outcome):
    """No setup_data, so no record: the judge checks the rest."""
    assert outcome.status == PASSED, outcome.story()
    assert outcome.lines("^note record none"), outcome.story()
    assert not outcome.lines("FAIL"), outcome.story()
    assert outcome.lines("boot protocol 2.02"), outcome.story()
