"""importal's own modules out of one file: used when it fits, and made anew when it does not."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import importal

from .conftest import Result, run
from .environments import COMMAND

PROGRAM = "import sys; own = sys.modules.get('importal.system'); print(own.__file__.endswith('system.py'), type(own.__loader__).__name__, own.__spec__.origin == own.__file__)"  # fmt: skip
SAID = Result(0, "True SourceFileLoader True\n", "")


def start(folder: Path, **changes: str) -> Result:
    return run([*COMMAND, "run", "-c", PROGRAM], folder, IMPORTAL_CACHE=str(folder / "cache"), **changes)


def kept(folder: Path) -> list[Path]:
    return list(folder.glob("cache/own/*/*"))


def test_kept_by_the_first_start_and_used_by_the_next(tmp_path: Path) -> None:
    assert start(tmp_path) == SAID
    (file,) = kept(tmp_path)
    first = file.stat()
    assert start(tmp_path) == SAID
    assert file.stat().st_mtime_ns == first.st_mtime_ns


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace shows which files are opened")
def test_the_modules_files_are_not_opened(tmp_path: Path) -> None:
    assert start(tmp_path) == SAID
    files = run(
        ["strace", "-f", "-e", "trace=openat", *COMMAND, "run", "-c", PROGRAM], tmp_path, IMPORTAL_CACHE=str(tmp_path / "cache")
    )  # fmt: skip
    assert "importal-run-" in files.err
    assert "locks." not in files.err


def test_what_records_a_program_has_a_file_of_its_own(tmp_path: Path) -> None:
    tmp_path.joinpath("app.py").write_text("import m\n")
    tmp_path.joinpath("m.py").write_text("")
    shown = []
    for _ in range(2):
        done = run(
            [*COMMAND, "trace", "--format", "folded", "app.py"], tmp_path, IMPORTAL_CACHE=str(tmp_path / "cache")
        )
        shown.append([line.rpartition(" ")[0] for line in done.err.splitlines()])
        (file,) = [one for one in kept(tmp_path) if "-recording-" in one.name]
    assert shown[0] == shown[1]
    assert os.fsencode(os.path.join("importal", "observe", "recorder.py")) in file.read_bytes()


DAMAGED: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda whole: b"",
    "something else": lambda whole: b"what?",
    "cut short": lambda whole: whole[: len(whole) // 2],
    "too long": lambda whole: whole + b"x",
    "without its second half": lambda whole: whole[: len(whole) // 2].ljust(len(whole), b"\0"),
    "without its table": lambda whole: whole[:40].ljust(len(whole), b"\0"),
    "of an importal to come": lambda whole: re.sub(rb"^importal \d ", b"importal 9 ", whole),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_file_that_does_not_fit_is_made_anew(tmp_path: Path, damage: str) -> None:
    assert start(tmp_path) == SAID
    (file,) = kept(tmp_path)
    whole = file.read_bytes()
    damaged = DAMAGED[damage](whole)
    assert damaged != whole
    file.write_bytes(damaged)
    assert start(tmp_path) == SAID
    anew = file.read_bytes()
    # Not to the byte: marshal marks what is referred to more than once in the process.
    assert anew != damaged
    assert len(anew) == len(whole)
    before = file.stat().st_ino
    assert start(tmp_path) == SAID
    assert file.stat().st_ino == before


def test_what_is_kept_for_an_importal_that_is_gone_goes_when_another_is_kept(tmp_path: Path) -> None:
    package = tmp_path / "environment" / "importal"
    shutil.copytree(Path(importal.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    assert start(tmp_path) == SAID
    other = [*COMMAND[:-1], str(package.parent), "run", "-c", PROGRAM]
    assert run(other, tmp_path, IMPORTAL_CACHE=str(tmp_path / "cache")) == SAID
    (tmp_path / "cache" / "own" / "strange").mkdir()
    (tmp_path / "cache" / "own" / "strange" / "file").write_bytes(b"what?" * 20)
    (tmp_path / "cache" / "own" / "a file").write_text("")
    assert len({file.parent for file in kept(tmp_path)}) == 3
    for gone in (False, True):
        if gone:
            shutil.rmtree(package)
        # Whose it is that is kept now, does not matter.
        (mine,) = [file for file in kept(tmp_path) if os.fsencode(Path(importal.__file__).parent) in file.read_bytes()]
        mine.unlink()
        assert start(tmp_path) == SAID
        assert len({file.parent for file in kept(tmp_path)}) == (2 if gone else 3)
    assert (tmp_path / "cache" / "own" / "a file").exists()


def test_without_a_place_to_keep_it(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    assert start(tmp_path) == SAID
    assert (tmp_path / "cache").read_text() == "a file"


def test_not_kept_where_bytecode_is_not(tmp_path: Path) -> None:
    assert start(tmp_path, PYTHONDONTWRITEBYTECODE="1") == SAID
    assert kept(tmp_path) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_a_file_of_somebody_else_is_not_executed(tmp_path: Path) -> None:
    assert start(tmp_path) == SAID
    (file,) = kept(tmp_path)
    os.chown(file, 12345, 12345)
    before = file.stat().st_ino
    assert start(tmp_path) == SAID
    assert file.stat().st_ino != before


def test_an_interrupt_leaves_what_was_loaded_as_imports_leave_it(tmp_path: Path) -> None:
    assert start(tmp_path) == SAID
    (file,) = kept(tmp_path)
    program = f"""if True:
        import sys
        from importal import own
        def interrupt(event, arguments):
            if event == "exec" and arguments[0].co_filename.endswith("search.py") and not interrupted:
                interrupted.append(True)
                raise KeyboardInterrupt
        interrupted = []
        sys.addaudithook(interrupt)
        try:
            own.load({str(file)!r})
        except KeyboardInterrupt:
            print("importal.search" in sys.modules)
        modules = [module for name, module in sys.modules.items() if name.startswith("importal.")]
        print(len(modules) > 20, {{type(module.__spec__).__name__ for module in modules}})
        import importal
        print(importal.ImportSystem.host().import_module("colorsys").__spec__.name)
    """
    result = run([sys.executable, "-c", program], tmp_path)
    assert result == Result(0, "False\nTrue {'ModuleSpec'}\ncolorsys\n", "")
