"""The code in a pack: several modules in one stream."""

from __future__ import annotations

import marshal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from importal import source_hash
from importal.errors import PackError
from importal.pack import streams as streams_file
from importal.pack import writing
from importal.pack.format import PackFile, read_header, write
from importal.pack.streams import Streams
from importal.pack.table import Table
from importal.pack.writing import Contents, Module, encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importal.pack.streams import Place

NAMES = [f"m{number:02}" for number in range(40)]


@pytest.fixture
def packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Streams, dict[str, Place]]]:
    """Return a function that packs modules, some 500 bytes each, and opens the pack."""

    def pack(names: list[str], *, ordered: bool = True, stream: int = 2000) -> tuple[Streams, dict[str, Place]]:
        monkeypatch.setattr(writing, "_IN_A_STREAM", stream)
        contents = Contents()
        for number, name in enumerate(names):
            code = compile(f"shared_name = {name!r}\nnoise = {name * 100!r}", f"{name}.py", "exec")
            order = ("program", number) if ordered else ()
            contents.modules[name] = Module(name, "source", str(tmp_path / f"{name}.py"), code=code, order=order)
        file = tmp_path / "app.pack"
        file.write_bytes(encode(contents, str(file)))
        opened = PackFile(str(file))
        return Streams(opened), {name: module[5] for name, module in Table(opened, opened.root["names"], 0).modules()}

    return pack


def value(code: Any) -> object:
    namespace: dict[str, object] = {}
    exec(code, namespace)
    return namespace["shared_name"]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many objects there were in each block that was made."""
    counts: list[int] = []

    def counting(self: PackFile, *where: Any) -> Any:
        found = whole(self, *where)
        counts.append(len(found))
        return found

    whole = PackFile.object
    monkeypatch.setattr(PackFile, "object", counting)
    return counts


def test_modules_in_their_order_are_made_in_streams(packed: Any, made: list[int]) -> None:
    streams, places = packed(NAMES)
    made.clear()
    assert [value(streams.code(places[name])) for name in NAMES] == NAMES
    assert sum(made) == len(NAMES)
    assert 5 < len(made) < 20
    assert not streams._waiting


def test_what_the_program_does_not_import_is_alone(packed: Any, made: list[int]) -> None:
    streams, places = packed(NAMES, ordered=False)
    made.clear()
    assert [value(streams.code(places[name])) for name in reversed(NAMES)] == NAMES[::-1]
    assert made == [1] * len(NAMES)


def test_the_same_modules_give_the_same_bytes(packed: Any, tmp_path: Path) -> None:
    packed(NAMES)
    first = (tmp_path / "app.pack").read_bytes()
    packed(NAMES)
    assert (tmp_path / "app.pack").read_bytes() == first


def test_what_is_asked_for_again_is_a_new_object(packed: Any) -> None:
    streams, places = packed(NAMES)
    first, second = (streams.code(places["m01"]) for _ in range(2))
    assert first == second
    assert first is not second
    assert value(streams.code(places["m00"])) == "m00"


def test_another_order_makes_little_twice(packed: Any, made: list[int]) -> None:
    streams, places = packed(NAMES)
    halves = [name for pair in zip(NAMES[:20], NAMES[20:], strict=True) for name in pair]
    made.clear()
    assert [value(streams.code(places[name])) for name in halves] == halves
    assert sum(made) == len(NAMES)
    made.clear()
    assert [value(streams.code(places[name])) for name in reversed(NAMES)] == NAMES[::-1]
    assert sum(made) == len(NAMES)


def test_little_waits_for_being_asked(packed: Any) -> None:
    streams, places = packed(NAMES)
    for name in NAMES[::4]:
        streams.code(places[name])
    assert len(streams._waiting) == streams_file._WAITING
    streams.forget()
    assert not streams._waiting
    assert value(streams.code(places["m01"])) == "m01"


@pytest.mark.parametrize("number", [40, -41])
def test_a_place_that_is_none_is_refused(packed: Any, number: int) -> None:
    streams, places = packed(NAMES)
    offset, size, start, length, checksum, _ = places["m00"]
    with pytest.raises(PackError, match="no code where its index says"):
        streams.code((offset, size, start, length, checksum, number))


@pytest.mark.parametrize("stream", [None, 7, "exit()", ("exit()",), [1]])
def test_a_stream_that_holds_no_code_is_refused(packed: Any, tmp_path: Path, stream: object) -> None:
    streams, _ = packed(["m00"])
    block = marshal.dumps(stream)
    (tmp_path / "app.pack").write_bytes(write(b"", [block], optimization=0, flags=0))
    streams.file.header = read_header((tmp_path / "app.pack").read_bytes())
    streams.file._base = streams.file.header.root[0]
    with pytest.raises(PackError, match="no code where its index says"):
        streams.code((0, len(block), 0, len(block), source_hash(block), 0))
