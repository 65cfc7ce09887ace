"""What `lab check` prints."""


def say(label, text):
    print(f"{label:<12}{text}", flush=True)


def wrong(finding, hint):
    if finding.case:
        say("", f"  case      {finding.case}")
    if finding.line:
        say("", f"  line      {finding.line}")
    say("", f"  expected  {finding.expected}")
    say("", f"  found     {finding.found}")
    say("", f"  read      {hint}")


def table(graded):
    """One line a check with its points; below a wrong one, what is wrong."""
    lab = graded.lab
    if graded.broken:
        say("not graded", "the file cannot be used as it is:")
        print()
        print("\n".join("    " + line for line in graded.broken.splitlines()))
        print()
    else:
        for check in lab.checks:
            finding = graded.findings[check.name]
            say(f"{graded.points(check):3} of {check.points:2}", check.title)
            if finding:
                wrong(finding, check.hint)
    say("total", f"{graded.total} of {lab.points} points, in {graded.seconds:.0f} s")


def line(name, graded):
    """One student, for `lab grade`."""
    lost = [check.name for check in graded.lab.checks if not graded.points(check)]
    why = "not graded: " + graded.broken.splitlines()[0] if graded.broken else \
        f"lost: {', '.join(lost)}" if lost else "all checks"
    print(f"{graded.total:3} of {graded.lab.points}  {name}  {why}", flush=True)
