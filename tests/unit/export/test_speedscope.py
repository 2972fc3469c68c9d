"""export/speedscope.py: as its file format asks for, and the record's figures."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

import timed_records as records
from importal.export.speedscope import speedscope
from importal.observe.record import Record
from timed_records import MS, I, record

#: What https://www.speedscope.app/file-format-schema.json (speedscope 1.25) asks of an evented profile's file, and that
#: nothing else be there: the original allows more keys, and would not notice a misspelt one.
SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["$schema", "profiles", "shared"],
    "properties": {
        "$schema": {"const": "https://www.speedscope.app/file-format-schema.json"},
        "shared": {
            "type": "object",
            "additionalProperties": False,
            "required": ["frames"],
            "properties": {
                "frames": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["name"],
                        "properties": {
                            "name": {"type": "string"},
                            "file": {"type": "string"},
                            "line": {"type": "number"},
                            "col": {"type": "number"},
                        },
                    },
                }
            },
        },
        "profiles": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["type", "name", "unit", "startValue", "endValue", "events"],
                "properties": {
                    "type": {"const": "evented"},
                    "name": {"type": "string"},
                    "unit": {"enum": ["bytes", "microseconds", "milliseconds", "nanoseconds", "none", "seconds"]},
                    "startValue": {"type": "number"},
                    "endValue": {"type": "number"},
                    "events": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "additionalProperties": False,
                            "required": ["type", "at", "frame"],
                            "properties": {
                                "type": {"enum": ["O", "C"]},
                                "at": {"type": "number"},
                                "frame": {"type": "integer"},
                            },
                        },
                    },
                },
            },
        },
        "name": {"type": "string"},
        "activeProfileIndex": {"type": "number"},
        "exporter": {"type": "string"},
    },
}


def check(text: str) -> dict[str, Any]:
    """Return the document; fail where it is not as the schema says, or its events are out of order or do not nest."""
    document: dict[str, Any] = json.loads(text)
    jsonschema.validate(document, SCHEMA)
    for profile in document["profiles"]:
        stack = []
        at = profile["startValue"]
        for event in profile["events"]:
            assert event["at"] >= at
            at = event["at"]
            assert 0 <= event["frame"] < len(document["shared"]["frames"])
            if event["type"] == "O":
                stack.append(event["frame"])
            else:
                assert stack.pop() == event["frame"]
        assert stack == []
        assert profile["endValue"] >= at
    assert 0 <= document["activeProfileIndex"] < max(1, len(document["profiles"]))
    return document


def damaged() -> Record:
    """Return a record in which an inner import ends after the one around it, and the next begins before it has ended."""
    one = record(I("a", 1, [I("b", 2), I("c", 3)]))
    outer, first, second = one.imports
    return replace(one, imports=(outer, replace(first, total=9 * MS), replace(second, started=3 * MS)))


@pytest.mark.parametrize(
    "one",
    [records.everything(), record(), replace(record(), threads=()), records.big(), damaged()],
    ids=["all", "none", "no", "big", "damaged"],
)
def test_the_format_is_kept(one: Record) -> None:
    check(speedscope(one))


@pytest.mark.parametrize(
    ("true", "false"),
    [
        ('"type":"C"', '"type":"X"'),
        ('"at":', '"ts":'),
        ('"unit":"nanoseconds"', '"unit":"ns"'),
        ('"type":"O"', '"type":"C"'),
    ],
)
def test_the_format_can_be_broken(true: str, false: str) -> None:
    with pytest.raises((AssertionError, IndexError, jsonschema.ValidationError)):
        check(speedscope(records.everything()).replace(true, false, 1))


def test_a_profile_for_each_thread_that_imports() -> None:
    one = records.everything()
    document = check(speedscope(one))
    assert [profile["name"] for profile in document["profiles"]] == ["MainThread", "worker", "thread 2"]
    names = [frame["name"] for frame in document["shared"]["frames"]]
    spans = [(profile["startValue"], profile["endValue"]) for profile in document["profiles"]]
    assert spans == [(thread.started, thread.ended) for thread in one.threads]
    events = [(e["type"], names[e["frame"]], e["at"] // MS) for e in document["profiles"][0]["events"][:8]]
    assert events == [
        ("O", "shop", 1), ("O", "shop.goods", 3), ("O", "none", 8), ("C", "none", 10), ("C", "shop.goods", 10),
        ("O", "json", 10), ("C", "json", 11), ("C", "shop", 11),
    ]  # fmt: skip
    assert {"name": "shop.goods", "file": "shop/goods.py"} in document["shared"]["frames"]
    assert {"name": "none"} in document["shared"]["frames"]


def test_times_are_the_records() -> None:
    """For each module, the time that it was on top of the stack is its self time."""
    one = records.big(100)
    document = check(speedscope(one))
    names = [frame["name"] for frame in document["shared"]["frames"]]
    times: dict[str, int] = {}
    stack: list[str] = []
    at = 0
    for event in document["profiles"][0]["events"]:
        if stack:
            times[stack[-1]] = times.get(stack[-1], 0) + event["at"] - at
        at = event["at"]
        stack.append(names[event["frame"]]) if event["type"] == "O" else stack.pop()
    assert times == {each.module: each.self_time for each in one.imports}


def test_what_lies_outside_is_cut_off() -> None:
    (profile,) = check(speedscope(damaged()))["profiles"]
    spans = [(event["type"], event["at"] // MS) for event in profile["events"]]
    assert spans == [("O", 1), ("O", 2), ("C", 7), ("O", 7), ("C", 7), ("C", 7)]
    assert profile["endValue"] == damaged().threads[0].ended


def test_modules_of_one_origin_are_different_frames() -> None:
    document = check(speedscope(record(*(I(name, 1, (), {"origin": "built-in"}) for name in ("sys", "gc", "sys")))))
    assert [frame["name"] for frame in document["shared"]["frames"]] == ["sys", "gc"]


def test_circular_statements_take_no_time() -> None:
    circle = record(I("a", 1, [I("b", 1, [I("a", 0, (), {"outcome": "circular"})])]))
    assert len(check(speedscope(circle))["profiles"][0]["events"]) == 4
