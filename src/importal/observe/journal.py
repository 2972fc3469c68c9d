"""From the journal of a recorder to the record of a program.

The journal is a sequence of entries (:mod:`.entries`), which ends anywhere when the program was killed. Imports that
were in progress then are in the record as failed.
"""

from __future__ import annotations

import sys
from bisect import bisect_right
from dataclasses import replace

from .. import names
from ..sources.places import without_secrets
from ..spec import ModuleSpec
from .entries import BEGIN, CACHED, CLOCK, CODES, END, HANDLED, IMPORT, NAME, PATH, TEXT, THREAD, read_entries
from .kind import kind_of
from .loaded import Owners
from .record import PHASES, By, Cached, Ended, Import, Record, Thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any

__all__ = ["read"]

CUT_OFF = "the program ended while this was being imported"


class _Journal:
    """What the entries say, gathered in any order that they come in."""

    def __init__(self) -> None:
        self.clock = 0.0
        self.texts: dict[int, str] = {}
        self.codes: dict[int, _Code] = {}
        # Of each import that was begun: parent, thread, module, who asked, when.
        self.begun: dict[int, tuple[int | None, int, str, By | None, int]] = {}
        self.ended: dict[int, tuple[Any, ...]] = {}
        self.circles: list[Import] = []
        self.handled: dict[int, bool] = {}
        self.cached: list[Cached] = []
        # The modules that were loaded, and the statements that did it.
        self.loaded: dict[str, set[By | None]] = {}
        self.names: dict[int, str] = {0: "MainThread"}
        self.threads: dict[int, tuple[int, int]] = {}
        self.end: tuple[int, str | None] | None = None
        self.path: list[str] | None = None
        # The moment of the last entry, and the greatest number of an import.
        self.last = 0
        self.latest = -1
        self._takers: dict[int, Callable[..., None]] = {
            CLOCK: self._take_clock,
            TEXT: self._take_text,
            CODES: self._take_codes,
            BEGIN: self._take_begin,
            IMPORT: self._take_import,
            HANDLED: self._take_handled,
            NAME: self._take_name,
            THREAD: self._take_thread,
            CACHED: self._take_found,
            PATH: self._take_path,
            END: self._take_end,
        }

    def moment(self, seconds: float) -> int:
        """Return a moment in nanoseconds from the beginning."""
        return round((seconds - self.clock) * 1e9)

    def take(self, kind: int, *facts: Any) -> None:
        """Take one entry."""
        self._takers[kind](*facts)

    def _take_clock(self, moment: float) -> None:
        self.clock = moment

    def _take_text(self, number: int, text: str) -> None:
        self.texts[number] = text

    def _take_codes(self, codes: dict[int, tuple[Any, ...]]) -> None:
        self.codes.update((number, _Code(*code)) for number, code in codes.items())

    def _take_begin(
        self, number: int, parent: int | None, thread: int, module: str, code: int | None, offset: int, moment: float
    ) -> None:
        by = None if code is None else self.codes[code].by(offset)
        started = self.moment(moment)
        self.begun[number] = (parent, thread, module, by, started)
        self.latest = max(self.latest, number)
        self.last = max(self.last, started)

    def _take_import(self, number: int, outcome: int, moment: float, *rest: Any) -> None:
        ended = self.moment(moment)
        _, _, module, by, started = self.begun[number]
        self.ended[number] = (self.texts[outcome], ended - started, *rest)
        if self.texts[outcome] == "loaded":
            self.loaded.setdefault(module, set()).add(by)
        self.last = max(self.last, ended)

    def _take_handled(self, numbers: list[int], handled: bool) -> None:
        self.handled.update(dict.fromkeys(numbers, handled))

    def _take_name(self, thread: int, name: str) -> None:
        self.names[thread] = name

    def _take_thread(self, thread: int, started: float, ended: float) -> None:
        self.threads[thread] = (self.moment(started), self.moment(ended))

    def _take_path(self, path: list[str]) -> None:
        self.path = path

    def _take_end(self, moment: float, error: str | None) -> None:
        self.end = (self.moment(moment), error)

    def _take_found(self, codes: list[tuple[int, dict[int, list[Any]]]]) -> None:
        for code, found in codes:
            if code in self.codes:
                self._take_cached(self.codes[code], found)

    def _take_cached(self, code: _Code, found: dict[int, list[Any]]) -> None:
        for offset, (times, name, level, fromlist, inside, moment) in found.items():
            absolute = _absolute(str(name), level, code.package)
            children = fromlist if isinstance(fromlist, tuple | list) else ()
            wanted = [absolute, *(f"{absolute}.{child}" for child in children if type(child) is str)]
            by = code.by(offset)
            self._note_cached(wanted, by, times, inside)
            self._note_circle(wanted, by, inside, self.moment(moment))

    def _note_cached(self, wanted: list[str], by: By, count: int, inside: int | None) -> None:
        """Note what a statement found: its module, and what it names of that and is a submodule.

        With a *count* of 0 it found but a part of them, and loaded the others.
        """
        for number, module in enumerate(wanted):
            known = not number or module in self.loaded
            if known and (count or by not in self.loaded.get(module, ())):
                self.cached.append(Cached(module, by, count or 1, inside))

    def _note_circle(self, wanted: list[str], by: By, inside: int | None, started: int) -> None:
        """Note a statement that found one of the modules of whose execution it was part, in the import *inside*."""
        at = inside
        while at is not None:
            parent, thread, module, _, _ = self.begun[at]
            if module in wanted:
                number = self.latest + 1 + len(self.circles)
                self.circles.append(Import(number, inside, thread, module, by, "circular", started, 0, 0, {}))
                return
            at = parent


class _Code:
    """A code object with import statements: where it stands, and the lines of it, from its first and its line table."""

    def __init__(self, file: str, first: int, table: bytes, module: str, package: object) -> None:
        self.package = package if package is None else str(package)
        self._file = file
        self._module = module
        self._first = first
        self._table = table
        self._starts: list[int] = []
        self._lines: list[int] = []
        self._by: dict[int, By] = {}

    def by(self, offset: int) -> By:
        """Return who asks by the instruction at *offset*."""
        by = self._by.get(offset)
        if by is None:
            by = self._by[offset] = By(self._module, self._file, self._line(offset))
        return by

    def _line(self, offset: int) -> int:
        if not self._starts:
            code = _nothing.__code__.replace(co_firstlineno=self._first, co_linetable=self._table)
            for start, _, line in code.co_lines():
                if line is not None:
                    self._starts.append(start)
                    self._lines.append(line)
        index = bisect_right(self._starts, offset) - 1
        return self._lines[index] if index >= 0 else self._first


def _nothing() -> None:
    """Lend its code object."""


def _absolute(name: str, level: int, package: str | None) -> str:
    """Return the name that a statement, which has succeeded, meant."""
    try:
        return names.resolve(name, package, level) if level and package else "." * level + name
    except ImportError:
        return "." * level + name  # its code was executed in the place of several modules: the package is another one's


def read(path: str | os.PathLike[str], status: int | None, facts: Mapping[str, Any]) -> Record:
    """Return the record that the journal *path* holds, of a program that ended with *status*.

    *facts* are the record's fields that no journal knows.
    """
    journal = _Journal()
    with open(path, "rb") as file:
        for entry in read_entries(file.read()):
            journal.take(*entry)
    owners = Owners(sys.path if journal.path is None else journal.path)
    inside = _inside(journal)
    imports = [_import(journal, number, owners, inside.get(number, ())) for number in journal.begun]
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


def _inside(journal: _Journal) -> dict[int | None, list[tuple[int, int]]]:
    """Return when those imports began that were part of others, and how long they took, by the number of the other."""
    inside: dict[int | None, list[tuple[int, int]]] = {}
    for number, (parent, _, _, _, started) in journal.begun.items():
        total = journal.ended[number][1] if number in journal.ended else journal.last - started
        inside.setdefault(parent, []).append((started, total))
    return inside


def _phases(phases: list[int], begins: list[int], end: int, inside: Sequence[tuple[int, int]]) -> list[int]:
    """Return how long an import, which ended at *end*, was in each phase, less the time of those *inside* it.

    *phases* began at the moments *begins*, and each of those *inside* in one of them.
    """
    times = [0] * len(PHASES)
    for phase, begin, after in zip(phases, begins, [*begins[1:], end], strict=True):
        times[phase] += after - begin
    for begin, took in inside:
        times[phases[bisect_right(begins, begin) - 1]] -= took
    return times


def _import(journal: _Journal, number: int, owners: Owners, inside: Sequence[tuple[int, int]]) -> Import:
    parent, thread, module, by, started = journal.begun[number]
    if number not in journal.ended:
        total = journal.last - started
        return Import(number, parent, thread, module, by, "failed", started, total, 0, {}, error=CUT_OFF)
    (
        outcome, total, marks, gc, size, stats, lists, opens, searched, entry, found, bytecode, kept, error,
    ) = journal.ended[number]  # fmt: skip
    phases = _phases(marks[::2], list(map(journal.moment, marks[1::2])), started + total, inside)
    text = journal.texts.get
    finder, loader, origin, is_package = found or (0, 0, None, False)
    kind, distribution = _describe(module, origin, is_package, owners) if outcome == "loaded" else (None, None)
    calls = {"stat": stats, "list": lists, "open": opens}
    state, reason = bytecode or (0, 0)
    # A path entry may be a URL with a password: that is no part of the record.
    searched = [without_secrets(text(entry, "")) for entry in searched]
    return Import(
        number,
        parent,
        thread,
        module,
        by,
        outcome,
        started,
        total,
        sum(phases),
        {phase: time for phase, time in zip(PHASES, phases, strict=True) if time},
        gc=round(gc * 1e9),
        error=error,
        handled=journal.handled.get(number) if outcome == "failed" else None,
        kind=kind,
        distribution=distribution,
        origin=origin,
        finder=text(finder),
        entry=None if entry is None else searched[entry],
        loader=text(loader),
        bytecode=text(state),
        reason=text(reason),
        kept=kept,
        bytes=size,
        calls={sort: count for sort, count in calls.items() if count},
        searched=tuple(searched),
    )


def _describe(module: str, origin: str | None, is_package: bool, owners: Owners) -> tuple[str, str | None]:
    """Return the kind of a loaded module and the distribution it belongs to."""
    kind = kind_of(ModuleSpec(module, None, origin=origin, is_package=is_package))
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
        theirs = [one for one in imports if one.thread == number and one.parent is None]
        if number in journal.threads:
            started, ended = journal.threads[number]
            # What it was still importing at the end goes as far as anything that is known.
            ended = max([ended, *(one.ended for one in theirs)])
        else:
            started = 0 if number == 0 else min((one.started for one in theirs), default=0)
            ended = journal.last if number == 0 else max((one.ended for one in theirs), default=started)
        own = ended - started - sum(one.total for one in theirs)
        yield Thread(number, name or f"thread {number}", started, ended, own)
