"""observe/summary.py: the sums of records whose parts are known."""

from __future__ import annotations

from dataclasses import replace

import timed_records as records
from importal.observe.summary import roots, summarize, threads
from timed_records import MS, I


def test_sums() -> None:
    record = records.everything()
    summary = summarize(record)
    assert (summary.importing, summary.own) == (int(15.5 * MS), 7 * MS)
    assert summary.wall == int(13.5 * MS)
    assert summary.outcomes == {"loaded": 5, "failed": 1, "found": 1}
    assert summary.phases["compile"] == 3 * MS
    assert sum(summary.phases.values()) == summary.importing
    assert "validate" not in summary.phases
    assert (summary.cached, summary.bytes, summary.gc) == (12, 1234, 1000)
    assert summary.calls == {"stat": 3, "list": 1, "open": 2}
    assert [one.module for one in summary.failed] == ["none"]


def test_distributions() -> None:
    """What has none is told by its kind; the interpreter's own modules, wherever they lie, are one."""
    record = records.record(
        I("a", 5, [I("a.b", 3)], {"distribution": "a 1"}),
        I("sys", 1, (), {"kind": "core built-in module"}),
        I("json", 2, (), {"kind": "standard library Python module"}),
        I("os", 3, (), {"kind": "frozen module of the standard library"}),
        I("new", 9, (), {"kind": None}),
        I("none", 4, (), {"kind": None, "outcome": "failed"}),
    )
    shares = [(one.name, one.modules, one.self_time // MS) for one in summarize(record).shares]
    assert shares == [
        ("of unknown kind", 1, 9),
        ("standard library", 3, 6),
        ("a 1", 1, 5),
        ("failed imports", 0, 4),
        ("local Python modules", 1, 3),
    ]


def test_compiled_by_what_became_of_bytecode() -> None:
    def compiled(name: str, time: int, state: str | None, kept: str | None = None) -> I:
        return I(name, time, (), {"phases": {"compile": time * MS}, "bytecode": state, "kept": kept})

    record = records.record(
        compiled("a", 1, "stale", "written"), compiled("b", 2, "stale", "written"), compiled("c", 9, None), I("d"),
        compiled("e", 2, "stale", "failed: e"), compiled("f", 2, "stale", "failed: f"),
    )  # fmt: skip
    found = [
        (one.state, one.kept, [each.module for each in one.imports], one.time // MS)
        for one in summarize(record).compiled
    ]
    assert found == [
        ("without bytecode", "", ["c"], 9),
        ("stale", "failed", ["e", "f"], 4),
        ("stale", "written", ["a", "b"], 3),
    ]


def test_a_record_that_was_cut_short() -> None:
    """Imports whose parents never ended, and threads that never did."""
    record = records.record(I("a", 1, [I("b"), I("c")]), threads={"t": [I("d", 5)]})
    cut = replace(record, imports=record.imports[1:], threads=record.threads[:1])
    assert [one.module for one in roots(cut)] == ["d", "b", "c"]
    (main, other) = threads(cut)
    assert (main.name, other.thread, other.started, other.ended, other.own) == ("MainThread", 1, MS, 6 * MS, 0)
    assert threads(record) == record.threads


def test_nothing() -> None:
    summary = summarize(replace(records.record(), threads=()))
    assert (summary.wall, summary.importing, summary.own, summary.phases, summary.shares) == (0, 0, 0, {}, ())
