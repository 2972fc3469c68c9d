"""The record of a program's imports: what ``importal trace`` writes, and everything else reads.

A JSON document, described by ``record.schema.json`` beside this file. All times are in nanoseconds; ``started`` and
``ended`` count from the beginning of the recording. In each thread the ``own`` time of its code and the ``self`` times
of its imports add up to ``ended - started``.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property

from ..errors import RecordError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping
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
    "loaded", "found" (something else had loaded it by the time it was looked for again) or "failed". Of a failure,
    ``handled`` says whether the program went on. ``self_time`` and ``phases`` are without the imports inside;
    ``gc`` is the part of them that went into garbage collection. ``calls`` counts file-system calls ("stat", "list",
    "open") and ``bytes`` what was read. ``searched`` are the path entries that were asked, in order.
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
        except ValueError as error:
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
            return cls(
                **{key: document[key] for key in ("importal", "python", "date")},
                target=tuple(document["target"]),
                ended=Ended(**document["ended"]),
                threads=tuple(Thread(**one) for one in document["threads"]),
                imports=tuple(_import(one) for one in document["imports"]),
                cached=tuple(Cached(**{**one, "by": By(**one["by"])}) for one in document["cached"]),
                startup=tuple(Startup(**{**one, "modules": tuple(one["modules"])}) for one in document["startup"]),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise RecordError(name, f"something is missing in it, or not as it should be ({error})") from error


def _import(one: dict[str, Any]) -> Import:
    by = one["by"]
    return Import(**{**one, "by": None if by is None else By(**by), "searched": tuple(one["searched"])})


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return asdict(value) if hasattr(value, "__dataclass_fields__") else value
