"""observe/record.py and its schema: one says what the other reads, and what neither takes is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import timed_records as records
from importal.observe import record as module
from importal.observe.record import PHASES, By, Cached, Ended, Import, Record, Startup, Thread
from importal.tool_errors import RecordError

SCHEMA: dict[str, Any] = json.loads(Path(module.__file__).with_name("record.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def document(record: Record | None = None) -> dict[str, Any]:
    """Return a record as a file would hold it."""
    found: dict[str, Any] = json.loads(json.dumps((record or records.everything()).to_json()))
    return found


def test_there_and_back(tmp_path: Path) -> None:
    record = records.everything()
    record.dump(tmp_path / "r.json")
    assert Record.load(tmp_path / "r.json") == record


# ---------------------------------------------------------------- the schema


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(
    "record", [records.everything(), records.record(), records.big(200)], ids=["all", "none", "big"]
)
def test_records_are_as_the_schema_says(record: Record) -> None:
    VALIDATOR.validate(document(record))


#: What the schema says of a value for each annotation of the dataclasses.
TYPES: Mapping[str, object] = {
    "int": "integer", "int | None": ["integer", "null"], "str": "string", "str | None": ["string", "null"],
    "bool": "boolean", "bool | None": ["boolean", "null"], "Mapping[str, int]": "object", "Mapping[str, str]": "object",
    "tuple[str, ...]": "array",
}  # fmt: skip


@pytest.mark.parametrize("kind", [Record, Import, By, Cached, Thread, Ended, Startup])
def test_the_schema_has_the_fields_of_the_dataclasses(kind: Any) -> None:
    schema = SCHEMA if kind is Record else SCHEMA["$defs"][kind.__name__]
    properties = dict(schema["properties"])
    if kind is Record:
        assert properties.pop("format") == {"description": properties_text("format"), "const": module.FORMAT}
        assert properties.pop("version") == {"description": properties_text("version"), "const": module.VERSION}
    assert list(properties) == [one.name for one in fields(kind)]
    assert schema["required"] == list(schema["properties"])
    assert schema["additionalProperties"] is False
    for one in fields(kind):
        said = properties[one.name]
        if one.name == "outcome":
            assert said["enum"] == ["loaded", "found", "failed", "circular"]
        elif one.type in TYPES:
            assert said["type"] == TYPES[one.type], one.name
        else:  # "By", "By | None", "Ended", "tuple[Import, ...]"
            inner = str(one.type).removeprefix("tuple[").removesuffix(", ...]").removesuffix(" | None")
            assert f'"#/$defs/{inner}"' in json.dumps(said)
            assert said.get("type") == ("array" if str(one.type).startswith("tuple") else None)
            assert ("null" in json.dumps(said)) == str(one.type).endswith("None")


def properties_text(name: str) -> str:
    return str(SCHEMA["properties"][name]["description"])


def test_the_schema_knows_the_phases() -> None:
    assert tuple(SCHEMA["$defs"]["Import"]["properties"]["phases"]["properties"]) == PHASES


# ---------------------------------------------------------------- what is refused


def wrong(change: Any) -> dict[str, Any]:
    found = document()
    change(found)
    return found


WRONG = {
    "a time that is text": lambda d: d["imports"][0].update(started="0"),
    "a time that is a fraction": lambda d: d["imports"][0].update(total=1.5),
    "a module without a name": lambda d: d["imports"][0].update(module=None),
    "a phase that is text": lambda d: d["imports"][0]["phases"].update(find="1"),
    "an import without a key": lambda d: d["imports"][0].pop("module"),
    "an import with another key": lambda d: d["imports"][0].update(colour="red"),
    "an importer without a line": lambda d: d["imports"][0]["by"].pop("line"),
    "imports that are none": lambda d: d.update(imports=[1, 2]),
    "imports that are no list": lambda d: d.update(imports={"a": 1}),
    "a target that is text": lambda d: d.update(target="app.py"),
    "no threads": lambda d: d.pop("threads"),
    "complete that is a number": lambda d: d["ended"].update(complete=1),
}  # fmt: skip


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_what_the_schema_refuses_is_refused(change: Any) -> None:
    found = wrong(change)
    assert not VALIDATOR.is_valid(found)
    with pytest.raises(RecordError, match="missing in it, or not as it should be") as caught:
        Record.from_json(found, "r.json")
    assert str(caught.value).startswith("r.json: ")
    assert not caught.value.newer


def test_a_key_is_named_with_its_value() -> None:
    found = wrong(lambda d: d["imports"][0].update(started="soon"))
    with pytest.raises(RecordError, match=r"Import\.started cannot be 'soon'"):
        Record.from_json(found)


BROKEN = {
    "two of one id": (lambda d: d["imports"][1].update(id=0), "two imports have the same id"),
    "its own parent": (lambda d: d["imports"][0].update(parent=0), "import 0 is its own parent"),
    "a circle": (lambda d: d["imports"][0].update(parent=2), "is its own parent"),
    "a time beyond all clocks": (lambda d: d["imports"][0].update(total=10**400), "total cannot be"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "said"), BROKEN.values(), ids=BROKEN)
def test_what_would_lead_in_circles_is_refused(change: Any, said: str) -> None:
    with pytest.raises(RecordError, match=said):
        Record.from_json(wrong(change))


@pytest.mark.parametrize(
    ("change", "said", "newer"),
    [
        (lambda d: d.update(version=2), "its version is 2, and this importal reads 1; read it with a newer", True),
        (lambda d: d.update(version=0), "its version is 0", False),
        (lambda d: d.pop("version"), "its version is None", False),
        (lambda d: d.update(format="importal modules"), "not one with the format 'importal record'; make one", False),
        (lambda d: d.clear(), "not one with the format", False),
    ],
)
def test_other_documents(change: Any, said: str, newer: bool) -> None:
    with pytest.raises(RecordError, match=said) as caught:
        Record.from_json(wrong(change))
    assert caught.value.newer is newer


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"format": "importal record", "version": 1, "imports": [{'],
    ids=["empty", "open", "no text", "deep", "cut"],
)
def test_what_is_no_json(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "r.json").write_bytes(data)
    with pytest.raises(RecordError, match="it is not a whole JSON document"):
        Record.load(tmp_path / "r.json")


def test_a_document_that_is_cut_anywhere(tmp_path: Path) -> None:
    data = json.dumps(document()).encode()
    for end in range(0, len(data) - 1, 97):
        (tmp_path / "r.json").write_bytes(data[:end])
        with pytest.raises(RecordError):
            Record.load(tmp_path / "r.json")
