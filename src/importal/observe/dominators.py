"""Dominators of a graph: what can be reached only by way of what.

A node dominates another when every path from the root leads through it. The algorithm is that of K. Cooper, T. Harvey
and K. Kennedy, "A Simple, Fast Dominance Algorithm" (2001): along the nodes in reverse postorder, each node's immediate
dominator is where the walks up from its predecessors meet, again and again until nothing changes.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["dominator_tree", "immediate_dominators"]


def immediate_dominators(successors: Sequence[Iterable[int]], root: int = 0) -> list[int | None]:
    """Return the nearest dominator of each node but itself; None for *root* and for what cannot be reached from it.

    ``successors[node]`` are the nodes that edges lead to from *node*. Takes time in proportion to the edges for graphs
    that nest, at worst to nodes times edges.

    >>> immediate_dominators([[1, 2], [3], [3], [4], []])
    [None, 0, 0, 0, 3]
    """
    order = _postorder(successors, root)
    rank: list[int | None] = [None] * len(successors)
    for position, node in enumerate(order):
        rank[node] = position
    # From here on nodes go by their rank, in which the root is the last one.
    last = len(order) - 1
    predecessors: list[list[int]] = [[] for _ in order]
    for position, node in enumerate(order):
        for successor in successors[node]:
            predecessors[rank[successor]].append(position)  # type: ignore[index]  # what is reached has a rank
    nearest = _fixed_point(predecessors, last)
    found: list[int | None] = [None] * len(successors)
    for position in range(last):
        found[order[position]] = order[nearest[position]]
    return found


def _fixed_point(predecessors: list[list[int]], last: int) -> list[int]:
    """Return the rank of each rank's immediate dominator; *last* is the root's, and its own dominator here."""
    unknown = -1
    nearest = [unknown] * last + [last]
    changed = True
    while changed:
        changed = False
        for position in range(last - 1, -1, -1):
            meeting = unknown
            for one in predecessors[position]:
                if nearest[one] == unknown:
                    continue
                other, meeting = meeting, one
                while other not in {unknown, meeting}:
                    if meeting < other:
                        meeting = nearest[meeting]
                    else:
                        other = nearest[other]
            if nearest[position] != meeting:
                nearest[position] = meeting
                changed = True
    return nearest


def dominator_tree(successors: Sequence[Iterable[int]], root: int = 0) -> tuple[list[int], list[int]]:
    """Return (nodes, sizes): the nodes reached from *root*, each followed by those it dominates, and their number.

    What ``nodes[at]`` dominates, itself included, is ``nodes[at : at + sizes[at]]``.

    >>> dominator_tree([[1, 2], [3], [3], [4], []])
    ([0, 1, 2, 3, 4], [5, 1, 1, 2, 1])
    """
    children: list[list[int]] = [[] for _ in successors]
    for node, dominator in enumerate(immediate_dominators(successors, root)):
        if dominator is not None:
            children[dominator].append(node)
    nodes: list[int] = []
    ahead = [root]
    while ahead:
        node = ahead.pop()
        nodes.append(node)
        ahead.extend(reversed(children[node]))
    size = [1] * len(successors)
    for node in reversed(nodes):
        size[node] += sum(size[child] for child in children[node])
    return nodes, [size[node] for node in nodes]


def _postorder(successors: Sequence[Iterable[int]], root: int) -> list[int]:
    """Return the nodes that can be reached from *root*, each after those first reached from it. Needs no deep stack."""
    order: list[int] = []
    seen = {root}
    ahead = [(root, iter(successors[root]))]
    while ahead:
        node, rest = ahead[-1]
        for successor in rest:
            if successor not in seen:
                seen.add(successor)
                ahead.append((successor, iter(successors[successor])))
                break
        else:
            ahead.pop()
            order.append(node)
    return order
