"""export/perfetto.py: the rules of the Trace Event Format document, and the record's figures."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

import timed_records as records
from importal.export.perfetto import perfetto
from importal.observe.record import Record
from timed_records import I, record

#: The phases of events that the document defines, with the ones that have been dropped.
PHASES = set("BEXiICbnestpFPNODSTMVvRc,()")
#: What a metadata event of each name has among its arguments.
METADATA: Mapping[str, tuple[str, type]] = {
    "process_name": ("name", str), "process_labels": ("labels", str), "process_sort_index": ("sort_index", int),
    "thread_name": ("name", str), "thread_sort_index": ("sort_index", int),
}  # fmt: skip


def check(text: str) -> list[dict[str, Any]]:
    """Return the events of a trace in the JSON object form; fail where it breaks a rule of the document."""
    document = json.loads(text)
    assert isinstance(document["traceEvents"], list)
    assert document["displayTimeUnit"] in {"ms", "ns"}
    # Any other key is metadata; `otherData` is where the document puts what is not for the viewer.
    assert document.keys() <= {"traceEvents", "displayTimeUnit", "otherData"}
    assert all(isinstance(value, str) for value in document["otherData"].values())
    for event in document["traceEvents"]:
        assert isinstance(event["name"], str)
        assert event["ph"] in PHASES
        assert len(event["ph"]) == 1
        for key in ("pid", "tid"):
            assert type(event[key]) is int
            assert 0 < event[key] < 1 << 31  # Perfetto keeps 32 bits, and takes 0 for the idle thread
        assert isinstance(event.get("args", {}), dict)
        if event["ph"] == "M":
            key, kind = METADATA[event["name"]]
            assert type(event["args"][key]) is kind
        else:
            assert isinstance(event.get("cat", ""), str)
            assert type(event["ts"]) in {int, float}
            assert math.isfinite(event["ts"])
            assert event["ts"] >= 0
        if event["ph"] == "X":
            assert type(event["dur"]) in {int, float}
            assert math.isfinite(event["dur"])
            assert event["dur"] >= 0
    for tid in {event["tid"] for event in document["traceEvents"]}:
        check_nesting([event for event in document["traceEvents"] if event["ph"] == "X" and event["tid"] == tid])
    events: list[dict[str, Any]] = document["traceEvents"]
    return events


def check_nesting(events: list[dict[str, Any]]) -> None:
    """Complete events of one thread are either inside one another or apart; to the nanosecond."""
    stack: list[int] = []
    spans = [(round(event["ts"] * 1000), round((event["ts"] + event["dur"]) * 1000)) for event in events]
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        while stack and stack[-1] <= start:
            stack.pop()
        assert not stack or end <= stack[-1]
        stack.append(end)


@pytest.mark.parametrize(
    "one",
    [records.everything(), record(), replace(record(), threads=()), records.big()],
    ids=["all", "none", "no", "big"],
)
def test_the_rules_hold(one: Record) -> None:
    check(perfetto(one))


@pytest.mark.parametrize(
    ("true", "false"),
    [
        ('"ph":"X"', '"ph":"x"'), ('"dur":', '"duration":'), ('"tid":1', '"tid":0'), ('"tid":1', '"tid":"1"'),
        ('"dur":10000.0', '"dur":6000.0'), ('"ts":1000.0', '"ts":"1000"'), ('"args":{"name"', '"args":{"title"'),
        ('"displayTimeUnit":"ms"', '"displayTimeUnit":"us"'),
    ],
)  # fmt: skip
def test_the_rules_can_be_broken(true: str, false: str) -> None:
    text = perfetto(records.everything())
    assert true in text
    with pytest.raises((AssertionError, KeyError)):
        check(text.replace(true, false))


def test_one_complete_event_for_each_import() -> None:
    one = records.everything()
    events = [event for event in check(perfetto(one)) if event["ph"] == "X"]
    said = [(event["name"], event["ts"] * 1000, event["dur"] * 1000, event["tid"] - 1) for event in events]
    assert said == [(each.module, each.started, each.total, each.thread) for each in one.imports]
    goods = events[1]
    assert goods["args"]["statement"] == "app.py:2"
    assert goods["args"]["importer"] == "__main__"
    assert goods["args"]["kind"] == "third party Python module"
    assert goods["args"]["compile us"] == 3000
    assert goods["args"]["stat calls"] == 3
    assert "error" not in goods["args"]
    assert {key: events[2]["args"][key] for key in ("outcome", "handled")} == {"outcome": "failed", "handled": True}
    assert None not in [value for event in events for value in event["args"].values()]


def test_threads_have_names() -> None:
    events = check(perfetto(records.everything()))
    names = {event["tid"]: event["args"]["name"] for event in events if event["name"] == "thread_name"}
    assert names == {1: "MainThread", 2: "worker", 3: "thread 2"}
    (process,) = (event["args"]["name"] for event in events if event["name"] == "process_name")
    assert process == "app.py one"


def test_nanoseconds_are_kept() -> None:
    """Microseconds have three places, after weeks of running too."""
    long = record(I("a"))
    one = replace(long.imports[0], started=10**15 + 123, total=1_000_001)
    (event,) = (event for event in check(perfetto(replace(long, imports=(one,)))) if event["ph"] == "X")
    assert (round(event["ts"] * 1000), round(event["dur"] * 1000)) == (10**15 + 123, 1_000_001)
