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
    paths: list             # of the student's files
    broken: str             # why nothing could be checked: the compiler's words; "" if it could
    findings: dict          # {name of a check: Finding, or None if all is well}
    seconds: float

    def points(self, check):
        return check.points if not self.broken and self.findings[check.name] is None else 0

    @property
    def total(self):
        return sum(self.points(check) for check in self.lab.checks)


def judged(lab, built, paths, sheet, trials):
    """Runs the judging program and the boots, two at a time. Of several findings the first counts."""
    boots.hung.clear()
    with ThreadPoolExecutor(2) as pool:
        parts = [pool.submit(host.judge, lab, built, paths)] if built.judge else []
        parts += [pool.submit(trial.run, sheet if trial.of_sheet else built.elf) for trial in trials]
        findings = {}
        for part in parts:
            for name, finding in part.result().items():
                findings[name] = findings.get(name) or finding
    return findings


def grade(lab, folder, tell=lambda label, text: None, trials=None):
    """tell(label, text): prints one step. trials: which are made, if not all of the lab's."""
    trials = lab.trials if trials is None else trials
    answer = work.answer(lab, folder)
    paths, sheet = [path for path, _ in answer.values()], work.sheet(lab, folder)
    tell("lab", f"{lab.name}: {lab.title}")
    tell("file" if len(paths) == 1 else "files", ", ".join(map(work.relative, paths)))
    if lab.sheet:
        tell("name", sheet[lab.sheet[0]])
    with build.hold(lab, tell):
        begin = time.monotonic()
        try:
            built = build.build(lab, answer, boots=bool(trials), graded=bool(trials))
        except build.BadAnswer as why:
            return Graded(lab, paths, str(why), {}, time.monotonic() - begin)
        findings = judged(lab, built, paths, sheet, trials)
    for check in lab.checks:
        findings.setdefault(check.name, NOT_RUN)
    return Graded(lab, paths, "", findings, time.monotonic() - begin)
