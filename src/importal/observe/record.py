"""The record of a program's imports: what ``importal trace`` writes, and everything else reads.

A JSON document, described by ``record.schema.json`` beside this file. All times are in nanoseconds; ``started`` and
``ended`` count from the beginning of the recording. In each thread the ``own`` time of its code and the ``self`` times
of its imports add up to ``ended - started``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache, cached_property

from ..tool_errors import RecordError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

__all__ = ["PHASES", "VERSION", "By", "Cached", "Ended", "Import", "Record", "Startup", "Thread"]

FORMAT = "importal record"
VERSION = 1

#: Where the time of an import goes, in the order in which it passes.
PHASES = ("other", "wait", "find", "create", "read", "validate", "unmarshal", "compile", "write", "execute")


@dataclass(frozen=True, slots=True)
class By:
    """Who asked: the ``file`` and ``line`` of the statement or call, and the ``module`` in which it stands."""

    module: str
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Import:
    """One import that did not find its module in the table.

    ``parent`` is the ``id`` of the import in whose course it was asked for, in the same ``thread``. ``outcome`` is
    "loaded", "found" (something else had loaded it by the time it was looked for again), "failed", or "circular" (the
    module was in the table, and its execution had led to this statement; it took no time). Of a failure, ``handled``
    says whether the program went on. ``self_time`` and ``phases`` are without the imports inside; ``gc`` is the part
    of them that went into garbage collection. ``calls`` counts file-system calls ("stat", "list", "open") and ``bytes``
    what was read. ``searched`` are the path entries that were asked, in order.
    """

    id: int
    parent: int | None
    thread: int
    module: str
    by: By | None
    outcome: str
    started: int
    total: int
    self_time: int
    phases: Mapping[str, int]
    gc: int = 0
    error: str | None = None
    handled: bool | None = None
    kind: str | None = None
    distribution: str | None = None
    origin: str | None = None
    finder: str | None = None
    entry: str | None = None
    loader: str | None = None
    bytecode: str | None = None
    reason: str | None = None
    kept: str | None = None
    bytes: int = 0
    calls: Mapping[str, int] = field(default_factory=dict)
    searched: tuple[str, ...] = ()

    @property
    def ended(self) -> int:
        """When it ended."""
        return self.started + self.total


@dataclass(frozen=True, slots=True)
class Cached:
    """A statement or call that found its module in the table, ``count`` times.

    ``parent`` is the ``id`` of the import in whose course it did so first, if that is known.
    """

    module: str
    by: By
    count: int
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class Thread:
    """One thread, from its first import (the main thread: from the beginning) to its last (the end)."""

    thread: int
    name: str
    started: int
    ended: int
    own: int


@dataclass(frozen=True, slots=True)
class Ended:
    """How the program ended: its exit ``status`` (negative: killed by that signal); ``complete``: with a last word."""

    status: int | None
    complete: bool
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Startup:
    """What one line of a start-up file (``.pth``, ``.start``, ``sitecustomize``) cost before the program began."""

    file: str
    line: int | None
    text: str
    time: int
    modules: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True)
class Record:
    """A whole record. ``python`` and ``target`` are plain facts about the interpreter and the command line."""

    importal: str
    python: Mapping[str, str]
    target: tuple[str, ...]
    date: str
    ended: Ended
    threads: tuple[Thread, ...]
    imports: tuple[Import, ...]
    cached: tuple[Cached, ...] = ()
    startup: tuple[Startup, ...] = ()

    @cached_property
    def by_id(self) -> Mapping[int, Import]:
        """Every import by its ``id``."""
        return {one.id: one for one in self.imports}

    @cached_property
    def inside(self) -> Mapping[int | None, tuple[Import, ...]]:
        """The imports that each import asked for, by its ``id``, in order; by None those that no other asked for."""
        found: dict[int | None, list[Import]] = {}
        for one in sorted(self.imports, key=lambda one: one.started):
            found.setdefault(one.parent, []).append(one)
        return {key: tuple(value) for key, value in found.items()}

    def chain(self, one: Import) -> Iterator[Import]:
        """Yield *one*, the import that asked for it, and so on outwards."""
        at: Import | None = one
        while at is not None:
            yield at
            at = None if at.parent is None else self.by_id.get(at.parent)

    # ------------------------------------------------------------ as a document

    def to_json(self) -> dict[str, Any]:
        """Return the document as plain values."""
        return {
            "format": FORMAT,
            "version": VERSION,
            **{one.name: _plain(getattr(self, one.name)) for one in fields(self)},
        }

    def dump(self, path: str | os.PathLike[str]) -> None:
        """Write the document to the file *path*. Raises OSError."""
        with open(path, "w", encoding="utf-8") as file:
            json.dump(self.to_json(), file, separators=(",", ":"))
            file.write("\n")

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Record:
        """Read the document in the file *path*. Raises OSError, and RecordError for what is no such record."""
        with open(path, "rb") as file:
            data = file.read()
        try:
            document = json.loads(data)
        except (ValueError, RecursionError) as error:
            raise RecordError(str(path), f"it is not a whole JSON document ({error})") from error
        return cls.from_json(document, str(path))

    @classmethod
    def from_json(cls, document: Any, name: str = "the document") -> Record:
        """Return the record that *document* holds; errors call it *name*. Raises RecordError."""
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise RecordError(name, f"it is a JSON document, but not one with the format {FORMAT!r}")
        version = document.get("version")
        if version != VERSION:
            newer = isinstance(version, int) and version > VERSION
            raise RecordError(name, f"its version is {version}, and this importal reads {VERSION}", newer=newer)
        try:
            values = {key: value for key, value in document.items() if key not in {"format", "version"}}
            record: Record = _read(cls, values)
            _check_parents(record)
        except (KeyError, TypeError, ValueError) as error:
            raise RecordError(name, f"something is missing in it, or not as it should be ({error})") from error
        return record


def _read(kind: type, values: Any) -> Any:
    """Return the dataclass *kind* with the JSON *values*. Raises TypeError for one that is not of its field's type."""
    if not isinstance(values, dict):
        raise TypeError(f"{values!r:.80} is no {kind.__name__}")
    made = dict(values)
    for name, take in _takers(kind):
        if name in values:
            made[name] = take(values[name])
    return kind(**made)


@cache
def _takers(kind: type) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    """Return for each field of *kind* its name, and what makes its value of a JSON value."""
    return tuple((one.name, _taker(str(one.type), f"{kind.__name__}.{one.name}")) for one in fields(kind))


def _taker(form: str, name: str) -> Callable[[Any], Any]:
    """Return a function that returns a JSON value as the annotation *form* has it; it raises TypeError for others."""
    first, *others = form.split(" | ")
    optional = "None" in others
    outer, _, inner = first.rstrip("]").partition("[")
    one: Callable[[Any], Any]
    accepts: type
    if outer == "tuple":
        item = _taker(inner.removesuffix(", ..."), name)
        accepts, one = list, lambda value: tuple([item(part) for part in value])
    elif outer == "Mapping":
        item = _taker(inner.removeprefix("str, "), name)
        accepts, one = dict, lambda value: {key: item(part) for key, part in value.items()}
    elif first in _PARTS:
        accepts, one = object, lambda value: _read(_PARTS[first], value)
    else:
        accepts, one = _PLAIN[first], lambda value: value

    def take(value: Any) -> Any:
        if value is None and optional:
            return None
        # bool is an int to isinstance; and times that no clock has shown would fail in later arithmetic.
        fits = type(value) is accepts or accepts is object
        if not fits or (accepts is int and abs(value) >= 1 << 63):
            raise TypeError(f"{name} cannot be {value!r:.80}")
        return one(value)

    return take


_PLAIN: dict[str, type] = {"int": int, "str": str, "bool": bool}
_PARTS: dict[str, type] = {kind.__name__: kind for kind in (By, Import, Cached, Thread, Ended, Startup)}


def _check_parents(record: Record) -> None:
    """Raise ValueError unless every import has an id of its own and its chain of parents ends."""
    if len(record.by_id) < len(record.imports):
        raise ValueError("two imports have the same id")
    ending: set[int] = set()
    for one in record.imports:
        path: set[int] = set()
        for outer in record.chain(one):
            if outer.id in path:
                raise ValueError(f"import {one.id} is its own parent")
            if outer.id in ending:
                break
            path.add(outer.id)
        ending |= path


def _plain(value: Any) -> Any:
    """Return *value* as JSON has it."""
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    names = _names(type(value))  # type: ignore[arg-type]  # a class can be hashed
    if names is None:
        return value
    return {name: _plain(getattr(value, name)) for name in names}


@cache
def _names(kind: type) -> tuple[str, ...] | None:
    """Return the names of the fields of *kind*, None where it is no dataclass."""
    return tuple(one.name for one in fields(kind)) if is_dataclass(kind) else None
