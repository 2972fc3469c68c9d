"""The names that a pack knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from importal import source_hash
from importal.errors import PackError
from importal.pack import table as table_file
from importal.pack.format import PackFile, marshalled, write
from importal.pack.table import Table, numbers_in, parts_of, text_of

NAMES = [
    "a",
    "aa",
    "b",
    "b.a",
    "a.5",
    "5",
    "x y",
    "\N{GREEK SMALL LETTER PI}",
    "\udcff",
    *(f"m{n}" for n in range(500)),
]
HOLDERS = {name: [number % 7, 300 + number] if number % 5 == 0 else [number] for number, name in enumerate(NAMES)}
MODULES = {"b": ("source",), "only here": ("extension",), "m7": ("source",)}


def table_of(tmp_path: Path, *parts: object) -> Table:
    data = [marshalled(part) for part in parts]
    blocks = [(sum(map(len, data[:at])), len(one), source_hash(one)) for at, one in enumerate(data)]
    file = tmp_path / "a.pack"
    file.write_bytes(write(marshalled(None), data, optimization=0, flags=0))
    return Table(PackFile(str(file)), blocks, 1000)


@pytest.mark.parametrize("in_a_block", [4096, 100])
def test_names_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_a_block: int) -> None:
    monkeypatch.setattr(table_file, "_IN_A_BLOCK", in_a_block)
    parts = parts_of(HOLDERS, MODULES)
    assert len(parts) == (len(NAMES) + 1) // in_a_block + 1
    table = table_of(tmp_path, *parts)
    assert {name: table.holders(name) for name in NAMES} == HOLDERS
    assert {name: table.module(name) for name in MODULES} == MODULES
    assert table.modules() == sorted(MODULES.items())


@pytest.mark.parametrize("name", ["", "m", "m500", "a/0", "b/2", "a\0", "\0", "0", "only here", "a.5/4"])
def test_names_that_are_not_there(tmp_path: Path, name: str) -> None:
    table = table_of(tmp_path, *parts_of(HOLDERS, MODULES))
    assert table.holders(name) == []
    assert name in MODULES or table.module(name) is None


def test_no_names(tmp_path: Path) -> None:
    table = table_of(tmp_path, *parts_of({}, {}))
    assert (table.holders("a"), table.module("a"), table.modules()) == ([], None, [])


def test_the_same_names_give_the_same_parts() -> None:
    backwards = dict(reversed(HOLDERS.items()))
    assert marshalled(parts_of(HOLDERS, MODULES)) == marshalled(parts_of(backwards, dict(reversed(MODULES.items()))))


def test_a_block_is_read_once_and_when_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_file, "_IN_A_BLOCK", 100)
    table = table_of(tmp_path, *parts_of(HOLDERS, MODULES))
    read: list[object] = []
    whole = PackFile.read
    monkeypatch.setattr(PackFile, "read", lambda self, block: read.append(block) or whole(self, block))
    table.holders("m7")
    table.module("m7")
    table.holders("m7")
    assert len(read) == 1
    table.modules()
    assert len(read) == len(set(read)) == 6


@pytest.mark.parametrize(
    "part",
    [
        None,
        (),
        (("\0a/1\0",),),
        (["\0a/1\0"], {}),
        (("\0a/1\0",), ()),
        ((), {}),
        ((b"\0a/1\0",), {}),
        (("\0a/x\0",), {}),
        (("\0a/\0",), {}),
        (("\0a/1",), {}),
        (("\0a/1000\0",), {}),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, part: Any) -> None:
    table = table_of(tmp_path, part)
    with pytest.raises(PackError, match="names"):
        table.holders("a")


@pytest.mark.parametrize(
    ("numbers", "text"),
    [([0], "0"), ([3, 4], "3-4"), ([3, 5, 6, 7, 9], "3 5-7 9"), ([5, 4, 3], "5 4 3"), ([*range(1000), 7], "0-999 7")],
)
def test_numbers_as_text(numbers: list[int], text: str) -> None:
    assert (text_of(numbers), numbers_in(text, 1000)) == (text, numbers)


@pytest.mark.parametrize("text", ["", "-", "x", "1 ", "1-x", "-1", "1-", "5-3", "8", "0-99999999999", "7-8"])
def test_what_are_no_such_numbers(text: str) -> None:
    with pytest.raises(ValueError, match=r"int|of 8"):
        numbers_in(text, 8)


@pytest.mark.parametrize("blocks", [(), ("abc",), ((1, 2),), ((0, 1.0, b""),), (None,), ((0, 1, b"", 0),)])
def test_what_are_no_blocks(tmp_path: Path, blocks: Any) -> None:
    file = tmp_path / "a.pack"
    file.write_bytes(write(marshalled(None), [], optimization=0, flags=0))
    with pytest.raises((TypeError, ValueError), match=r"blocks|not iterable"):
        Table(PackFile(str(file)), blocks, 0)
