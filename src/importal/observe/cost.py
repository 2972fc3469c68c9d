"""What each import statement costs: the modules that only it brings in, and their time.

The graph: the program, modules, and statements. An edge leads from whoever executed a statement to the statement, and
from the statement to each module it asked for, whether it was loaded then or found in the table; from a submodule to
its package. What a statement dominates would not be loaded without it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase

from .dominators import dominator_tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable
    from typing import Any

    from .record import By, Cached, Import, Record

__all__ = ["Saving", "savings"]


@dataclass(frozen=True, slots=True)
class Saving:
    """What would be saved if the statement ``by``, which ``asks`` for some modules, were not there or were lazy.

    ``modules`` are the ones that only it brings in, in the order of loading; ``time`` is their self time and that of
    its attempts that failed, in nanoseconds.
    """

    by: By
    asks: tuple[str, ...]
    time: int
    modules: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the saving as plain values."""
        return asdict(self)


def savings(record: Record, most: int | None = 10, within: str | None = None) -> list[Saving]:
    """Return the *most* statements of the *record* that save most time (None: all), the best first.

    Only those in modules whose names match the pattern *within*, if it is given (as in ``fnmatch``).

    Where one line imports in the course of several others (a helper that is given a name), what two of these would
    load together counts for none: the forecast is never too high.
    """
    graph = _Graph(record)
    nodes, sizes = dominator_tree(graph.successors)
    sums = [0]
    for node in nodes:
        sums.append(sums[-1] + graph.time[node])
    spans: dict[By, list[tuple[int, int]]] = {}
    for start, node in enumerate(nodes):
        by = graph.statement[node]
        if by is None:
            continue
        found = spans.setdefault(by, [])
        if not found or start >= found[-1][1]:  # else it lies within another node of this very statement
            found.append((start, start + sizes[start]))
    total = {by: sum(sums[end] - sums[start] for start, end in found) for by, found in spans.items()}
    if within is not None:
        total = {by: time for by, time in total.items() if fnmatchcase(by.module, within)}
    best = sorted(total, key=lambda by: (-total[by], by.file, by.line, by.module))[:most]
    return [
        Saving(
            by,
            tuple(graph.asks[by]),
            total[by],
            graph.modules(node for start, end in spans[by] for node in nodes[start:end]),
        )
        for by in best
    ]


class _Graph:
    """The graph, its nodes numbered; 0 is the program.

    ``time`` is each node's own in nanoseconds, ``statement`` the statement that a node is one execution or one request
    of, ``asks`` the modules each statement asked for.
    """

    def __init__(self, record: Record) -> None:
        self.successors: list[dict[int, None]] = []
        self.time: list[int] = []
        self.statement: list[By | None] = []
        self.asks: dict[By, dict[str, None]] = {}
        self._numbers: dict[Hashable, int] = {}
        self._names: dict[int, str] = {}
        self._node("program")
        self._loaded = {one.module: None for one in _in_order(record) if one.outcome == "loaded"}
        for name in self._loaded:
            node = self._node("module", name)
            self._names[node] = name
            package = name.rpartition(".")[0]
            if package in self._loaded:
                self._edge(node, self._node("module", package))
        for one in record.imports:
            self._add_import(one, None if one.parent is None else record.by_id.get(one.parent))
        for cached in record.cached:
            if cached.module in self._loaded:
                self._add_request(self._holder(cached, record), cached.by, cached.module)

    def modules(self, nodes: Iterable[int]) -> tuple[str, ...]:
        """Return the modules among *nodes*, in the order of loading."""
        kept = {self._names[node] for node in nodes if node in self._names}
        return tuple(name for name in self._loaded if name in kept)

    def _add_import(self, one: Import, parent: Import | None) -> None:
        node = self._attempt(one)
        self.time[node] += one.self_time
        if one.outcome in {"found", "circular"} and one.module in self._loaded:
            self._edge(node, self._node("module", one.module))
        if parent is not None and parent.by == one.by and parent.module.startswith(f"{one.module}."):
            self._edge(self._attempt(parent), node)  # the package, for which no statement asks by itself
        elif one.by is None:
            self._edge(0 if parent is None else self._attempt(parent), node)
        else:
            holder = self._module(one.by.module) if parent is None else self._attempt(parent)
            self._add_request(holder, one.by, one.module, node)

    def _holder(self, cached: Cached, record: Record) -> int:
        """Return the node of the module in which the statement stands; of what executed it where that is no module."""
        parent = None if cached.parent is None else record.by_id.get(cached.parent)
        if cached.by.module in self._loaded or parent is None:
            return self._module(cached.by.module)
        return self._attempt(parent)

    def _add_request(self, holder: int, by: By, module: str, node: int | None = None) -> None:
        """Let the statement *by*, executed in the course of *holder*, ask for *module*, which is *node*."""
        execution = self._node("execution", by, holder)
        request = self._node("request", by, module)
        self.statement[execution] = self.statement[request] = by
        self.asks.setdefault(by, {})[module] = None
        self._edge(holder, execution)
        self._edge(execution, request)
        self._edge(request, self._module(module) if node is None else node)

    def _attempt(self, one: Import) -> int:
        """Return the node of an import: its module's, or one of its own where it did not load that."""
        return self._node("module", one.module) if one.outcome == "loaded" else self._node("attempt", one.id)

    def _module(self, name: str) -> int:
        """Return the node of the module *name*; what was there before the recording belongs to the program."""
        return self._node("module", name) if name in self._loaded else 0

    def _node(self, *key: Hashable) -> int:
        number = self._numbers.setdefault(key, len(self._numbers))
        if number == len(self.successors):
            self.successors.append({})
            self.time.append(0)
            self.statement.append(None)
        return number

    def _edge(self, start: int, end: int) -> None:
        self.successors[start][end] = None


def _in_order(record: Record) -> list[Import]:
    return sorted(record.imports, key=lambda one: one.started)
