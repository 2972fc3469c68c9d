"""Start files that execute code at every start, and what each line costs, measured."""

from __future__ import annotations

import os

from ..words import counted
from .commands import pip, remove
from .finding import Check, Finding
from .starting import Start

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .environment import Environment
    from .finding import Severity
    from .startfiles import Line, StartFile
    from .starting import Executed

__all__ = ["check"]

#: Seconds from which on a line's cost is a warning: a bare start takes about this long.
SLOW = 0.010
_RUNS = 3


def check(environment: Environment, progress: Callable[[str], None]) -> Check:
    """Execute what a start executes, in its order, with a clock; the fastest of a few runs counts."""
    progress("start files")
    findings = list(_unreadable(environment))
    own = ""
    start = Start(
        [environment.executable],
        environment.feature_version,
        environment.prefix,
        environment.site_directories,
        environment.start_files,
    )
    executed = start.rehearse(environment.folder, _RUNS)
    for one in executed:
        if is_importals(one.file, one.line) and one.error is None:
            own = f"; {os.path.basename(one.file.path)} is importal's own ({_cost(one)})"
        else:
            findings.append(_finding(environment, one))
    executing = counted(len(executed), "line that executes code", "lines that execute code")
    summary = f"{counted(len(environment.start_files), 'file')}, {executing}{own}"
    return Check("start files", summary, tuple(findings))


def is_importals(file: StartFile, line: Line) -> bool:
    """Tell whether this is what ``importal enable`` has written."""
    return os.path.basename(file.path) == "importal.pth" and "importal._start" in line.text


def _unreadable(environment: Environment) -> Iterator[Finding]:
    for file in environment.start_files:
        if file.error is not None:
            title = f"{file.path} is read at every start and cannot be: {file.error}"
            advice = "make it readable, or delete it"
            yield Finding("unreadable start file", "warning", title, advice, (remove([file.path]),), (file.path,))


def _cost(one: Executed) -> str:
    return f"{one.seconds * 1000:.1f} ms, {counted(len(one.modules), 'module')}"


def _finding(environment: Environment, one: Executed) -> Finding:
    file, line, error = one.file, one.line, one.error
    owner = environment.owner_of(file.path)
    facts = {
        "line": line.number,
        "code": line.text,
        "seconds": one.seconds,
        "modules": list(one.modules),
        "error": error,
    }
    where = f"{file.path}, line {line.number}{f', of {owner}' if owner else ''}"
    command = pip(environment.executable, "uninstall", owner.name) if owner else remove([file.path])
    if error is not None:
        advice = (
            f"{'uninstall or upgrade' if owner else 'delete'} it: every start says so, and passes over the rest of it"
        )
        title = f"{where} fails at every start: {error}"
        return Finding("start code fails", "problem", title, advice, (command,), (file.path,), facts)
    title = f"{where} executes code at every start: {_cost(one)}"
    advice = f"if you do not need it, {'uninstall its distribution' if owner else 'delete it'}"
    severity: Severity = "warning" if one.seconds >= SLOW else "note"
    return Finding("start code", severity, title, advice, (command,), (file.path,), facts)
