"""Dominators, against their definition: without the one, no path leads to the other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from importal.observe.dominators import dominator_tree, immediate_dominators


@st.composite
def graphs(draw: st.DrawFn) -> list[list[int]]:
    size = draw(st.integers(1, 9))
    nodes = st.integers(0, size - 1)
    return [draw(st.lists(nodes, max_size=4)) for _ in range(size)]


def reachable(successors: list[list[int]], without: int | None = None) -> set[int]:
    if without == 0:
        return set()
    seen, ahead = {0}, [0]
    while ahead:
        for node in successors[ahead.pop()]:
            if node not in seen and node != without:
                seen.add(node)
                ahead.append(node)
    return seen


def naive(successors: list[list[int]]) -> dict[int, set[int]]:
    """Return what each node dominates, itself included, by the definition."""
    everything = reachable(successors)
    return {node: everything - (reachable(successors, node) - {node}) for node in everything}


@given(graphs())
def test_a_subtree_is_what_the_definition_says(successors: list[list[int]]) -> None:
    nodes, sizes = dominator_tree(successors)
    found = {node: set(nodes[at : at + size]) for at, (node, size) in enumerate(zip(nodes, sizes, strict=True))}
    assert found == naive(successors)


@given(graphs())
def test_the_immediate_dominator_is_the_nearest(successors: list[list[int]]) -> None:
    dominated = naive(successors)
    for node, found in enumerate(immediate_dominators(successors)):
        others = [one for one in dominated if one != node and node in dominated[one]]
        assert found == min(others, key=lambda one: len(dominated[one]), default=None)


def test_what_cannot_be_reached_has_none() -> None:
    assert immediate_dominators([[], [0, 2], [1]]) == [None, None, None]


def test_a_path_longer_than_the_stack() -> None:
    length = 20_000
    nodes, sizes = dominator_tree([[node + 1] for node in range(length)] + [[]])
    assert (nodes[-1], sizes[0], sizes[-1]) == (length, length + 1, 1)


def test_two_entries_into_a_loop() -> None:
    """Not reducible: one walk along the nodes is not enough."""
    assert immediate_dominators([[1, 2], [3], [4], [4, 5], [3], []]) == [None, 0, 0, 0, 0, 3]
