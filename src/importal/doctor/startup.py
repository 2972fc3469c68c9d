"""Start files that execute code at every start, and what each line costs, measured."""

from __future__ import annotations

import marshal
import os
import tempfile
from pathlib import Path

from .commands import pip, remove
from .environment import run_quietly
from .finding import Check, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from .environment import Environment
    from .finding import Severity
    from .startfiles import Line, StartFile

    Measured: TypeAlias = tuple[float, list[str], str | None]

__all__ = ["check"]

#: Seconds from which on a line's cost is a warning: a bare start takes about this long.
SLOW = 0.010
_RUNS = 3


def check(environment: Environment, progress: Callable[[str], None]) -> Check:
    """Execute what a start executes, in its order, with a clock; the fastest of a few runs counts."""
    progress("start files")
    steps = [(file, line) for file in environment.start_files for line in file.lines]
    if environment.feature_version >= (3, 15):
        # PEP 829: all paths are added before the first line, all lines executed before the first entry point.
        steps.sort(key=lambda step: ("path", "line", "entry point").index(step[1].what))
    executed = [number for number, (_, line) in enumerate(steps) if line.what != "path"]
    findings = list(_unreadable(environment))
    own = ""
    if executed:
        measured = _measure(environment, steps)
        for number in executed:
            file, line = steps[number]
            if is_importals(file, line) and measured[number][2] is None:
                own = f"; {os.path.basename(file.path)} is importal's own ({_cost(measured[number])})"
            else:
                findings.append(_finding(environment, file, line, measured[number]))
    summary = f"{len(environment.start_files)} files, {len(executed)} lines that execute code{own}"
    return Check("start files", summary, tuple(findings))


def is_importals(file: StartFile, line: Line) -> bool:
    """Tell whether this is what ``importal enable`` has written."""
    return os.path.basename(file.path) == "importal.pth" and "import importal._start" in line.text


def _unreadable(environment: Environment) -> Iterator[Finding]:
    for file in environment.start_files:
        if file.error is not None:
            title = f"{file.path} is read at every start and cannot be: {file.error}"
            advice = "make it readable, or delete it"
            yield Finding("unreadable start file", "warning", title, advice, (remove([file.path]),), (file.path,))


def _measure(environment: Environment, steps: list[tuple[StartFile, Line]]) -> list[Measured]:
    """Return what each step took, loaded and raised: the run with the least time in all. Raises InterpreterError."""
    folders = [("path", folder, folder) for folder in environment.site_directories if os.path.isdir(folder)]
    plan = folders + [(line.what, file.folder, line.text) for file, line in steps if _counts(line)]
    program = str(Path(__file__).with_name("rehearsal.py"))
    runs = []
    with tempfile.TemporaryDirectory() as scratch:
        planned, out = os.path.join(scratch, "plan"), os.path.join(scratch, "out")
        Path(planned).write_bytes(marshal.dumps((environment.prefix, plan), 2))
        for _ in range(_RUNS):
            command = [environment.executable, "-P", "-S", program, planned, out]
            run_quietly(command, environment.folder, os.environ)
            runs.append(marshal.loads(Path(out).read_bytes())[len(folders) :])
    fastest = iter(min(runs, key=lambda run: sum(seconds for seconds, _, _ in run)))
    return [next(fastest) if _counts(line) else (0.0, [], None) for _, line in steps]


def _counts(line: Line) -> bool:
    """Tell whether site does anything for this line: folders that do not exist are passed over."""
    return line.what != "path" or os.path.exists(line.text)


def _cost(measured: Measured) -> str:
    seconds, modules, _ = measured
    return f"{seconds * 1000:.1f} ms, {len(modules)} module{'' if len(modules) == 1 else 's'}"


def _finding(environment: Environment, file: StartFile, line: Line, measured: Measured) -> Finding:
    seconds, modules, error = measured
    owner = environment.owner_of(file.path)
    facts = {"line": line.number, "code": line.text, "seconds": seconds, "modules": modules, "error": error}
    where = f"{file.path}, line {line.number}{f', of {owner}' if owner else ''}"
    command = pip(environment.executable, "uninstall", owner.name) if owner else remove([file.path])
    if error is not None:
        advice = (
            f"{'uninstall or upgrade' if owner else 'delete'} it: every start says so, and passes over the rest of it"
        )
        title = f"{where} fails at every start: {error}"
        return Finding("start code fails", "problem", title, advice, (command,), (file.path,), facts)
    title = f"{where} executes code at every start: {_cost(measured)}"
    advice = f"if you do not need it, {'uninstall its distribution' if owner else 'delete it'}"
    severity: Severity = "warning" if seconds >= SLOW else "note"
    return Finding("start code", severity, title, advice, (command,), (file.path,), facts)
