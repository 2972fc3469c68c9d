"""Why a module was imported: every chain of statements that leads to it, and the first that did."""

from __future__ import annotations

from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from .record import By, Import, Record

__all__ = ["Importer", "Step", "Why", "chain", "why"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a chain: the statement ``by`` asked for ``module``.

    ``by`` is None for what asked from outside Python code; ``package``: the module was imported because it is the
    package of the one in the step before.
    """

    module: str
    by: By | None
    package: bool = False


@dataclass(frozen=True, slots=True)
class Importer:
    """A statement ``by`` that asked for ``module``, ``count`` times, and why the module in which it stands was loaded.

    ``loaded`` says whether it loaded the module, once at least; otherwise it found it in the table, or failed.
    ``package`` is the submodule whose import asked for it as its package. ``repeated``: ``importers`` is empty because
    they stand where that module was first met.
    """

    module: str
    by: By
    count: int
    loaded: bool
    package: str | None = None
    repeated: bool = False
    importers: tuple[Importer, ...] = ()


@dataclass(frozen=True, slots=True)
class Why:
    """The answer for ``name``: ``first``, the chain that led to it first, from the program inwards, and all importers.

    ``outcome`` is "loaded", "failed", "there before" (it was in the table when the recording began) or "not imported".
    """

    name: str
    outcome: str
    first: tuple[Step, ...] = ()
    importers: tuple[Importer, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the answer as plain values. Chains nest as deep as the importers do."""
        return {
            "name": self.name,
            "outcome": self.outcome,
            "first": [{"module": step.module, "by": _place(step.by), "package": step.package} for step in self.first],
            "importers": _nested(self.importers),
        }

    def walk(self) -> Iterator[tuple[int, Importer]]:
        """Yield every importer with its depth, each before those that lead to it."""
        ahead = [(0, one) for one in reversed(self.importers)]
        while ahead:
            depth, one = ahead.pop()
            yield depth, one
            ahead += [(depth + 1, inner) for inner in reversed(one.importers)]


def why(record: Record, name: str) -> Why:
    """Return every chain of importers that leads to the module *name* in *record*.

    The chains are a tree from *name* outwards, in which the importers of each module are told once.
    """
    asked = [one for one in record.imports if one.module == name and one.outcome != "circular"]
    attempts = sorted(asked, key=lambda one: one.started)
    loaded = [one for one in attempts if one.outcome == "loaded"]
    importers = _tree(name, _requests(record))
    if loaded:
        return Why(name, "loaded", _chain(record, loaded[0]), importers)
    if attempts:
        return Why(name, "failed", _chain(record, attempts[0]), importers)
    return Why(name, "there before" if importers else "not imported", (), importers)


def chain(record: Record, name: str) -> tuple[Step, ...]:
    """Return the chain that first loaded the module *name*, from the program inwards; empty when nothing did."""
    attempts = [one for one in record.imports if one.module == name and one.outcome == "loaded"]
    return _chain(record, min(attempts, key=lambda one: one.started)) if attempts else ()


def _chain(record: Record, one: Import) -> tuple[Step, ...]:
    inwards = [*record.chain(one)][::-1]
    around: Iterable[Import | None] = [None, *inwards]
    return tuple(
        Step(inner.module, inner.by, _is_package_of(inner, outer))
        for outer, inner in zip(around, inwards, strict=False)
    )


def _is_package_of(one: Import, outer: Import | None) -> bool:
    """Tell whether *one* was imported only because it is the package of *outer*: no statement asks for it."""
    return outer is not None and outer.by == one.by and outer.module.startswith(f"{one.module}.")


@dataclass(slots=True)
class _Request:
    """How often a statement asked for a module, and whether that loaded it, for one statement."""

    count: int = 0
    loaded: bool = False
    package: str | None = None


def _requests(record: Record) -> dict[str, dict[By, _Request]]:
    """Return for each module the statements that asked for it, in the order of time; those that found it come last."""
    found: dict[str, dict[By, _Request]] = {}
    for one in sorted(record.imports, key=lambda one: one.started):
        if one.by is not None and one.outcome != "circular":
            request = found.setdefault(one.module, {}).setdefault(one.by, _Request())
            request.count += 1
            request.loaded |= one.outcome == "loaded"
            outer = None if one.parent is None else record.by_id.get(one.parent)
            if outer is not None and _is_package_of(one, outer):
                request.package = outer.module
    for cached in record.cached:
        found.setdefault(cached.module, {}).setdefault(cached.by, _Request()).count += cached.count
    for one in record.imports:
        if one.by is not None and one.outcome == "circular":
            # Most are among the cached ones, too, and counted there.
            request = found.setdefault(one.module, {}).setdefault(one.by, _Request())
            request.count = request.count or 1
    return found


def _tree(name: str, requests: dict[str, dict[By, _Request]]) -> tuple[Importer, ...]:
    """Return the importers of *name*, and theirs, each module's once: breadth first, so that chains are short ones."""
    order: list[str] = [name]
    place: dict[str, tuple[str, By] | None] = {name: None}
    for module in order:
        for by in requests.get(module, {}):
            if by.module not in place:
                place[by.module] = module, by
                order.append(by.module)
    built: dict[str, tuple[Importer, ...]] = {}
    for module in reversed(order):  # what leads to a module is built before it
        built[module] = tuple(
            Importer(
                module, by, request.count, request.loaded, request.package,
                repeated=place[by.module] != (module, by) and bool(requests.get(by.module)),
                importers=built[by.module] if place[by.module] == (module, by) else (),
            )
            for by, request in requests.get(module, {}).items()
        )  # fmt: skip
    return built[name]


def _nested(importers: tuple[Importer, ...]) -> list[dict[str, Any]]:
    """Return *importers* as plain values, without a call for each level."""
    top: list[dict[str, Any]] = []
    ahead = [(one, top) for one in importers]
    for one, into in ahead:
        inside: list[dict[str, Any]] = []
        into.append(
            {
                "module": one.module, "by": _place(one.by), "count": one.count, "loaded": one.loaded,
                "package": one.package, "repeated": one.repeated, "importers": inside,
            }
        )  # fmt: skip
        ahead += [(inner, inside) for inner in one.importers]
    return top


def _place(by: By | None) -> dict[str, Any] | None:
    return None if by is None else {"module": by.module, "file": by.file, "line": by.line}
