"""Grades an answer: makes every check, and keeps what it found."""
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import boots
import build
import host
import work
from catalogue import Finding

NOT_RUN = Finding("", "a result", "none: an earlier boot has ended badly")


@dataclass
class Graded:
    lab: object
    path: object
    broken: str             # why nothing could be checked: the compiler's words; "" if it could
    findings: dict          # {name of a check: Finding, or None if all is well}
    seconds: float

    def points(self, check):
        return check.points if not self.broken and self.findings[check.name] is None else 0

    @property
    def total(self):
        return sum(self.points(check) for check in self.lab.checks)


def grade(lab, folder, tell=lambda label, text: None):
    """tell(label, text): prints one step."""
    begin = time.monotonic()
    path, text = work.answer(lab, folder)
    tell("lab", f"{lab.name}: {lab.title}")
    tell("file", work.relative(path))
    with build.hold(lab, tell):
        begin = time.monotonic()
        try:
            built = build.build(lab, path, text)
        except build.BadAnswer as why:
            return Graded(lab, path, str(why), {}, time.monotonic() - begin)
        boots.hung.clear()
        with ThreadPoolExecutor() as pool:              # most of both is waiting for a process
            judged = pool.submit(host.judge, lab, built, path) if built.judge else None
            findings = dict(lab.live(built.elf))
            findings.update(judged.result() if judged else {})
    for check in lab.checks:
        findings.setdefault(check.name, NOT_RUN)
    return Graded(lab, path, "", findings, time.monotonic() - begin)
