"""Make a record of imports from a literal, as if a program had been recorded.

A program is a list of what it imports, in order: `Load` for what was loaded, `again` for what was found in the table.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from importal.observe.record import By, Cached, Ended, Import, Record, Thread

MS = 1_000_000  # nanoseconds


@dataclass(frozen=True)
class Load:
    """An import of `name` that takes `ms` itself, and what its module imports; `line` is that of the statement."""

    name: str
    ms: float = 1
    inside: tuple[Load | Again, ...] = ()
    line: int = 0
    by: str | None = None
    outcome: str = "loaded"
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Again:
    """A statement that found `name` in the table, `count` times."""

    name: str
    line: int = 0
    count: int = 1
    by: str | None = None


def load(name: str, *inside: Load | Again, ms: float = 1, line: int = 0, by: str | None = None, **facts: Any) -> Load:
    """Return an import of `name`; its statement stands in the module around it, or in `by`."""
    return Load(name, ms, inside, line, by, facts.pop("outcome", "loaded"), facts)


def again(name: str, line: int = 0, count: int = 1, by: str | None = None) -> Again:
    """Return a statement that found `name` in the table."""
    return Again(name, line, count, by)


def record(*program: Load | Again, threads: Iterable[tuple[Load | Again, ...]] = (), **facts: Any) -> Record:
    """Return the record of a program; `threads` are what further threads import, side by side with the first.

    Lines that are not given are counted: the first statement of each module stands on line 1.
    """
    made = _Maker()
    lanes = [made.thread(number, imports) for number, imports in enumerate([program, *threads], 1)]
    plain = {
        "importal": "0", "python": {"version": "3.13.0"}, "target": ("program.py",), "date": "2026-01-01T00:00:00+00:00",
        "ended": Ended(0, True),
    }  # fmt: skip
    return Record(
        **{**plain, **facts}, threads=tuple(lanes), imports=tuple(made.imports), cached=tuple(made.cached)
    )  # fmt: skip


class _Maker:
    def __init__(self) -> None:
        self.imports: list[Import] = []
        self.cached: list[Cached] = []
        self.clock = 0
        self.number = 0

    def thread(self, number: int, program: tuple[Load | Again, ...]) -> Thread:
        self.clock = 0
        self.all_of(program, None, number, "__main__")
        return Thread(number, f"Thread-{number}", 0, self.clock + MS, MS)

    def all_of(self, inside: tuple[Load | Again, ...], parent: int | None, thread: int, around: str) -> None:
        for counted, one in enumerate(inside, 1):
            module = one.by or around
            by = By(module, "program.py" if module == "__main__" else f"{module}.py", one.line or counted)
            if isinstance(one, Again):
                self.cached.append(Cached(one.name, by, one.count))
            else:
                self.one(one, by, parent, thread)

    def one(self, load: Load, by: By, parent: int | None, thread: int) -> None:
        self.number += 1
        number, started, own = self.number, self.clock, round(load.ms * MS)
        place = len(self.imports)
        self.imports.append(None)  # type: ignore[arg-type]  # its total is known when what it imports is
        self.clock += own
        self.all_of(load.inside, number, thread, load.name)
        facts = {"phases": {"execute": own}, "origin": f"{load.name}.py", **load.facts}
        if load.outcome == "failed":
            facts.setdefault("handled", True)
        self.imports[place] = Import(
            number, parent, thread, load.name, facts.pop("by", by), load.outcome, started, self.clock - started, own,
            **facts,
        )  # fmt: skip
