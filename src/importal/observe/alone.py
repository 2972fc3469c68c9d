"""What each module alone costs: its own time, and that of the modules that only it brings in."""

from __future__ import annotations

from typing import NamedTuple

from .dominators import dominator_tree
from .graph import Graph

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .record import Record

__all__ = ["Alone", "alone"]


class Alone(NamedTuple):
    """What would not be there without ``module``: ``time`` in nanoseconds, and ``modules``, their number without it."""

    module: str
    time: int
    modules: int


def alone(record: Record) -> list[Alone]:
    """Return every loaded module of *record*, each followed by the ``modules`` that only it brings in.

    It is the graph of :mod:`.graph`: what a module dominates in it would not be loaded without that module.
    """
    graph = Graph(record)
    nodes, sizes = dominator_tree(graph.successors)
    names = graph.names
    times, counts = [0], [0]
    for node in nodes:
        times.append(times[-1] + graph.time[node])
        counts.append(counts[-1] + (node in names))
    return [
        Alone(names[node], times[at + size] - times[at], counts[at + size] - counts[at] - 1)
        for at, (node, size) in enumerate(zip(nodes, sizes, strict=True))
        if node in names
    ]
