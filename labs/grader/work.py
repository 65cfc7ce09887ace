"""A student's working folder: made once, never written over; and the result of the last check."""
import json
import os
from pathlib import Path

from catalogue import TOP, Refused
from hole import NoHole, skeleton

WORK = TOP / "labs-work"
HANDED_OUT = ("README.md", "design.md")
RESULT = "result.json"
SHEET = "answer.txt"
DUMP = "vmcore"
LARGEST = 1 << 20               # bytes of a student's file


def relative(path):
    """The path as the user would write it at the top of the checkout."""
    try:
        return str(Path(path).relative_to(TOP))
    except ValueError:
        return str(path)


def place(lab, given=None):
    """The lab's working folder: given, or where `start` put it."""
    if given:
        return Path(os.path.abspath(os.path.join(os.environ.get("LAB_START", "."), given)))
    note = WORK / f"{lab.name}.place"
    return Path(note.read_text().rstrip("\n")) if note.is_file() else WORK / lab.name


def start(lab, given=None):
    """Makes the folder; returns it."""
    folder = place(lab, given) if given else WORK / lab.name
    inside = TOP in folder.resolve().parents or folder.resolve() == TOP
    if inside and WORK not in folder.resolve().parents:
        raise Refused(f'the folder "{given}" is in Baton\'s source tree; name one outside, or leave '
                      f"-o out for {relative(WORK / lab.name)}")
    if os.path.lexists(folder):
        raise Refused(f'"{relative(folder)}" exists already, and is left alone; move it away, or name '
                      f"another folder: ./baton lab start {lab.name} -o DIR")
    try:
        fill(lab, folder)
        if given:
            WORK.mkdir(exist_ok=True)
            (WORK / f"{lab.name}.place").write_text(f"{folder}\n")
        else:
            (WORK / f"{lab.name}.place").unlink(missing_ok=True)
    except OSError as why:
        raise Refused(f'the folder "{relative(folder)}" cannot be made: {why.strerror}', 1) from None
    return folder


def fill(lab, folder):
    """Makes a new folder with the student's files."""
    texts = {}
    for part in lab.parts:
        try:
            texts[part.file] = skeleton(part.text, part.holes)
        except NoHole as why:
            raise Refused(f"the hole of lab {lab.name} cannot be made in {part.source}: {why}", 1) from None
    folder.mkdir(parents=True)
    for name, text in texts.items():
        (folder / name).write_text(text)
    for name in (*HANDED_OUT, *([SHEET] if lab.sheet else [])):
        (folder / name).write_text((lab.folder / name).read_text())


def answer(lab, folder):
    """The student's files: {Part: (path, text)}. CRLF becomes LF."""
    if not folder.is_dir():
        raise Refused(f'lab {lab.name} is not begun, there is no folder "{relative(folder)}"; '
                      f"begin with: ./baton lab start {lab.name}")
    return {part: read(lab, folder / part.file) for part in lab.parts}


def read(lab, path):
    """One file: (path, text)."""
    if not path.is_file():
        raise Refused(f'the file "{relative(path)}" is missing; ./baton lab start {lab.name} -o DIR '
                      "makes a new one in another folder")
    size = path.stat().st_size
    if size > LARGEST:
        raise Refused(f'"{relative(path)}" has {size} bytes; an answer has at most {LARGEST}')
    try:
        text = path.read_bytes().decode()
    except OSError as why:
        raise Refused(f'"{relative(path)}" cannot be read: {why.strerror}') from None
    except UnicodeDecodeError as why:
        raise Refused(f'"{relative(path)}" is not a text in UTF-8, at byte {why.start}') from None
    return path, text.replace("\r\n", "\n")


def sheet(lab, folder):
    """What answer.txt says: {word: text}, "" for a word that is not filled in. Nothing: the lab has none."""
    if not lab.sheet:
        return {}
    path, text = read(lab, folder / SHEET)
    found = dict.fromkeys(lab.sheet, "")
    for number, line in enumerate(text.split("\n"), 1):
        word, equals, value = (part.strip() for part in line.partition("#")[0].partition("="))
        if not word and not equals:
            continue
        if not equals or word not in found:
            raise Refused(f'"{relative(path)}", line {number}: "{line.strip()[:40]}" is not one of '
                          f"{', '.join(lab.sheet)}, with a = behind it")
        if found[word]:
            raise Refused(f'"{relative(path)}", line {number}: "{word}" is there twice')
        found[word] = value
    return found


def keep(folder, points, most):
    """Notes the result of a check, for the list. A folder that cannot be written has none."""
    try:
        (folder / RESULT).write_text(json.dumps({"points": points, "of": most}) + "\n")
    except OSError:
        pass


def state(lab):
    """"not begun", "begun", "40/100" or "done"."""
    folder = place(lab)
    if not folder.is_dir():
        return "not begun"
    try:
        result = json.loads((folder / RESULT).read_text())
        points, most = int(result["points"]), int(result["of"])
    except (OSError, ValueError, KeyError, TypeError):
        return "begun"
    return "done" if points == most else f"{points}/{most}"
