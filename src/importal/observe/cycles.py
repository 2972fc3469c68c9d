"""The import cycles that really happened, statement by statement, and the names that were missing because of them."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass

from .record import By

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from .record import Import, Record

__all__ = ["Cycle", "Link", "Missing", "cycles"]

# How the interpreter words that a module lacks a name because it is still being executed (all versions from 3.11 on).
_MISSING = (
    re.compile(r"cannot import name '(?P<name>[^']+)' from partially initialized module '(?P<module>[^']+)'"),
    re.compile(r"partially initialized module '(?P<module>[^']+)' .*has no attribute '(?P<name>[^']+)'"),
    re.compile(r"cannot access submodule '(?P<name>[^']+)' of module '(?P<module>[^']+)'"),
)


@dataclass(frozen=True, slots=True)
class Link:
    """The statement ``by``, in the course of executing one module of the cycle, asked for the next one, ``module``."""

    by: By
    module: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A ``name`` that ``module`` did not have yet; the import of ``needed_by`` failed, and whether that was handled."""

    name: str
    module: str
    needed_by: str
    handled: bool


@dataclass(frozen=True, slots=True)
class Cycle:
    """A module was asked for while it was being executed: ``links`` lead from it back to it.

    ``missing`` are the names it did not have yet for which an import failed.
    """

    links: tuple[Link, ...]
    missing: tuple[Missing, ...] = ()

    @property
    def modules(self) -> tuple[str, ...]:
        """The modules, from the one that was asked for again to itself."""
        return (self.links[-1].module, *(link.module for link in self.links))

    def to_json(self) -> dict[str, Any]:
        """Return the cycle as plain values."""
        return {"modules": list(self.modules), **asdict(self)}


def cycles(record: Record) -> list[Cycle]:
    """Return the cycles of *record* that happened, in the order of time, each once.

    That is each statement which asked for a module whose execution it was part of. A module that asks for itself (a
    package that says ``from . import name``) is none.
    """
    found: dict[tuple[Link, ...], list[Missing]] = {}
    for one in sorted(record.imports, key=lambda one: one.started):
        if one.outcome == "circular" and one.by is not None and one.parent is not None:
            links = _links(record, record.by_id.get(one.parent), one.module, one.by)
            if links:
                found.setdefault(links, [])
    for one, missing in _failures(record):
        _attach(record, one, missing, found)
    return [Cycle(links, tuple(dict.fromkeys(names))) for links, names in found.items()]


def _links(record: Record, innermost: Import | None, module: str, last: By) -> tuple[Link, ...]:
    """Return the links from *module* to *innermost*, and by *last* back; () if *module* is not executed around it."""
    inside: list[Import] = []
    for outer in () if innermost is None else record.chain(innermost):
        if outer.module == module:
            # What only waits for its package is not being executed; and that may have imported it meanwhile.
            return (*_inwards(inside), Link(last, module)) if inside and outer.outcome != "found" else ()
        inside.append(outer)
    return ()


def _inwards(inside: list[Import]) -> list[Link]:
    return [Link(one.by, one.module) for one in reversed(inside) if one.by is not None]


def _failures(record: Record) -> Iterator[tuple[Import, Missing]]:
    """Yield each import that failed itself, and not by one inside it, for want of a name of a half-executed module."""
    for one in record.imports:
        if one.outcome != "failed" or not one.error:
            continue
        if any(inner.error == one.error for inner in record.inside.get(one.id, ())):
            continue
        for pattern in _MISSING:
            match = pattern.search(one.error)
            if match is not None:
                yield one, Missing(match["name"], match["module"], one.module, bool(one.handled))
                break


def _attach(record: Record, one: Import, missing: Missing, found: dict[tuple[Link, ...], list[Missing]]) -> None:
    """Add *missing* to the cycle by which *one* failed; to a new one if none is known (an attribute was asked for)."""
    for links, names in found.items():
        if links[-1].module == missing.module and links[-1].by.module == one.module:
            names.append(missing)
            return
    links = _links(record, one, missing.module, By(one.module, one.origin or one.module, 0))
    if links:
        found[links] = [missing]
