"""The two tables, machines.txt and verbs.txt."""
import os
from dataclasses import dataclass

HERE = os.path.dirname(os.path.abspath(__file__))


@dataclass
class Machine:
    name: str
    distribution: str
    suite: str
    more: list
    components: list
    script: str
    keyring: str
    keys: str


@dataclass
class Verb:
    name: str
    users: list
    seconds: int
    least: int
    command: str


def rows(name, columns):
    with open(os.path.join(HERE, name)) as table:
        for line in table:
            if line.strip() and not line.startswith("#"):
                yield line.split(None, columns - 1)


def several(word):
    return [] if word == "-" else word.split("+")


def machines():
    return {name: Machine(name, distribution, suite, several(more), several(components),
                          "".join(several(script)), keyring, "".join(several(keys.strip())))
            for name, distribution, suite, more, components, script, keyring, keys
            in rows("machines.txt", 8)}


def verbs():
    return {name: Verb(name, several(users), 60 * int(minutes), 0 if least == "-" else int(least),
                       command.strip())
            for name, users, minutes, least, command in rows("verbs.txt", 5)}
