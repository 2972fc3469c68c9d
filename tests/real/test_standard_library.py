"""Every module of the standard library imports, or fails, as under CPython (long: `nox -s real`)."""

from __future__ import annotations

import sys

import pytest

from . import compare, targets

BATCHES = targets.batches(targets.standard_library())


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("batch", BATCHES)
def test_standard_library(batch: str) -> None:
    """No module of the batch differs in what its import shows."""
    result = compare.compare(BATCHES[batch])
    assert not result.differences, compare.grouped(result.differences)
    assert result.outcomes.get("imported"), f"nothing was imported: {result.outcomes}"


def test_the_list_is_the_whole_library() -> None:
    """The names that the interpreter itself lists are all there, and much more below them."""
    names = set(targets.standard_library())
    unlisted = {name for name in sys.stdlib_module_names if name not in names}
    # What this interpreter was not built with, or what belongs to other systems, has no file here.
    assert not {name for name in unlisted if compare.survey([name], "cpython").records[name]["error"] is None}
    assert len(names) > 1500
