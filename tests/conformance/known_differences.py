"""Tests of CPython's own suites that pass under stock Python and not under importal, explained one by one.

The list is strict in both ways: a test that is missing here fails the comparison, and so does an entry whose test
passes. At most three entries may apply to one version of Python.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class KnownDifference:
    """One test that cannot pass under importal, and why."""

    #: The test's id as run_suites.py prints it, without the leading "test.".
    test: str
    #: The versions of Python it applies to, as (major, minor).
    versions: frozenset[tuple[int, int]]
    #: What the test looks at, why importal differs there, and why that is wanted.
    why: str


#: How many tests of one version may be explained away.
LIMIT = 3

KNOWN_DIFFERENCES: tuple[KnownDifference, ...] = ()


def known_for(version: tuple[int, int]) -> dict[str, str]:
    """Return {test id: why} for that version of Python."""
    return {known.test: known.why for known in KNOWN_DIFFERENCES if version in known.versions}
