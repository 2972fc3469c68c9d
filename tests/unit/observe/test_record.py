"""observe/record: the record of a program's imports as a document."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from importal import tool_errors
from importal.observe.record import By, Cached, Ended, Import, Record, Startup, Thread

BY = By("m", "m.py", 3)
RECORD = Record(
    importal="0.1.0",
    python={"version": "3.13.0"},
    target=("-m", "m"),
    date="2026-11-21T12:00:00+00:00",
    ended=Ended(0, complete=True),
    threads=(Thread(0, "MainThread", 0, 100, 40),),
    imports=(
        Import(
            0, None, 0, "a", BY, "loaded", 10, 60, 50, {"find": 20, "execute": 30}, calls={"stat": 2}, searched=("x",)
        ),
        Import(1, 0, 0, "b", None, "failed", 20, 10, 10, {"find": 10}, error="ImportError: no", handled=True),
    ),
    cached=(Cached("os", BY, 4),),
    startup=(Startup("x.pth", 1, "import y", 5, ("y",)),),
)


def test_a_record_survives_being_written(tmp_path: Path) -> None:
    RECORD.dump(tmp_path / "record.json")
    assert Record.load(tmp_path / "record.json") == RECORD


def test_who_asked_for_whom() -> None:
    outer, inner = RECORD.imports
    assert list(RECORD.chain(inner)) == [inner, outer]
    assert RECORD.inside == {None: (outer,), 0: (inner,)}
    assert outer.ended == 70


def test_the_times_of_a_thread_add_up() -> None:
    (thread,) = RECORD.threads
    assert thread.own + sum(one.self_time for one in RECORD.imports) == thread.ended - thread.started


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text[: len(text) // 2], "not a whole JSON document"),
        (lambda text: "[]", "not one with the format 'importal record'"),
        (lambda text: '{"format": "traces"}', "not one with the format 'importal record'"),
        (lambda text: text.replace('"version":1', '"version":2'), "its version is 2, and this importal reads 1"),
        (lambda text: text.replace('"started"', '"begun"', 1), "something is missing in it"),
        (lambda text: text.replace('"threads":[', '"threads":[5,'), "something is missing in it"),
    ],
)
def test_what_is_no_record(tmp_path: Path, change: object, words: str) -> None:
    assert callable(change)
    RECORD.dump(tmp_path / "record.json")
    (tmp_path / "broken.json").write_text(change((tmp_path / "record.json").read_text()))
    with pytest.raises(tool_errors.RecordError, match=words) as caught:
        Record.load(tmp_path / "broken.json")
    assert caught.value.path.endswith("broken.json")
    assert caught.value.newer == ("version is 2" in words)
    assert isinstance(caught.value, ValueError)


def test_a_newer_record_says_what_to_do() -> None:
    document = json.loads(json.dumps(RECORD.to_json()))
    with pytest.raises(tool_errors.RecordError, match="read it with a newer importal"):
        Record.from_json({**document, "version": 7})
