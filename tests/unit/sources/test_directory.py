"""sources.directory: the file system as a source."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import trees
from importal.sources.directory import FileSystem, read_code, read_data

FILES = FileSystem()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return trees.write({"a.py": "x = 1\n", "folder": {"b": b"12345"}}, tmp_path)


def test_list(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert sorted(FILES.list(str(place))) == ["a.py", "folder"]
    monkeypatch.chdir(place)
    assert sorted(FILES.list("")) == ["a.py", "folder"]
    with pytest.raises(FileNotFoundError):
        FILES.list(str(place / "gone"))
    with pytest.raises(NotADirectoryError):
        FILES.list(str(place / "a.py"))


def test_stat_knows_files_only(place: Path) -> None:
    status = FILES.stat(str(place / "folder" / "b"))
    assert status is not None
    assert (status.st_size, status.st_mtime) == (5, os.stat(place / "folder" / "b").st_mtime)
    for name in ("folder", "gone", "a.py/below", "nul\0byte"):
        assert FILES.stat(str(place / name)) is None


def test_is_directory(place: Path) -> None:
    assert FILES.is_directory(str(place / "folder"))
    for name in ("a.py", "gone", "a.py/below", "nul\0byte"):
        assert not FILES.is_directory(str(place / name))


@pytest.mark.parametrize("read", [read_code, read_data, FILES.read])
@pytest.mark.parametrize("size", [0, 1, (1 << 16) - 1, 1 << 16, (1 << 16) + 1, 300_000])
def test_read(tmp_path: Path, read: Callable[[str], bytes], size: int) -> None:
    data = os.urandom(size)
    (tmp_path / "file").write_bytes(data)
    assert read(str(tmp_path / "file")) == data


def test_read_what_is_not_there(place: Path) -> None:
    for name, error in (("gone", FileNotFoundError), ("folder", IsADirectoryError)):
        for read in (read_code, read_data, FILES.read):
            with pytest.raises(error):
                read(str(place / name))


def test_a_stamp_changes_with_the_entries(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = FILES.stamp(str(place))
    assert before == os.stat(place).st_mtime
    os.utime(place, (1, 1))
    assert FILES.stamp(str(place)) == 1.0
    (place / "new.py").touch()
    assert FILES.stamp(str(place)) != 1.0
    assert FILES.stamp(str(place / "gone")) is None
    assert FILES.stamp(str(place / "a.py")) is None
    monkeypatch.chdir(place)
    assert FILES.stamp("") == FILES.stamp(str(place))


def test_a_stamp_is_settled_when_the_clock_has_moved_on() -> None:
    now = time.time()
    assert not FILES.settled(now)
    assert not FILES.settled(now + 0.01)  # file servers' clocks differ
    assert FILES.settled(now - 10)
    assert FILES.settled(now + 10)


def test_code_is_opened_as_code(child: Callable[..., str], tmp_path: Path) -> None:
    """PEP 578: an embedder's hook decides about files that are going to be executed, and about them only."""
    (tmp_path / "a.py").write_text("x = 1")
    out = child("""
        import ctypes, io
        from importal.sources.directory import read_code, read_data

        @ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.py_object, ctypes.c_void_p)
        def hook(path, data):
            return io.BytesIO(b"checked") if path.endswith("a.py") else open(path, "rb")

        path = str(tmp / "a.py")
        ctypes.pythonapi.PyFile_SetOpenCodeHook(hook, None)
        print(read_code(path), read_data(path))
    """)
    assert out == "b'checked' b'x = 1'\n"
