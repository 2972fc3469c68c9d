"""``importal check``: a program's imports held to a budget, for continuous integration."""

from __future__ import annotations

import platform
import sys
from dataclasses import asdict, dataclass

from ..observe.budget import Baseline, Limits, judge, wrote_bytecode
from ..tool_errors import BaselineError
from ..words import counted
from .question import Answer, Question, milliseconds, open_output, print_answer, tell_of_a_cut
from .supervise import exit_status
from .trace import record_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from typing import Any

    from ..observe.budget import Change, Verdict
    from ..observe.record import Record
    from .question import Line

__all__ = ["RUNS", "Checked", "check", "main"]

#: How many runs the median time is of.
RUNS = 5


def main(arguments: list[str]) -> int:
    """Hold a program's imports to a budget. Returns 0 within, 1 exceeded, 2 wrong use; first the program's own."""
    question = _question()
    options = question.parse(arguments)
    if not options.target:
        question.parser.error("name the program that is to be checked")
    if options.target == ["-"]:
        question.parser.error("a program may have to run more than once, and standard input is read once: save it")
    if options.update and options.baseline is None:
        question.parser.error("--update needs --baseline FILE, which it writes")
    limits = Limits(options.modules, options.file_calls, options.bytes, options.time, tuple(options.forbid))
    baseline = None
    if options.baseline is not None and not options.update:
        try:
            baseline = Baseline.load(options.baseline)
        except (OSError, BaselineError) as error:
            missing = isinstance(error, OSError) and f"{options.baseline}: {error.strerror}; write one with --update"
            print(f"importal check: {missing or error}", file=sys.stderr)
            return 2
    stream = open_output(question, options, sys.stderr)
    checked = check(options.target, limits, baseline, options.optimize)
    if checked.verdict is None:
        tell_of_a_cut(question, checked.status, checked.record)
        status = exit_status(checked.status)
        print(f"importal check: not judged: the program ended with status {status}", file=sys.stderr)
        return status
    if options.update and not _write(checked, options):
        return 2
    verdict = checked.verdict
    document = {"target": options.target, "limits": asdict(limits), **verdict.to_json()}
    print_answer(Answer(document, list(_lines(verdict, baseline))), options, stream)
    return 1 if verdict.violations else 0


def _question() -> Question:
    question = Question(
        "check",
        "Hold the imports of a program to a budget. Counts are exact; a run that writes bytecode is followed by one "
        f"that counts, and with --max-time there are {RUNS}: only the first one's output is shown.",
        "exit status: 0 within the budget, 1 exceeded, 2 wrong use; a program that fails is not judged, and its exit "
        "status is the command's",
    )
    number: dict[str, Any] = {"metavar": "N", "type": int}
    question.add("--max-modules", dest="modules", help="how many modules may be loaded", **number)
    question.add("--max-file-calls", dest="file_calls", help="how many calls may go to the file system", **number)
    question.add("--max-bytes", dest="bytes", help="how many bytes may be read", **number)
    question.add("--max-time", dest="time", metavar="MS", type=float, help="how long it may take, milliseconds")
    question.add(
        "--forbid",
        metavar="PATTERN",
        action="append",
        default=[],
        help="no module that matches, nor one below it; may be repeated",
    )
    question.add("--baseline", metavar="FILE", help="no module that is not in FILE; show what has changed")
    question.add("--update", action="store_true", help="write the present imports to FILE, as the new baseline")
    return question


@dataclass(frozen=True)
class Checked:
    """A program's exit ``status`` (negative: killed by that signal), its last ``record``, and the ``verdict``.

    There is none for a program that failed.
    """

    status: int
    record: Record
    verdict: Verdict | None


def check(target: list[str], limits: Limits, baseline: Baseline | None = None, optimize: str = "") -> Checked:
    """Run *target* as often as need be, in processes of its own, and judge its imports.

    A run that writes bytecode is not judged: the next one is. Time is judged over `RUNS` runs.
    """
    records: list[Record] = []
    wanted = 1 if limits.time is None else RUNS
    shown = True
    while len(records) < wanted:
        status, record = record_of(target, optimize, quiet=not shown)
        if status:
            return Checked(status, record, None)
        if not (shown and wrote_bytecode(record)):
            records.append(record)
        shown = False
    return Checked(0, records[-1], judge(records, limits, baseline))


def _write(checked: Checked, options: argparse.Namespace) -> bool:
    assert checked.verdict is not None
    baseline = Baseline(tuple(options.target), platform.python_version(), checked.verdict.usage)
    try:
        baseline.dump(options.baseline)
    except OSError as error:
        print(f"importal check: {options.baseline}: {error.strerror}; name another file", file=sys.stderr)
        return False
    return True


def _lines(verdict: Verdict, baseline: Baseline | None) -> Iterator[Line]:
    usage = verdict.usage
    counts = ", ".join(
        counted(number, thing)
        for number, thing in (
            (len(usage.modules), "module"),
            (usage.file_calls, "file-system call"),
            (usage.bytes, "byte"),
        )
    )
    of = f" (median of {verdict.runs} runs)" if verdict.runs > 1 else ""
    yield f"{counts}, {milliseconds(usage.time)}{of}", "bold"
    for name, values in verdict.varied.items():
        yield f"{name} were not the same in all runs: {', '.join(map(str, values))}; the highest is judged", "yellow"
    for violation in verdict.violations:
        yield f"over budget: {violation.text}", "red"
    if baseline is not None:
        here = platform.python_version()
        if baseline.python.split(".")[:2] != here.split(".")[:2]:
            yield f"the baseline is of Python {baseline.python}, and this is {here}", "yellow"
        yield from _changed(verdict, baseline)
    if not verdict.violations:
        yield "within the budget", "green"


def _changed(verdict: Verdict, baseline: Baseline) -> Iterator[Line]:
    before, after = baseline.usage.counts, verdict.usage.counts
    differences = [f"{name.replace('_', ' ')} {after[name] - before[name]:+,}" for name in before]
    yield f"against the baseline: {', '.join(differences)}", "cyan"
    for change in verdict.changes:
        yield f"  {_in_words(change)}", ""


def _in_words(change: Change) -> str:
    before, after = change.before, change.after
    if before is None:
        return f"new: {change.module}, by {after}"
    if after is None:
        return f"gone: {change.module}, which was brought in by {before}"
    amounts = {"bytes": (before.bytes, after.bytes), "calls": (before.calls, after.calls)}
    changed = [f"{old:,} -> {new:,} {what}" for what, (old, new) in amounts.items() if old != new]
    return f"changed: {change.module}, {', '.join(changed)}, by {after}"
