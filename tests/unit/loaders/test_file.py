"""loaders.file and loaders.base: what loaders of files have in common; load_module."""

from __future__ import annotations

import importlib.resources
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import trees
from importal import ImportSystem, machinery
from importal.loaders.base import file_stem

Private = Callable[..., ImportSystem]


@pytest.mark.parametrize(
    ("path", "stem"), [("a/__init__.py", "__init__"), ("m.py", "m"), ("m.a.so", "m.a"), ("a.b/m", ""), ("", "")]
)
def test_file_stem(path: str, stem: str) -> None:
    assert file_stem(path) == stem


@pytest.mark.parametrize("archive", [False, True])
def test_resources(private: Private, archive: bool) -> None:
    tree = {"pkg": {"__init__.py": "", "data.txt": "text", "sub": {"more.bin": b"\1\2"}}}
    system = private(tree, archive=archive)
    package = system.import_module("pkg")
    files = importlib.resources.files(package)
    assert (files / "data.txt").read_text() == "text"
    assert (files / "sub" / "more.bin").read_bytes() == b"\1\2"
    assert {one.name for one in files.iterdir()} >= {"__init__.py", "data.txt", "sub"}


def test_get_data(tmp_path: Path) -> None:
    trees.write({"m.py": "", "data": b"\0\1"}, tmp_path)
    for loader_class in (machinery.SourceFileLoader, machinery.SourcelessFileLoader, machinery.ExtensionFileLoader):
        loader = loader_class("m", str(tmp_path / "m.py"))
        assert loader.get_data(str(tmp_path / "data")) == b"\0\1"
        with pytest.raises(FileNotFoundError):
            loader.get_data(str(tmp_path / "gone"))


@pytest.mark.skipif(sys.version_info >= (3, 15), reason="CPython 3.15 has no load_module any more")
def test_load_module(child: Callable[..., str]) -> None:
    """The module is put into sys.modules, or executed again when it is there; a new one that fails is taken out."""
    out = child(
        """
        from importal import machinery
        trees.write({"m.py": "count = globals().get('count', 0) + 1", "broken.py": "1 / 0"}, tmp)
        loader = machinery.SourceFileLoader("m", str(tmp / "m.py"))
        first = loader.load_module("m")
        print(sys.modules["m"] is first, first.count, loader.load_module() is first, first.count)
        try:
            machinery.SourceFileLoader("broken", str(tmp / "broken.py")).load_module("broken")
        except ZeroDivisionError:
            print("broken" in sys.modules)
        try:
            loader.load_module("other")
        except ImportError as error:
            print(error)
        """,
        flags=("-W", "ignore::DeprecationWarning"),
    )
    assert out == "True 1 True 2\nFalse\nloader for m cannot handle other\n"
