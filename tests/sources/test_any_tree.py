"""Property: any tree of modules, laid in any source, gives the same modules, attributes, resources and errors."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from importal import ImportState, ImportSystem
from importal.loaders.resources import SourcePath

from . import laying

NAMES = st.sampled_from(["a", "b", "c", "d_1", "é"])
BODIES = st.sampled_from(
    [
        "value = __name__",
        "",
        "from . import a as value",
        "from .b import value",
        "import a.b as value",
        "value = __path__[:]",
        "value = __file__, __spec__.origin, __package__",
        "raise RuntimeError(__name__)",
        "value = (",
        "import sys; sys.modules[__name__] = 7",
        "from c import *",
        "# coding: latin-1\nvalue = 'caf\xe9'",
    ]
)


@st.composite
def trees(draw: st.DrawFn, depth: int = 2) -> dict[str, bytes]:
    """Draw the files of a tree: modules, packages with and without ``__init__``, files that are no modules."""
    files: dict[str, bytes] = {}
    for name in draw(st.lists(NAMES, unique=True, max_size=3)):
        kind = draw(st.sampled_from(["module", "package", "folder", "data"]))
        if kind == "module":
            files[f"{name}.py"] = draw(BODIES).encode()
        elif kind == "data":
            files[f"{name}.txt"] = draw(st.binary(max_size=20))
        elif depth:
            inner = draw(trees(depth=depth - 1))
            if kind == "package":
                inner["__init__.py"] = draw(BODIES).encode()
            files.update({f"{name}/{path}": data for path, data in (inner or {"data.txt": b"x"}).items()})
    return files


def modules_in(files: laying.Files) -> list[str]:
    """Return every dotted name that the tree could mean, and one that it does not."""
    found = {"nothing"}
    for path in files:
        parts = path.removesuffix(".py").split("/")
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        found.update(".".join(parts[:count]) for count in range(1, len(parts) + 1))
    return sorted(found)


def picture(entry: str, files: laying.Files) -> list[Any]:
    """Import everything and return what came of it, the place's own name left out."""
    system = ImportSystem(ImportState(path=[entry]))

    def plain(value: object) -> str:
        return re.sub(r" at 0x[0-9a-f]+", "", repr(value)).replace(laying.shown(entry), "ROOT")

    outcomes: list[Any] = []
    for name in modules_in(files):
        try:
            module: Any = system.import_module(name)
            # Raises where a namespace package's own package has failed since.
            path = list(module.__path__) if hasattr(module, "__path__") else None
        except Exception as error:
            outcomes.append((name, type(error).__name__, plain(str(error))))
            continue
        facts = {key: getattr(module, key, None) for key in ("__name__", "__package__", "__file__", "value")}
        facts["__path__"] = path
        outcomes.append((name, {key: plain(value) for key, value in facts.items()}))
    return [outcomes, sorted(name for name in system.state.modules if name.partition(".")[0] in "abcd_1é")]


def resources(entry: str) -> list[Any]:
    """Return every file and folder with what is in it."""
    source = laying.source_of(entry.removesuffix("/sub"))
    root = laying.shown(entry)
    pending, found = [SourcePath(source, root)], []
    while pending:
        for one in pending.pop().iterdir():
            if one.name == "__pycache__":
                continue
            found.append((str(one).removeprefix(root), one.read_bytes() if one.is_file() else None))
            if one.is_dir():
                pending.append(one)
    return sorted(found)


def check(lay: laying.Lay, files: laying.Files) -> None:
    """Lay the tree in a directory and elsewhere: the same comes of it."""
    with tempfile.TemporaryDirectory() as folder:
        plain = laying.directory(files, Path(folder))
        other = lay(files, Path(folder))
        assert picture(other, files) == picture(plain, files)
        assert resources(other) == resources(plain)


@pytest.mark.parametrize("kind", sorted(set(laying.LOCAL) - {"directory"}))
@settings(max_examples=20)
@given(files=trees().filter(bool))
def test_any_tree(kind: str, files: dict[str, bytes]) -> None:
    check(laying.LOCAL[kind], files)


@pytest.mark.parametrize("kind", sorted(laying.SERVED))
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=trees().filter(bool))
def test_any_tree_on_a_server(kind: str, request: pytest.FixtureRequest, files: dict[str, bytes]) -> None:
    check(laying.SERVED[kind](request), files)
