"""loaders.location: which loader goes with which file."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
from pathlib import Path
from typing import Any

import pytest

from importal import machinery, spec_from_file_location
from importal.loaders.location import file_loaders

SUFFIXES = machinery.all_suffixes()


def facts(spec: Any) -> object:
    if spec is None:
        return None
    loader = spec.loader if isinstance(spec.loader, (type(None), str)) else type(spec.loader).__name__
    return spec.name, loader, spec.origin, spec.submodule_search_locations, spec.has_location, spec.cached


@pytest.mark.parametrize("suffix", [*SUFFIXES, ".txt", "", ".PY"])
@pytest.mark.parametrize("stem", ["m", "__init__"])
def test_the_suffix_decides(suffix: str, stem: str) -> None:
    location = os.path.abspath(os.path.join("x", stem + suffix))
    ours = spec_from_file_location("a", location)
    assert facts(ours) == facts(importlib.util.spec_from_file_location("a", location))
    assert (ours is None) == (suffix not in SUFFIXES)


@pytest.mark.parametrize("locations", [None, [], ["y"]])
def test_what_is_given_decides(locations: list[str] | None) -> None:
    location = os.path.abspath("m.py")
    specs = [
        make("a", location, submodule_search_locations=locations if locations is None else list(locations))
        for make in (spec_from_file_location, importlib.util.spec_from_file_location)
    ]
    assert facts(specs[0]) == facts(specs[1])


def test_a_loader_of_ones_own() -> None:
    loader = object()
    spec = spec_from_file_location("a", "x.weird", loader=loader)
    assert spec is not None
    assert (spec.loader, spec.has_location) == (loader, True)
    assert os.path.isabs(spec.origin or "")


def test_without_location_the_loader_is_asked() -> None:
    class Asked:
        def get_filename(self, name: str) -> str:
            return f"/x/{name}.py"

    class Refusing:
        def get_filename(self, name: str) -> str:
            raise ImportError(name)

        def is_package(self, name: str) -> bool:
            raise ImportError(name)

    for loader in (Asked(), Refusing(), object()):
        ours = spec_from_file_location("a", loader=loader)
        assert facts(ours) == facts(importlib.util.spec_from_file_location("a", loader=loader))  # type: ignore[arg-type]


def test_path_objects_and_relative_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for location in (Path("m.py"), "m.py", b"m.py".decode()):
        spec = spec_from_file_location("a", location)
        assert spec is not None
        assert spec.origin == str(tmp_path / "m.py")


def test_the_order_in_which_a_directory_is_searched() -> None:
    theirs = importlib._bootstrap_external._get_supported_file_loaders()  # type: ignore[attr-defined]
    assert [(loader.__name__, suffixes) for loader, suffixes in file_loaders()] == [
        (loader.__name__, suffixes) for loader, suffixes in theirs
    ]
