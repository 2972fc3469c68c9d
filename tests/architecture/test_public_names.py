"""The public names are there, are all there, and are the same for people and for type checkers."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path
from types import ModuleType

import pytest

import importal


@pytest.mark.parametrize("name", sorted(importal.__all__))
def test_public_name_resolves(name: str) -> None:
    # Not `is`: the functions are methods of the host system, made anew at each access.
    assert getattr(importal, name) == getattr(importal, name)


def test_all_has_no_doubles() -> None:
    assert sorted(importal.__all__) == sorted(set(importal.__all__))


def test_dir_lists_public_names() -> None:
    assert set(importal.__all__) <= set(dir(importal))


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        importal.no_such_name  # noqa: B018 - the access is the test


def test_type_checkers_see_the_same_names(source: Path) -> None:
    """What is bound late at run time is imported under TYPE_CHECKING, so that editors and mypy know it."""
    seen = set()
    for node in ast.walk(ast.parse((source / "__init__.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import | ast.ImportFrom):
            seen |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Assign):
            seen |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            seen.add(node.target.id)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            seen.add(node.name)
    assert set(importal.__all__) - seen == set()


def test_py_typed_is_shipped(source: Path) -> None:
    assert (source / "py.typed").is_file()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # some names warn when they are read, as importlib's do
@pytest.mark.parametrize("name", ["importal.machinery", "importal.util", "importal.abc"])
def test_namespaces_offer_what_importlib_does(name: str) -> None:
    theirs = importlib.import_module(name.replace("importal", "importlib"))
    ours = importlib.import_module(name)
    public = [n for n in getattr(theirs, "__all__", None) or vars(theirs) if is_its_own(n, getattr(theirs, n))]
    assert len(public) > 5
    assert [n for n in public if not hasattr(ours, n)] == []


def is_its_own(name: str, value: object) -> bool:
    """Tell the public names of a module of importlib from what it imported for its own use."""
    home = getattr(value, "__module__", "importlib")
    return not name.startswith("_") and not isinstance(value, ModuleType) and "importlib" in home
