"""Chains of hand-offs: nothing may grow, or move, from link to link.

Baton starts Baton, which starts Baton, and so on, up to the number of modules. Each link is a
multiboot kernel that gets one module less. The last one starts a judge, or Linux, which must find the
machine as after one hand-off.

The relay (tests/payloads/relay) starts Baton again, with itself as the payload, so its chain has any
length: BATON_LINKS=1000 make test-boot ONLY=relay (two minutes).
"""
import os

import firstlinux
import images
import payloads
import pytest
from joblist import cases
from machine import BUILD, PASSED, POWERED_OFF, Machine, run

LINKS = 30          # 32 modules at most: the other Batons, the kernel, its initrd
RECORDED = r"^(test (record map|record tables|ram|map)|note map) "


class Chain:
    def __init__(self, payload, tables, cpu="max", memory="256M"):
        self.linux = payload.removeprefix("linux-") if payload.startswith("linux-") else ""
        self.name = f"chain-{payload}-{tables}"
        self.words = payloads.LINUX_WORDS if self.linux else "judged at the end of a chain"
        self.file, self.tables = payloads.path(payload), tables
        self.initrd = payloads.initrd("demo" if self.linux else "300K")
        self.settings = {"cpu": cpu, "memory": memory, "timeout": 240}

    def boot(self, links):
        baton = f"{payloads.BATON} paging={self.tables} exitport=0xf4"
        return run(Machine(f"{self.name}-{links}", kernel=payloads.BATON,
                           append=baton.split(" ", 1)[1],
                           modules=(*[baton] * (links - 1), f"{self.file} {self.words}",
                                    self.initrd), **self.settings))

    def run(self):
        result = self.boot(LINKS)
        result.data["one"] = self.boot(1)
        return result


@pytest.mark.parametrize("job", cases(
    "chain-", Chain("judge-low", "pae"), Chain("judge-low", "legacy"),
    Chain("linux-686-pae", "pae"), quick=("judge-low-pae",)))
def test_the_last_one_finds_what_the_first_one_finds(job, outcome):
    one = outcome.data["one"]
    for result in (one, outcome):
        if job.linux:
            payloads.assert_linux_well(result, job.words)
        else:
            payloads.assert_judged_well(result, job.words, job.initrd)
    # In every link the same memory, and the live tables in the same pages.
    for line in (r"^memory ", r"^tables +live: \w+, root 0x\w+, \d+ pages"):
        said = [each.partition(", checksum ")[0] for each in outcome.lines(line)]
        assert len(said) == LINKS and len(set(said)) == 1, outcome.story()
    found, usual = ([line.partition(" checksum ")[0] for line in result.lines(RECORDED)]
                    for result in (outcome, one))
    assert len(found) >= 6 and found == usual, outcome.story()


RELAY = os.path.join(BUILD, "tests", "payloads", "relay.elf")


class Relay:
    def __init__(self, links, words):
        self.links, self.words = int(os.environ.get("BATON_LINKS", links)), f"exitport=0xf4 {words}"
        self.name = f"chain-relay-{words.replace(' ', '-')}"

    def run(self):
        return run(Machine(self.name, cpu="max", memory="64M", kernel=payloads.BATON,
                           append=self.words, timeout=60 + self.links,
                           modules=(f"{RELAY} links={self.links:#x}",
                                    f"{payloads.BATON} {self.words}", RELAY)))


@pytest.mark.parametrize("job", cases("chain-", Relay(40, "paging=pae"),
                                      Relay(20, "paging=legacy place=all verify=on")))
def test_every_link_is_like_the_one_before(job, outcome):
    assert outcome.status == PASSED, outcome.story()
    assert outcome.lines("^relay: all links had the same memory information, "), outcome.story()
    for word in ("memory", "tables", "payload", "plan", "trampoline", "hand-off"):
        said = outcome.lines(f"^{word} ")
        # The first one was started by QEMU, which puts the modules elsewhere.
        assert len(said) == job.links + 1 and len(set(said[1:])) == 1, outcome.story()


class Last(Relay):
    """The same with a Linux at the end, once behind as few links as there can be."""

    def __init__(self, links, linux, words):
        super().__init__(links, words)
        self.linux, self.file = linux, images.blob(100000)
        self.name += f"-{linux}"

    def boot(self, links):
        kernel = f"{payloads.linux(self.linux)} console=ttyS0 quiet {payloads.IN_QEMU}"
        return run(Machine(f"{self.name}-{links}", cpu="pentium3", memory="64M", kernel=payloads.BATON,
                           append=self.words, timeout=120 + self.links,
                           modules=(f"{RELAY} links={links:#x}", f"{payloads.BATON} {self.words}",
                                    RELAY, kernel, firstlinux.last_initrd(self.file))))

    def run(self):
        result = self.boot(self.links)
        result.data["few"] = self.boot(0)
        return result


def last_said(outcome):
    """What the last Baton and Linux say; the time stamps' bytes are not to be the same."""
    lines = outcome.log[outcome.log.rindex("\nBaton "):].splitlines()
    return [" ".join(line.split()[:3]) if line.startswith(f"second node {firstlinux.NODES[1]}") else line
            for line in lines if not line.startswith("[")]


@pytest.mark.parametrize("job", cases("chain-", Last(20, "686", "paging=pae")))
def test_a_linux_at_the_end_finds_what_it_finds_behind_few(job, outcome):
    """boot_params, setup_data, memory map, command line, initrd: byte for byte."""
    few = outcome.data["few"]
    for result, links in ((outcome, job.links), (few, 0)):
        assert result.status == POWERED_OFF, result.story()
        assert len(result.lines("^Baton ")) == links + 2, result.story()
        assert result.lines("^relay: all links had the same memory information, "), result.story()
        assert len(result.lines("^second (boot_params|line|file) ")) == 3, result.story()
        assert len(result.lines("^second node ")) == len(firstlinux.NODES), result.story()
    assert last_said(outcome) == last_said(few), outcome.story() + few.story()
