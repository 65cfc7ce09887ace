"""A result as a file: for Gradescope (results.json), or as JUnit XML."""
import json
import os
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from catalogue import Refused


def target(given):
    """Where to write: checked before the work begins."""
    path = Path(os.path.abspath(os.path.join(os.environ.get("LAB_START", "."), given)))
    if path.is_dir() or not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise Refused(f'the result "{given}" cannot be written there; name a file in a folder of yours')
    return path


def text(graded, check):
    """What a student reads about one check."""
    if graded.broken:
        return graded.broken
    finding = graded.findings[check.name]
    if finding is None:
        return ""
    parts = [("case", finding.case), ("line", finding.line), ("expected", finding.expected),
             ("found", finding.found), ("read", check.hint)]
    return "\n".join(f"{name}: {value}" for name, value in parts if value)


def gradescope(graded, path):
    tests = [{"name": check.title, "score": graded.points(check), "max_score": check.points,
              "output": text(graded, check), "visibility": "visible"}
             for check in graded.lab.checks]
    path.write_text(json.dumps({"score": graded.total, "execution_time": round(graded.seconds),
                                "visibility": "visible", "tests": tests}, indent=2) + "\n")


def junit(graded, path):
    failed = [c for c in graded.lab.checks if graded.points(c) < c.points]
    suite = ElementTree.Element("testsuite", name=f"lab {graded.lab.name}",
                                tests=str(len(graded.lab.checks)), failures=str(len(failed)),
                                errors="0", skipped="0", time=f"{graded.seconds:.0f}")
    for check in graded.lab.checks:
        case = ElementTree.SubElement(suite, "testcase", name=check.title,
                                      classname=graded.lab.name)
        if check in failed:
            said = text(graded, check)
            failure = ElementTree.SubElement(case, "failure", message=f"0 of {check.points} points")
            failure.text = "".join(c for c in said if c >= " " or c == "\n")
    ElementTree.ElementTree(suite).write(path, encoding="unicode", xml_declaration=True)


WRITERS = {"--json": gradescope, "--junit": junit}
