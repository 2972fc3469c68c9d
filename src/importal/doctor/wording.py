"""What is said of bytecode files, and what to do about each kind: one table."""

from __future__ import annotations

import os
from dataclasses import dataclass

from .. import locations
from ..words import counted
from .commands import clear_caches, clear_caches_of, compile_all, remove
from .finding import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .finding import Severity

__all__ = ["bytecode_finding", "foreign_finding"]

_FEW = 5  # files that a command names one by one


@dataclass(frozen=True, slots=True)
class _Kind:
    """``title`` may have ``{files}``, how many, and ``{where}``; ``remedy`` is compile, delete or make way."""

    kind: str
    severity: Severity
    title: str
    advice: str
    remedy: str


_KINDS = {
    "stale": _Kind(
        "stale bytecode",
        "note",
        "{files} below {where}: stale, the source has changed since",
        "the next import of each compiles it again; to do that now, compile",
        "compile",
    ),
    "refused": _Kind(
        "refused bytecode",
        "note",
        "{files} below {where}: refused, damaged or of another version, though named as this interpreter's own",
        "the next import of each compiles it again; to do that now, compile",
        "compile",
    ),
    "wrong": _Kind(
        "wrong bytecode",
        "problem",
        "{files} below {where}: of another source than the one beside it, and marked as not to be checked (PEP 552): "
        "the old code runs",
        "delete it; the next import compiles the source",
        "delete",
    ),
    "damaged": _Kind(
        "damaged bytecode",
        "problem",
        "{files} below {where}: damaged, a valid header and no code behind it; the import fails",
        "delete it; the next import compiles the source",
        "delete",
    ),
    "unreadable": _Kind(
        "unreadable bytecode",
        "warning",
        "{files} below {where}: unreadable, so that every start compiles",
        "delete it; the next import compiles the source",
        "delete",
    ),
    "orphaned": _Kind(
        "orphaned bytecode",
        "note",
        "{files} below {where}: orphaned, the source is gone and nothing imports them",
        "delete them, for the space",
        "delete",
    ),
    "unwritable": _Kind(
        "unwritable bytecode",
        "warning",
        "bytecode cannot be written for {files} below {where}: each start that uses one compiles it",
        "compile once, as somebody who may write there",
        "make way",
    ),
    "not written": _Kind(
        "bytecode not written",
        "note",
        "no bytecode for {files} below {where}, and the interpreter is told to write none (PYTHONDONTWRITEBYTECODE): "
        "each start that uses one compiles it",
        "compile once",
        "compile",
    ),
    "alone": _Kind(
        "bytecode without source",
        "warning",
        "{files} below {where}: without a source, and imported all the same",
        "delete it, unless it is all that you have of the module",
        "delete",
    ),
    "alone, foreign": _Kind(
        "foreign module",
        "problem",
        "{files} below {where}: of another interpreter, without a source; the import fails",
        "delete it, or install the module for this interpreter",
        "delete",
    ),
}


def bytecode_finding(what: str, files: list[str], where: str, executable: str) -> Finding:
    """Return the finding for *files* below the path entry *where*; *what* is how the scan calls them."""
    kind = _KINDS[what]
    noun = "module" if files[0].endswith(".py") else "bytecode file"
    title = kind.title.format(files=counted(len(files), noun), where=where)
    advice, commands = kind.advice, (compile_all(executable, where),)
    if kind.remedy == "delete":
        commands = (_delete(files, where),)
    elif kind.remedy == "make way":
        places = {os.path.join(os.path.dirname(file), locations.PYCACHE) for file in files}
        blocking = sorted(place for place in places if os.path.lexists(place) and not os.path.isdir(place))
        if blocking:
            advice, commands = "delete what stands where folders named __pycache__ belong", (remove(blocking),)
        elif os.name != "nt":
            commands = (f"sudo {commands[0]}",)
    return Finding(kind.kind, kind.severity, title, advice, commands, tuple(files))


def foreign_finding(tag: str, files: list[str], where: str) -> Finding:
    """Return the finding for bytecode files with the cache tag of an interpreter that has no use for them."""
    title = f"{counted(len(files), 'bytecode file')} of {tag} below {where}, which no interpreter here uses"
    advice = "delete them, for the space"
    return Finding(
        "foreign bytecode", "note", title, advice, (_delete(files, where, tag),), tuple(files), {"cache_tag": tag}
    )


def _delete(files: list[str], where: str, tag: str | None = None) -> str:
    """Return the command that deletes *files*; of many, all bytecode *where* they are, or all that has this *tag*."""
    if len(files) <= _FEW:
        return remove(files)
    return clear_caches(where) if tag is None else clear_caches_of(where, tag)
