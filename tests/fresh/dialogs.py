"""Input and output of the verbs that need a terminal.

A dialog is a list of steps: (an extended regular expression for the output; what to type then, or
None). After the last step the program must end by itself.
"""
import re
import time

PROMPT = "baton> "
GDB = r"\(gdb\) "
PATIENCE = 180              # seconds for an answer; the first one may take as long as the verb

DIALOGS = {
    "shell": [
        (PROMPT, "more off"),
        (PROMPT, "status"),
        (r"pages +[\d,]+ free", None),
        (PROMPT, "walk 0xc0100000"),
        (r"result +0xc0100000 is at 0x00100000", None),
        (PROMPT, "load"),
        (r"trampoline +0xc0[0-9a-f]+ and 0x", None),
        (PROMPT, "exec"),
        ("handed me this machine", None),
        ("This is a shell", None),
        ("# ", "uname -s"),
        (r"\nLinux\s", None),
        ("# ", "poweroff"),
        ("the machine was switched off", None),
    ],
    "debug": [
        ("in the old kernel's live tables", None),
        (GDB, "to-switch"),
        (GDB, "facts"),
        ("in the new tables, root 0x", None),
        (GDB, "quit"),
    ],
}


def have(steps, command, environment, log, seconds):
    """Runs the command on its own terminal, with all output in the log. Returns its exit status;
    None if an answer did not come in time."""
    import pexpect
    # A terminal without colours: else gdb writes colour codes into the expected text.
    child = pexpect.spawn(command[0], command[1:], env=environment | {"TERM": "dumb"},
                          dimensions=(25, 80))
    child.logfile_read = log
    try:
        for pattern, answer in [*steps, (pexpect.EOF, None)]:
            child.expect(pattern, timeout=seconds)
            seconds = min(seconds, PATIENCE)
            if answer is not None:
                child.send(answer + "\r")
    except pexpect.TIMEOUT:
        return None
    except pexpect.EOF:             # too early; the log shows the completed steps
        pass
    else:
        # The terminal closes a moment before the program ends.
        while child.isalive() and seconds > 0:
            time.sleep(0.1)
            seconds -= 0.1
    finally:
        child.close(force=True)     # a system ends with its first process, see enter
    return child.exitstatus if child.signalstatus is None else -child.signalstatus


def seen(verb, text):
    """The first step of the dialog that is missing in the log, or None; the order counts."""
    at = 0
    for pattern, _ in DIALOGS[verb]:
        found = re.compile(pattern).search(text, at)
        if not found:
            return pattern
        at = found.end()
    return None
