"""From the journal of a recorder to the record of a program.

The journal is a sequence of tuples in marshal's format, as :class:`.recorder.Recorder` writes them; it ends anywhere
when the program was killed. Imports that were in progress then are in the record as failed.
"""

from __future__ import annotations

import marshal
import sys
from bisect import bisect_right
from dataclasses import replace

from .. import names
from ..spec import ModuleSpec
from .kind import kind_of
from .loaded import Owners
from .record import By, Cached, Ended, Import, Record, Thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping
    from typing import Any

__all__ = ["read"]

CUT_OFF = "the program ended while this was being imported"


class _Journal:
    """What the entries say, gathered in any order that they come in."""

    def __init__(self) -> None:
        self.begun: dict[int, tuple[Any, ...]] = {}
        self.ended: dict[int, tuple[Any, ...]] = {}
        self.circles: list[Import] = []
        self.handled: dict[int, bool] = {}
        self.cached: list[Cached] = []
        # The modules that were loaded, and the statements that did it.
        self.loaded: dict[str, set[By | None]] = {}
        self.names: dict[int, str] = {0: "MainThread"}
        self.threads: dict[int, tuple[int, int, int]] = {}
        self.end: tuple[int, str | None] | None = None
        self.path: list[str] | None = None
        self.last = 0

    def take(self, entry: tuple[Any, ...]) -> None:
        kind, *facts = entry
        if kind == "begin":
            number, parent, thread, module, by, started = facts
            self.begun[number] = (parent, thread, module, by, started)
            self.last = max(self.last, started)
        elif kind == "import":
            number, *rest = facts
            self.ended[number] = tuple(rest)
            if rest[0] == "loaded":
                module, by = self.begun[number][2:4]
                self.loaded.setdefault(module, set()).add(None if by is None else By(*by))
            self.last = max(self.last, self.begun[number][4] + rest[1])
        elif kind == "handled":
            numbers, handled = facts
            self.handled.update(dict.fromkeys(numbers, handled))
        elif kind == "cached":
            for file, first, table, statements in facts[0]:
                self._take_cached(file, _Lines(first, table), statements)
        elif kind == "name":
            self.names[facts[0]] = facts[1]
        elif kind == "thread":
            self.threads[facts[0]] = (facts[1], facts[2], facts[3])
        elif kind == "path":
            (self.path,) = facts
        elif kind == "end":
            self.end = (facts[0], facts[1])

    def _take_cached(self, file: str, lines: _Lines, statements: list[tuple[Any, ...]]) -> None:
        for offset, name, level, children, package, module, count, inside in statements:
            absolute = _absolute(name, level, package)
            by = By(module, file, lines.at(offset))
            wanted = [absolute, *(f"{absolute}.{child}" for child in children)]
            self._note_cached(wanted, by, count, inside)
            self._note_circle(wanted, by, inside)

    def _note_cached(self, wanted: list[str], by: By, count: int, inside: int | None) -> None:
        """Note what a statement found: its module, and what it names of that and is a submodule.

        With a *count* of 0 it found but a part of them, and loaded the others.
        """
        for number, module in enumerate(wanted):
            known = not number or module in self.loaded
            if known and (count or by not in self.loaded.get(module, ())):
                self.cached.append(Cached(module, by, count or 1, inside))

    def _note_circle(self, wanted: list[str], by: By, inside: int | None) -> None:
        """Note a statement that found one of the modules of whose execution it was part, in the import *inside*."""
        at = inside
        while at is not None:
            parent, thread, module, _, started = self.begun[at]
            if module in wanted and inside is not None:
                number = len(self.begun) + len(self.circles)
                self.circles.append(Import(number, inside, thread, module, by, "circular", started, 0, 0, {}))
                return
            at = parent


class _Lines:
    """The lines of a code object, from its first line and its line table."""

    def __init__(self, first: int, table: bytes) -> None:
        code = _nothing.__code__.replace(co_firstlineno=first, co_linetable=table)
        self._starts: list[int] = []
        self._lines: list[int] = []
        for start, _, line in code.co_lines():
            if line is not None:
                self._starts.append(start)
                self._lines.append(line)
        self._first = first

    def at(self, offset: int) -> int:
        """Return the line of the instruction at *offset*."""
        index = bisect_right(self._starts, offset) - 1
        return self._lines[index] if index >= 0 else self._first


def _nothing() -> None:
    """Lend its code object."""


def _absolute(name: str, level: int, package: str | None) -> str:
    """Return the name that a statement, which has succeeded, meant."""
    return names.resolve(name, package, level) if level and package else "." * level + name


def read(path: str | os.PathLike[str], status: int | None, facts: Mapping[str, Any]) -> Record:
    """Return the record that the journal *path* holds, of a program that ended with *status*.

    *facts* are the record's fields that no journal knows.
    """
    journal = _Journal()
    for entry in _entries(path):
        journal.take(entry)
    owners = Owners(sys.path if journal.path is None else journal.path)
    imports = [_import(journal, number, owners) for number in journal.begun]
    imports += journal.circles
    imports.sort(key=lambda one: one.started)
    imports = _finish(imports)
    end = None if journal.end is None else journal.end[1]
    return Record(
        **facts,
        ended=Ended(status, journal.end is not None, end),
        threads=tuple(_threads(journal, imports)),
        imports=tuple(imports),
        cached=tuple(journal.cached),
    )


def _entries(path: str | os.PathLike[str]) -> Iterator[tuple[Any, ...]]:
    with open(path, "rb") as file:
        while True:
            try:
                yield marshal.load(file)
            except (EOFError, ValueError, TypeError):
                return  # the end, or an entry that was cut short when the program was killed


def _import(journal: _Journal, number: int, owners: Owners) -> Import:
    parent, thread, module, by, started = journal.begun[number]
    begun = Import(number, parent, thread, module, None if by is None else By(*by), "failed", started, 0, 0, {})
    if number not in journal.ended:
        return replace(begun, total=journal.last - started, error=CUT_OFF)
    outcome, total, phases, gc, size, calls, searched, known = journal.ended[number]
    kind, distribution = _describe(module, known, owners) if outcome == "loaded" else (None, None)
    return replace(
        begun,
        outcome=outcome,
        total=total,
        self_time=sum(phases.values()),
        phases={phase: time for phase, time in phases.items() if time},
        gc=gc,
        error=known.get("error"),
        handled=journal.handled.get(number) if outcome == "failed" else None,
        kind=kind,
        distribution=distribution,
        **{key: known.get(key) for key in ("origin", "finder", "entry", "loader", "bytecode", "reason", "kept")},
        bytes=size,
        calls=calls,
        searched=tuple(searched),
    )


def _describe(module: str, known: Mapping[str, Any], owners: Owners) -> tuple[str, str | None]:
    """Return the kind of a loaded module and the distribution it belongs to."""
    origin = known.get("origin")
    kind = kind_of(ModuleSpec(module, None, origin=origin, is_package=known.get("package", False)))
    return kind, owners.of(origin) if origin and kind.startswith(("third party", "local")) else None


def _finish(imports: list[Import]) -> list[Import]:
    """Give the imports that were cut off the time that their inner imports leave."""
    inside: dict[int | None, int] = {}
    for one in imports:
        inside[one.parent] = inside.get(one.parent, 0) + one.total
    return [
        replace(one, self_time=one.total - inside.get(one.id, 0), phases={"execute": one.total - inside.get(one.id, 0)})
        if one.error == CUT_OFF
        else one
        for one in imports
    ]


def _threads(journal: _Journal, imports: list[Import]) -> Iterator[Thread]:
    """Yield the threads; of a program that was killed, as far as their last import shows."""
    for number, name in journal.names.items():
        if number in journal.threads:
            started, ended, own = journal.threads[number]
        else:
            theirs = [one for one in imports if one.thread == number and one.parent is None]
            started = 0 if number == 0 else min((one.started for one in theirs), default=0)
            ended = journal.last if number == 0 else max((one.ended for one in theirs), default=started)
            own = ended - started - sum(one.total for one in theirs)
        yield Thread(number, name or f"thread {number}", started, ended, own)
