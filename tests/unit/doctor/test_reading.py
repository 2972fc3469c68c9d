"""doctor: reading start files, and commands to be typed. (Whole examinations are in tests/e2e.)"""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest

import trees
from importal.doctor import commands
from importal.doctor.bytecode import is_installed
from importal.doctor.environment import ask
from importal.doctor.startfiles import Line, StartFile, read_start_files
from importal.tool_errors import InterpreterError


def read(folder: Path, *, entry_points: bool = False) -> list[StartFile]:
    return list(read_start_files([str(folder), str(folder / "gone")], entry_points=entry_points))


def test_lines_of_a_start_file(tmp_path: Path) -> None:
    text = "\ufeff# comment\n\nimport a\n  import b  \nimport\tc\nimportant\n../up\n"
    trees.write({"x.pth": text.encode(), ".hidden.pth": "import d\n", "y.txt": "import e\n"}, tmp_path)
    (file,) = read(tmp_path)
    assert file.path == str(tmp_path / "x.pth")
    assert file.lines == (
        Line("line", 3, "import a"),
        Line("line", 4, "import b"),
        Line("line", 5, "import\tc"),
        Line("path", 6, str(tmp_path / "important")),
        Line("path", 7, str(tmp_path.parent / "up")),
    )


def test_entry_points_replace_lines(tmp_path: Path) -> None:
    """PEP 829: a .start file disables the lines, not the paths, of the .pth file of its name."""
    trees.write({"x.pth": "import a\nfolder\n", "x.start": "# c\nm:f\n", "y.pth": "import b\n"}, tmp_path)
    kinds = [(os.path.basename(file.path), [line.what for line in file.lines]) for file in read(tmp_path)]
    assert kinds == [("x.pth", ["line", "path"]), ("y.pth", ["line"])]
    kinds = [
        (os.path.basename(file.path), [line.what for line in file.lines]) for file in read(tmp_path, entry_points=True)
    ]
    assert kinds == [("x.pth", ["path"]), ("x.start", ["entry point"]), ("y.pth", ["line"])]


def test_a_start_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "x.pth").mkdir()
    (file,) = read(tmp_path)
    assert (file.lines, bool(file.error)) == ((), True)


def test_a_start_file_in_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "x.pth").write_bytes(b"# caf\xe9\nimport a\n")
    assert [line.text for line in read(tmp_path)[0].lines] == ["import a"]


# ---------------------------------------------------------------- commands, tags, interpreters


@pytest.mark.skipif(os.name == "nt", reason="the commands there are those of cmd")
def test_commands_are_quoted() -> None:
    assert shlex.split(commands.remove(["a b", "c'd"])) == ["rm", "a b", "c'd"]
    assert shlex.split(commands.rename("/x y/z.py", "my_z.py")) == ["mv", "/x y/z.py", "/x y/my_z.py"]
    assert shlex.split(commands.set_variable("P", "a b:c")) == ["export", "P=a b:c"]
    assert shlex.split(commands.pip("/a b/python", "uninstall", "x"))[0] == "/a b/python"


def test_interpreters_that_can_be_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    assert is_installed(sys.implementation.cache_tag or "")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not is_installed("cpython-30")
    name = tmp_path / ("python3.0.exe" if os.name == "nt" else "python3.0")
    name.write_text("")
    name.chmod(0o755)
    assert is_installed("cpython-30")
    assert not is_installed("unheard-of")


def test_what_is_no_interpreter(tmp_path: Path) -> None:
    for name, reason in ((str(tmp_path), "no virtual environment"), ("no-such-python", "no such command")):
        with pytest.raises(InterpreterError, match=reason) as caught:
            ask(name, str(tmp_path))
        assert caught.value.executable == name
        assert "3.11" in str(caught.value)
