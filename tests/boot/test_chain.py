"""Chains of hand-offs: nothing may grow, or move, from link to link.

Baton starts Baton, which starts Baton, and so on, up to the number of modules. Each link is a
multiboot kernel that gets one module less. The last one starts a judge, or Linux, which must find the
machine as after one hand-off.

The relay (tests/payloads/relay) starts Baton again, with itself as the payload, so its chain has any
length: BATON_LINKS=1000 make test-boot ONLY=relay (two minutes).
"""
import os

import payloads
import pytest
from joblist import cases
from machine import BUILD, PASSED, Machine, run

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
