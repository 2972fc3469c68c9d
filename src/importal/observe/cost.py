"""What each import statement costs: the modules that only it brings in, and their time.

It is what the statement dominates in the graph of :mod:`.graph`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase

from .dominators import dominator_tree
from .graph import Graph

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .record import By, Record

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
    graph = Graph(record)
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
