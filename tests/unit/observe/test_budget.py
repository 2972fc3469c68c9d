"""Budgets and baselines, on records whose answer is known by construction."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from importal.observe.budget import Baseline, Change, Limits, Need, Usage, judge, wrote_bytecode
from importal.observe.record import Record
from importal.tool_errors import BaselineError
from records import MS, again, load, record

MADE = record(
    load("a", load("a.b", ms=2, bytes=10, calls={"stat": 3, "open": 1}), ms=1, bytes=5, calls={"stat": 2}),
    load("speedups", ms=4, outcome="failed", calls={"stat": 7}),
    again("a", 9),
)


def over(made: Record, limits: Limits, baseline: Baseline | None = None) -> list[str]:
    return [one.text for one in judge([made], limits, baseline).violations]


def test_what_is_counted() -> None:
    """Modules that were loaded; calls, bytes and time of everything, in vain or not."""
    usage = Usage.of(MADE)
    assert usage.counts == {"modules": 2, "file_calls": 13, "bytes": 15}
    assert usage.time == 7 * MS
    assert usage.modules["a.b"] == Need("a", 1, 4, 10)


def test_within_and_one_too_many() -> None:
    assert over(MADE, Limits(modules=2, file_calls=13, bytes=15, time=7)) == []
    assert over(MADE, Limits(modules=1)) == ["2 modules, and 1 are allowed"]
    assert over(MADE, Limits(file_calls=12)) == ["13 calls into the file system, and 12 are allowed"]
    assert over(MADE, Limits(bytes=14)) == ["15 bytes read, and 14 are allowed"]
    assert over(MADE, Limits(time=6.5)) == ["7.0 ms, and 6.5 are allowed"]
    assert over(MADE, Limits(modules=0, bytes=0)) == [
        "2 modules, and 0 are allowed",
        "15 bytes read, and 0 are allowed",
    ]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("a", ["a is forbidden: program.py:1"]),
        ("a.b", ["a.b is forbidden: program.py:1 -> a.py:1"]),
        ("a.*", ["a.b is forbidden: program.py:1 -> a.py:1"]),
        ("?", ["a is forbidden: program.py:1"]),
        ("b", []), ("speedups", []), ("A", []),
    ],
)  # fmt: skip
def test_forbidden(pattern: str, found: list[str]) -> None:
    """With what is below it; that a forbidden module imports another one is not told. What failed was not imported."""
    assert over(MADE, Limits(forbid=(pattern,))) == found


def test_the_median_of_the_times() -> None:
    runs = [record(load("a", ms=ms)) for ms in (9, 1, 5, 2, 100)]
    assert judge(runs, Limits()).usage.time == 5 * MS
    assert judge(runs, Limits(time=5)).violations == ()
    assert judge(runs, Limits(time=4)).violations[0].found == 5


def test_counts_that_vary_are_told_and_the_highest_is_judged() -> None:
    runs = [record(load("a")), record(load("a"), load("b")), record(load("a"))]
    verdict = judge(runs, Limits(modules=1))
    assert verdict.varied == {"modules": (1, 2, 1)}
    assert verdict.violations[0].found == 2


def test_changes_against_a_baseline() -> None:
    before = record(load("a", load("old"), bytes=1), load("same"))
    after = record(load("a", load("new", line=7), bytes=2), load("same"))
    verdict = judge([after], Limits(), Baseline(("x",), "3.13.0", Usage.of(before)))
    assert verdict.changes == (
        Change("a", "changed", Need("__main__", 1, 0, 1), Need("__main__", 1, 0, 2)),
        Change("new", "new", None, Need("a", 7, 0, 0)),
        Change("old", "gone", Need("a", 1, 0, 0), None),
    )
    assert [one.text for one in verdict.violations] == ["new is new: a.py:7"]


def test_a_baseline_is_kept_without_machine_paths(tmp_path: Path) -> None:
    baseline = Baseline(("-m", "app"), "3.13.0", Usage.of(MADE))
    baseline.dump(tmp_path / "base.json")
    loaded = Baseline.load(tmp_path / "base.json")
    assert (loaded.target, loaded.python, loaded.usage.counts) == (("-m", "app"), "3.13.0", baseline.usage.counts)
    assert loaded.usage.modules == baseline.usage.modules
    assert over(MADE, Limits(), loaded) == []
    assert "program.py" not in (tmp_path / "base.json").read_text()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not a whole JSON document"),
        ("[]", "not one with the format"),
        ('{"format": "importal record"}', "not one with the format"),
        ('{"format": "importal baseline", "version": 9}', "its version is 9"),
        ('{"format": "importal baseline", "version": 1}', "something is missing"),
        ('{"format": "importal baseline", "version": 1, "modules": {"a": {"x": 1}}}', "something is missing"),
    ],
)
def test_what_is_no_baseline(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "base.json").write_text(text)
    with pytest.raises(BaselineError, match=said) as caught:
        Baseline.load(tmp_path / "base.json")
    assert "--update" in str(caught.value)


def test_a_run_that_wrote_bytecode() -> None:
    assert wrote_bytecode(record(load("a", kept="written")))
    assert not wrote_bytecode(record(load("a", kept="skipped: disabled"), load("b")))


def test_as_a_document() -> None:
    document = judge([MADE], Limits(modules=1)).to_json()
    assert json.loads(json.dumps(document)) == document
    assert (document["within"], document["modules"], document["runs"]) == (False, 2, 1)
