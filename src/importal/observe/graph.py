"""The graph of a program's imports: who asked for what, and what is needed by whom.

Its nodes are the program, modules, and statements. An edge leads from whoever executed a statement to the statement,
and from the statement to each module it asked for, whether it was loaded then or found in the table; from a submodule
to its package. What a node dominates would not be loaded without it.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from .record import By, Cached, Import, Record

__all__ = ["Graph"]


class Graph:
    """The graph, its nodes numbered; 0 is the program.

    ``names`` are those of the modules. ``time`` is each node's own in nanoseconds, ``statement`` the statement that a
    node is one execution or one request of, ``asks`` the modules each statement asked for.
    """

    def __init__(self, record: Record) -> None:
        self.successors: list[dict[int, None]] = []
        self.time: list[int] = []
        self.statement: list[By | None] = []
        self.asks: dict[By, dict[str, None]] = {}
        self._numbers: dict[Hashable, int] = {}
        self.names: dict[int, str] = {}
        self._node("program")
        self._loaded = {one.module: None for one in _in_order(record) if one.outcome == "loaded"}
        for name in self._loaded:
            node = self._node("module", name)
            self.names[node] = name
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
        kept = {self.names[node] for node in nodes if node in self.names}
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
