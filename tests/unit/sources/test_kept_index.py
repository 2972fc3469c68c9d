"""Indexes in the user's cache: worked out once, and again where what is kept is none."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import pytest

from importal.sources.archive import read_directory
from importal.sources.kept_index import kept_index

LARGE = [(f"name{number}", number) for number in range(3000)]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IMPORTAL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return tmp_path / "cache"


class Work:
    """Something to work out, and how often that was done."""

    def __init__(self, result: object = LARGE) -> None:
        self.result = result
        self.times = 0

    def __call__(self) -> object:
        self.times += 1
        return self.result


def kept(cache: Path) -> list[Path]:
    return [file for file in cache.rglob("*") if file.is_file()]


def test_it_is_worked_out_once(cache: Path) -> None:
    work = Work()
    assert kept_index("sort", "key", work) == LARGE
    assert kept_index("sort", "key", work) == LARGE
    assert work.times == 1
    assert kept_index("sort", "another", work) == LARGE
    assert work.times == 2
    assert len(kept(cache)) == 2


def test_what_is_small_is_not_kept(cache: Path) -> None:
    assert kept_index("sort", "key", Work([1])) == [1]
    assert kept(cache) == []


@pytest.mark.parametrize("damage", ["cut", "turned", "empty"])
def test_a_damaged_one_is_worked_out_anew(cache: Path, damage: str) -> None:
    work = Work()
    kept_index("sort", "key", work)
    (file,) = kept(cache)
    whole = file.read_bytes()
    turned = whole[:1000] + bytes([whole[1000] ^ 1]) + whole[1001:]
    file.write_bytes({"cut": whole[:-1], "turned": turned, "empty": b""}[damage])
    assert kept_index("sort", "key", work) == LARGE
    assert work.times == 2
    assert file.read_bytes() == whole


def test_nothing_is_written_where_no_bytecode_is(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert kept_index("sort", "key", Work()) == LARGE
    assert kept(cache) == []


def test_what_fails_is_not_kept(cache: Path) -> None:
    def fail() -> object:
        raise ValueError("no index")

    with pytest.raises(ValueError, match="no index"):
        kept_index("sort", "key", fail)
    assert kept(cache) == []


def test_an_archive_that_is_made_anew_has_another(tmp_path: Path, cache: Path) -> None:
    """Even of the same size and time, and with members of the same names."""
    archive = tmp_path / "a.zip"
    seen = []
    for number in (1, 2):
        with zipfile.ZipFile(archive, "w") as file:
            for at in range(2000):
                file.writestr(zipfile.ZipInfo(f"m{at}.py"), f"version = {number}")
        seen.append([read_directory(str(archive)) for _ in range(2)])
        assert len(kept(cache)) == number
    (first, again), (second, _) = seen
    assert first == again
    assert first["m0.py"] is not None
    assert second["m0.py"] is not None
    assert first["m0.py"].name == second["m0.py"].name == "m0.py"
    assert first["m0.py"].crc != second["m0.py"].crc
