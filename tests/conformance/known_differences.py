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

_LOCK_HELD = (
    "The test's finder and path hook assert imp.lock_held(): they are to be called under the interpreter's one import "
    "lock, by one thread at a time. Under importal no finder is called under a lock. A finder that imports, or waits "
    "for a thread that does, would otherwise hang for ever, which is how three threads that import urllib3 1.26, "
    "http.client and click hang in CPython. Finders of importal stand being called by several threads at once."
)

_RESOLVE_PARENTS = (
    "The test swaps importlib._bootstrap._resolve_parents, a private function of CPython 3.15, for one that stalls or "
    "removes a module in the middle of an import. Importal waits for parents in a method of its own, so the swapped "
    "function is never called; what the test is about is shown by tests/concurrency."
)

_MODULE_LOCKS = (
    "The test's module reads importlib._bootstrap._module_locks as a mapping from names to weak references of CPython's "
    "lock class. Importal's locks live in a table of its own; that a parent's lock is free while a submodule executes is "
    "shown by tests/concurrency."
)

KNOWN_DIFFERENCES: tuple[KnownDifference, ...] = (
    KnownDifference(
        "test_importlib.test_threaded_import.ThreadedImportTests.test_parallel_meta_path",
        frozenset({(3, 11), (3, 12), (3, 13)}),
        _LOCK_HELD,
    ),
    KnownDifference(
        "test_importlib.test_threaded_import.ThreadedImportTests.test_parallel_path_hooks",
        frozenset({(3, 11), (3, 12), (3, 13)}),
        _LOCK_HELD,
    ),
    KnownDifference(
        "test_importlib.test_threaded_import.ThreadedImportTests.test_parent_removed_before_submodule_is_loaded",
        frozenset({(3, 15)}),
        _RESOLVE_PARENTS,
    ),
    KnownDifference(
        "test_importlib.test_threaded_import.ThreadedImportTests."
        "test_submodule_enters_cross_thread_cycle_after_parents_resolved",
        frozenset({(3, 15)}),
        _RESOLVE_PARENTS,
    ),
    KnownDifference(
        "test_importlib.test_threaded_import.ThreadedImportTests.test_parent_lock_not_held_while_submodule_executes",
        frozenset({(3, 15)}),
        _MODULE_LOCKS,
    ),
)


def known_for(version: tuple[int, int]) -> dict[str, str]:
    """Return {test id: why} for that version of Python."""
    return {known.test: known.why for known in KNOWN_DIFFERENCES if version in known.versions}
