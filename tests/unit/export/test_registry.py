"""export/__init__.py: which format goes with which file, and that each is there."""

from __future__ import annotations

import json

import pytest

import timed_records as records
from importal.export import FORMATS, format_of, render
from importal.observe.record import Record


@pytest.mark.parametrize(
    ("file", "form"),
    [
        ("r.html", "html"), ("r.htm", "html"), ("r.json", "json"), ("r.perfetto.json", "perfetto"),
        ("r.trace.json", "perfetto"), ("dir.html/r.speedscope.json", "speedscope"), ("r.folded", "folded"),
        ("R.TXT", "text"), ("r.pdf", None), ("r", None), ("dir.json/r", None), (".json", "json"), ("perfetto.json", "json"),
    ],
)  # fmt: skip
def test_endings(file: str, form: str | None) -> None:
    assert format_of(file) == form


def test_each_format_by_its_ending() -> None:
    for form, endings in FORMATS.items():
        assert {format_of(f"start{ending}") for ending in endings} <= {form}


@pytest.mark.parametrize("form", FORMATS)
def test_each_is_there(form: str) -> None:
    assert render(records.everything(), form).endswith("\n")


def test_json_is_the_record() -> None:
    record = records.everything()
    assert Record.from_json(json.loads(render(record, "json"))) == record


def test_another() -> None:
    with pytest.raises(ValueError, match="no format 'pdf'; there are text, tree, html"):
        render(records.record(), "pdf")
