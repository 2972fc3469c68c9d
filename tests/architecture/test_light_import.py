"""`import importal` loads next to nothing, since `importal enable` puts it into the start of every program."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

#: Modules of the standard library that cost milliseconds, or that bring such modules along.
HEAVY = {
    "ast", "asyncio", "collections", "concurrent", "contextlib", "copy", "dataclasses", "dis", "email", "enum",
    "functools", "hashlib", "importlib.abc", "importlib.metadata", "importlib.resources", "importlib.util", "inspect",
    "json", "linecache", "logging", "multiprocessing", "operator", "pathlib", "pickle", "platform", "pprint", "random",
    "re", "shutil", "signal", "socket", "sqlite3", "ssl", "string", "struct", "subprocess", "tempfile", "textwrap",
    "threading", "tokenize", "traceback", "typing", "unittest", "urllib", "uuid", "weakref", "zipfile",
    "zoneinfo",
}  # fmt: skip


def loaded_by(statement: str, source: Path) -> set[str]:
    """Return the modules that a statement loads in a bare interpreter, without site and environment."""
    program = (
        f"import sys; sys.path.insert(0, {str(source.parent)!r}); before = set(sys.modules)\n{statement}\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    result = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return set(result.stdout.split())


def test_import_loads_only_the_package_itself(source: Path) -> None:
    # A `from __future__` line loads that module: one small file.
    assert loaded_by("import importal", source) <= {"importal", "__future__"}


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("import importal; importal.ImportSystem.host()", id="host"),
        pytest.param("import importal; importal.ImportSystem.host().install()", id="install"),
        pytest.param("from importal.standard import ImportSystem; ImportSystem.host().install()", id="enable"),
    ],
)
def test_starting_up_loads_nothing_heavy(statement: str, source: Path) -> None:
    loaded = loaded_by(statement, source)
    assert "importal.system" in loaded, "the engine did not even load: this test would hold for nothing"
    assert loaded & HEAVY == set()


def test_heavy_modules_would_be_seen(source: Path) -> None:
    """The check above can fail: an import of something heavy does show."""
    assert loaded_by("import dataclasses", source) & HEAVY
