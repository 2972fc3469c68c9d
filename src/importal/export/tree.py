"""The tree of a record: each import below the one that asked for it."""

from __future__ import annotations

from ..observe.summary import roots, threads
from .text import Row, Table, detail_of, milliseconds, printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..observe.record import Import, Record
    from .text import Selection

__all__ = ["tree"]


def tree(record: Record, selection: Selection) -> Table:
    """Return what *selection* leaves of *record*; what it leaves out for its depth or time is counted where it was."""
    return Table("module", ("total ms", "self ms"), tuple(_Tree(record, selection).rows()))


class _Tree:
    def __init__(self, record: Record, selection: Selection) -> None:
        self._record = record
        self._selection = selection
        self._kept: set[int] | None = None
        if selection.match is not None:
            self._kept = set()
            for one in record.imports:
                at: Import | None = one if selection.matches(one.module) else None
                while at is not None and at.id not in self._kept:
                    self._kept.add(at.id)
                    at = None if at.parent is None else record.by_id.get(at.parent)

    def rows(self) -> Iterator[Row]:
        """Yield the rows from top to bottom; each thread has a row of its own where there are several."""
        top = roots(self._record)
        lanes = threads(self._record)
        if len(lanes) < 2:
            yield from self._below(top, 0)
            return
        for thread in lanes:
            name = printable(thread.name or f"thread {thread.thread}")
            times = (milliseconds(thread.ended - thread.started), milliseconds(thread.own))
            yield Row(times, name, "a thread; its own code", 0, "thread")
            yield from self._below((one for one in top if one.thread == thread.thread), 1, indented=1)

    def _below(self, imports: Iterable[Import], depth: int, indented: int = 0) -> Iterator[Row]:
        """Yield the rows of *imports*. Not by recursion: programs import deeper than Python calls."""
        waiting: list[Import | Row] = []
        levels: list[int] = []

        def add(more: Iterable[Import], level: int) -> None:
            rows = self._choose(more, level, level - indented)
            waiting.extend(reversed(rows))
            levels.extend([level] * len(rows))

        add(imports, depth)
        while waiting:
            one, level = waiting.pop(), levels.pop()
            if isinstance(one, Row):
                yield one
                continue
            times = (milliseconds(one.total), milliseconds(one.self_time))
            sort = "" if one.outcome == "loaded" else one.outcome
            yield Row(times, printable(one.module), detail_of(one), level, sort)
            add(self._record.inside.get(one.id, ()), level + 1)

    def _choose(self, imports: Iterable[Import], indent: int, level: int) -> list[Import | Row]:
        """Return those of *imports*, all on one level, that are shown, in order, and a row for the others."""
        if self._kept is not None:
            imports = [one for one in imports if one.id in self._kept]
        shown: list[Import] = []
        hidden: list[Import] = []
        too_deep = self._selection.depth is not None and level >= self._selection.depth
        in_order = self._selection.sort == "order"
        for one in imports:
            if one.outcome == "circular" and not in_order:
                continue  # took no time: of interest where it stands, and otherwise in the way
            (hidden if too_deep or one.total < self._selection.hide_under else shown).append(one)
        if self._selection.sort == "time":
            shown.sort(key=lambda one: -one.total)
        elif self._selection.sort == "self":
            shown.sort(key=lambda one: -one.self_time)
        # Otherwise they are in order as they came.
        if not hidden:
            return [*shown]
        more = f"{len(hidden)} {'more' if shown else 'import' if len(hidden) == 1 else 'imports'}"
        time = milliseconds(sum(one.total for one in hidden))
        return [*shown, Row((time, ""), f"({more})", "", indent, "more")]
