"""Every place that holds modules answers by one contract, and what modules expect of Python holds from each."""

from __future__ import annotations

import importlib.metadata
import importlib.resources
import inspect
import linecache
import pkgutil
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import trees
from importal import ImportState, ImportSystem
from importal.testing import check_source

from . import laying

TREE: trees.Tree = {
    "top.py": "value = 'top'\ndef fail():\n    raise ValueError(value)\n",
    "empty.py": "",
    "pkg": {
        "__init__.py": "from . import inner\nfrom .sub import leaf\n",
        "__main__.py": "print('main of', __package__)\n",
        "inner.py": "value = __name__, __package__\n",
        "data.txt": "a résource",
        "sub": {"__init__.py": "", "leaf.py": "value = 'leaf'\n", "table.csv": "1;2\n"},
        "files": {"deep": {"one.bin": b"\x00\xff"}},
    },
    "space": {"part.py": "value = 'part'\n", "more": {"leaf.py": "value = 'more'\n"}},
    "sample-1.5.dist-info": {"METADATA": "Metadata-Version: 2.1\nName: sample\nVersion: 1.5\n", "RECORD": "top.py,,\n"},
}
FILES = dict(trees.files(TREE))


@pytest.fixture(params=[*laying.LOCAL, *laying.SERVED])
def lay(request: pytest.FixtureRequest) -> laying.Lay:
    served = laying.SERVED.get(request.param)
    return laying.LOCAL[request.param] if served is None else served(request)


@pytest.fixture
def entry(lay: laying.Lay, tmp_path: Path) -> str:
    return lay(FILES, tmp_path)


@pytest.fixture
def private(entry: str) -> ImportSystem:
    return ImportSystem(ImportState(path=[entry, *sys.path]))


@pytest.fixture
def host(entry: str) -> Iterator[ImportSystem]:
    """The interpreter's own system, the entry first on its path."""
    before = set(sys.modules)
    with ImportSystem.host().install() as installation:
        sys.path.insert(0, entry)
        yield installation.system
        sys.path.remove(entry)
        for name in set(sys.modules) - before:
            if name.partition(".")[0] in {"top", "empty", "pkg", "space"}:
                del sys.modules[name]


def test_contract(entry: str) -> None:
    """Folders, files, and what is not there."""
    if not entry.endswith("/sub"):  # a folder of a source is none by itself
        check_source(laying.source_of(entry), FILES)


def test_modules_packages_and_namespaces(private: ImportSystem, entry: str) -> None:
    pkg = private.import_module("pkg")
    assert pkg.inner.value == ("pkg.inner", "pkg")
    assert pkg.leaf.value == "leaf"
    assert private.import_module("space.more.leaf").value == "more"
    assert list(private.import_module("space").__path__) == [f"{laying.shown(entry)}/space"]
    assert pkg.__file__ == f"{laying.shown(entry)}/pkg/__init__.py"
    assert pkg.__path__ == [f"{laying.shown(entry)}/pkg"]
    assert repr(pkg) == f"<module 'pkg' from {pkg.__file__!r}>"
    assert private.import_module("empty").__spec__.origin == f"{laying.shown(entry)}/empty.py"
    with pytest.raises(ModuleNotFoundError, match=r"^No module named 'pkg\.nothing'"):
        private.import_module("pkg.nothing")


def test_a_namespace_over_places_of_two_kinds(lay: laying.Lay, tmp_path: Path) -> None:
    entries = [lay({"space/one.py": b"value = 1"}, tmp_path), laying.memory({"space/two.py": b"value = 2"}, tmp_path)]
    system = ImportSystem(ImportState(path=entries))
    assert [system.import_module(f"space.{name}").value for name in ("one", "two")] == [1, 2]
    assert list(system.import_module("space").__path__) == [f"{laying.shown(one)}/space" for one in entries]


def test_source_lines(host: ImportSystem) -> None:
    """In tracebacks, for inspect, and for whoever asks the loader."""
    top = host.import_module("top")
    linecache.clearcache()
    with pytest.raises(ValueError, match="top") as caught:
        top.fail()
    assert "    raise ValueError(value)" in "".join(traceback.format_exception(caught.value))
    assert inspect.getsource(top.fail) == "def fail():\n    raise ValueError(value)\n"
    assert top.__loader__.get_source("top") == FILES["top.py"].decode()


def test_resources(host: ImportSystem) -> None:
    host.import_module("pkg")
    files = importlib.resources.files("pkg")
    assert files.joinpath("data.txt").read_text(encoding="utf-8") == "a résource"
    assert (files / "files" / "deep" / "one.bin").read_bytes() == b"\x00\xff"
    assert sorted(one.name for one in files.iterdir() if one.is_dir() and one.name != "__pycache__") == ["files", "sub"]
    with files.joinpath("sub", "table.csv").open(encoding="utf-8") as file:
        assert file.read() == "1;2\n"
    with importlib.resources.as_file(files / "data.txt") as path:
        assert path.read_text(encoding="utf-8") == "a résource"
    with pytest.raises(OSError, match="nothing"):
        (files / "nothing").read_bytes()


def test_resources_of_a_namespace(host: ImportSystem) -> None:
    host.import_module("space")
    names = sorted(one.name for one in importlib.resources.files("space").iterdir() if one.name != "__pycache__")
    assert names == ["more", "part.py"]


def test_pkgutil(host: ImportSystem) -> None:
    pkg = host.import_module("pkg")
    assert pkgutil.get_data("pkg", "data.txt") == "a résource".encode()
    found = {one.name: one.ispkg for one in pkgutil.iter_modules(pkg.__path__) if one.name != "files"}
    assert found == {"__main__": False, "inner": False, "sub": True}


def test_metadata(host: ImportSystem) -> None:
    assert importlib.metadata.version("sample") == "1.5"
    sample = importlib.metadata.distribution("Sample")
    assert [str(file) for file in sample.files or ()] == ["top.py"]
    assert (sample.files or ())[0].locate().read_text(encoding="utf-8") == FILES["top.py"].decode()


def test_running_as_a_program(private: ImportSystem, capsys: pytest.CaptureFixture[str]) -> None:
    private.run_module("pkg", run_name="__main__")
    assert capsys.readouterr().out == "main of pkg\n"


def test_the_second_run_compiles_nothing(lay: laying.Lay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMPORTAL_CACHE", str(tmp_path / "cache"))
    entry = lay(FILES, tmp_path)
    seen: list[list[Any]] = []
    for _ in range(2):
        heard: list[Any] = []
        system = ImportSystem(ImportState(path=[entry]))
        host = ImportSystem.host()
        undo = [one.events.observe(heard.append) for one in (system, host)]
        system.import_module("pkg")
        for forget in undo:
            forget()
        seen.append([(one.step, one.outcome) for one in heard])
    assert seen[0].count(("store", "written")) == 4
    assert seen[1].count(("bytecode", "fresh")) == 4
    assert ("source", "read") not in seen[1]
    assert ("store", "written") not in seen[1]


def test_a_changed_source_is_compiled_again(lay: laying.Lay, tmp_path: Path) -> None:
    """By what it holds, not by when it was written."""
    for value in (1, 2):
        system = ImportSystem(ImportState(path=[lay({"m.py": b"value = %d" % value}, tmp_path)]))
        assert system.import_module("m").value == value


def test_errors_of_the_source(lay: laying.Lay, tmp_path: Path) -> None:
    entry = lay({"bad.py": b"x = (", "coding.py": b"# coding: nothing\n", "null.py": b"x = 1\0"}, tmp_path)
    system = ImportSystem(ImportState(path=[entry]))
    for name in ("bad", "coding", "null"):
        with pytest.raises((SyntaxError, ValueError)) as caught:
            system.import_module(name)
        assert name not in system.state.modules
        if name == "bad":
            assert isinstance(caught.value, SyntaxError)
            assert caught.value.filename == f"{laying.shown(entry)}/bad.py"


def test_bytecode_without_source(lay: laying.Lay, tmp_path: Path) -> None:
    import py_compile

    (tmp_path / "m.py").write_text("value = 'compiled'", encoding="utf-8")
    py_compile.compile(str(tmp_path / "m.py"), str(tmp_path / "m.pyc"))
    entry = lay({"m.pyc": (tmp_path / "m.pyc").read_bytes(), "foreign.pyc": b"no magic number, this"}, tmp_path)
    system = ImportSystem(ImportState(path=[entry]))
    assert system.import_module("m").value == "compiled"
    with pytest.raises(ImportError, match="bad magic number"):
        system.import_module("foreign")
