"""Each file of the package has one job, says so, and keeps to its own room."""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path

MOST_LINES = 400

#: Longer files, each with the reason why it is one job all the same.
LONGER: dict[str, str] = {}

#: The interpreter's own import machinery. Other files may compare a module's name with the last two, but not use them.
INTERIOR = {"_imp", "_frozen_importlib", "_frozen_importlib_external"}
#: Files that may touch it, each with the reason.
MAY_TOUCH_INTERIOR = {
    "interpreter.py": "this is its job",
    "_start.py": "runs at every start of an environment, where loading interpreter.py would be too slow",
    "own.py": "loads interpreter.py, with all the rest",
}

#: What the command line needs comes from the extra `cli`, what sources need from `sql` and `remote`; nothing else may need
#: anything that has to be installed. pytest loads its plugin itself.
MAY_IMPORT = {
    "cli": {"rich", "packaging"},
    "publish": {"packaging"},
    "sources": {"aiohttp", "fsspec", "sqlalchemy"},
    "pytest_plugin.py": {"pytest"},
}


def in_package(file: Path) -> str:
    """Return the path of a file below src/importal, with forward slashes."""
    parts = file.parts
    return "/".join(parts[len(parts) - parts[::-1].index("importal") :])


def test_docstring_says_the_job(source_file: Path) -> None:
    docstring = ast.get_docstring(ast.parse(source_file.read_text(encoding="utf-8")))
    assert docstring, "no docstring: its first line says the job of the file"
    first = docstring.splitlines()[0]
    assert len(first) > 10, f"{first!r} does not say what the file is for"


def test_length(source_file: Path) -> None:
    name = in_package(source_file)
    lines = len(source_file.read_text(encoding="utf-8").splitlines())
    if name in LONGER:
        assert lines > MOST_LINES, f"{name} is short again: take it out of LONGER"
    else:
        assert lines <= MOST_LINES, f"{lines} lines: two jobs in one file? (or explain it in LONGER)"


def test_longer_files_exist(source: Path) -> None:
    assert [name for name in LONGER if not (source / name).is_file()] == []


def test_interior_is_touched_in_one_place(source_file: Path) -> None:
    if in_package(source_file) in MAY_TOUCH_INTERIOR:
        return
    found = []
    for token in tokenize.generate_tokens(io.StringIO(source_file.read_text(encoding="utf-8")).readline):
        # Comments and docstrings may speak of `_imp`. A name uses it, and so may a string that is just the name.
        named = token.type == tokenize.NAME and token.string in INTERIOR
        quoted = token.type == tokenize.STRING and token.string[1:-1] == "_imp"
        if named or quoted:
            found.append(f"line {token.start[0]}: {token.line.strip()}")
    assert found == [], "only interpreter.py may touch the interpreter's own import machinery"


def imported(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the top-level name of every absolute import among some nodes."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def test_imports_only_the_standard_library(source_file: Path) -> None:
    room = in_package(source_file).split("/")[0]
    newer = {"compression"}  # standard from CPython 3.14 on
    allowed = sys.stdlib_module_names | newer | {"importal", "_typeshed"} | MAY_IMPORT.get(room, set())
    assert set(imported(ast.walk(ast.parse(source_file.read_text(encoding="utf-8"))))) - allowed == set()


def test_extras_are_imported_late(source_file: Path) -> None:
    """What needs no extra must work, and start fast, where none is installed."""
    if in_package(source_file) == "pytest_plugin.py":
        return
    extras = set().union(*MAY_IMPORT.values())
    assert set(imported(ast.parse(source_file.read_text(encoding="utf-8")).body)) & extras == set()
