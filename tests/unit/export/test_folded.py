"""export/folded.py: one line a stack, and times that add up."""

from __future__ import annotations

import re

import timed_records as records
from importal.export.folded import folded
from timed_records import I, record


def parse(text: str) -> dict[tuple[str, ...], int]:
    """Return the stacks and times as flame graph tools read them."""
    found = {}
    for line in text.splitlines():
        match = re.fullmatch(r"(\S+) (\d+)", line)
        assert match, line
        stack = tuple(match[1].split(";"))
        assert stack not in found
        assert all(stack)
        found[stack] = int(match[2])
    return found


def test_stacks() -> None:
    nested = record(I("a", 1, [I("b", 2, [I("c", 0.5)]), I("d", 0.0004)]), I("e", 3))
    assert folded(nested) == "a 1000\na;b 2000\na;b;c 500\na;d 0\ne 3000\n"


def test_equal_stacks_are_one() -> None:
    failed = {"outcome": "failed", "kind": None}
    threads = record(I("a", 1, [I("x", 2, (), failed), I("x", 3, (), failed)]), threads={"t": [I("a", 4)]})
    assert parse(folded(threads)) == {("a",): 5000, ("a", "x"): 5000}


def test_odd_names() -> None:
    stacks = parse(folded(record(I("a;b c\nd", 1, [I("", 1)]))))
    assert list(stacks) == [("a:b_c\\nd",), ("a:b_c\\nd", "_")]


def test_sums() -> None:
    big = records.big()
    assert sum(parse(folded(big)).values()) * 1000 == sum(one.self_time for one in big.imports)
    assert folded(record()) == ""


def test_circular_statements_are_left_out() -> None:
    assert folded(record(I("a", 1, [I("a", 0, (), {"outcome": "circular"})]))) == "a 1000\n"
