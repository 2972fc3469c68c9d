"""abc, machinery, util, deprecated: what importlib's submodules of these names are."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import sys
import types
import warnings
import zipimport
from collections.abc import Callable
from typing import Any

import pytest

import importal.abc
from importal import machinery, util
from importal.finders.archive import zipimporter
from importal.loaders.namespace import NamespacePath

#: From 3.12 on these are gone.
old = pytest.mark.skipif(sys.version_info >= (3, 12), reason="CPython 3.12 has dropped it")

BASES = [
    "Loader",
    "MetaPathFinder",
    "PathEntryFinder",
    "ResourceLoader",
    "InspectLoader",
    "ExecutionLoader",
    "FileLoader",
    "SourceLoader",
]


@pytest.mark.parametrize("name", BASES)
def test_base_classes_ask_for_the_same_methods(name: str) -> None:
    ours, theirs = getattr(importal.abc, name), getattr(importlib.abc, name)
    assert ours.__abstractmethods__ == theirs.__abstractmethods__
    assert [base.__name__ for base in ours.__mro__ if base.__name__ in BASES] == [
        base.__name__ for base in theirs.__mro__ if base.__name__ in BASES
    ]
    public = {method for method in dir(theirs) if not method.startswith("_")}
    assert public - set(dir(ours)) == set()


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize(
    "name",
    [
        "BuiltinImporter",
        "FrozenImporter",
        "PathFinder",
        "WindowsRegistryFinder",
        "FileFinder",
        "SourceFileLoader",
        "SourcelessFileLoader",
        "ExtensionFileLoader",
        "NamespaceLoader",
    ],
)
def test_concrete_classes_count_as_theirs_do(base: str, name: str) -> None:
    ours = issubclass(getattr(machinery, name), getattr(importal.abc, base))
    assert ours is issubclass(getattr(importlib.machinery, name), getattr(importlib.abc, base))


@pytest.mark.parametrize(
    "name",
    [
        *(name for name, value in vars(importlib.machinery).items() if isinstance(value, type) and name[0] != "_"),
        "LazyLoader",
        "zipimporter",
    ],
)
def test_methods_are_called_with_the_same_names(name: str) -> None:
    def parameters(cls: type, method: str) -> list[str]:
        found = inspect.signature(getattr(cls, method)).parameters.values()
        return [one.name for one in found if one.kind not in {one.VAR_KEYWORD, one.VAR_POSITIONAL}]

    theirs = getattr(
        zipimport if name == "zipimporter" else importlib.util if name == "LazyLoader" else importlib.machinery, name
    )
    ours = (
        zipimporter
        if name == "zipimporter"
        else getattr(util if name == "LazyLoader" else machinery, name, NamespacePath)
    )
    asked = [method for method in dir(theirs) if method[0] != "_" and callable(getattr(theirs, method))]
    for method in [*asked, "__init__"]:
        if method != "module_repr":  # two of three have other names for their argument; gone with CPython 3.12
            names = parameters(theirs, method)
            assert parameters(ours, method)[: len(names)] == names, method


def test_base_methods_answer_that_they_do_not_know() -> None:
    class Inspect(importal.abc.InspectLoader):
        def get_source(self, fullname: str) -> str:
            return super().get_source(fullname)  # type: ignore[return-value, safe-super]

    class Execution(Inspect, importal.abc.ExecutionLoader):
        def get_filename(self, fullname: str) -> str:
            return super().get_filename(fullname)  # type: ignore[safe-super]

    class Resource(importal.abc.ResourceLoader):
        def get_data(self, path: str) -> bytes:
            return super().get_data(path)  # type: ignore[safe-super]

    for ask in (Inspect().get_source, Inspect().is_package, Execution().get_filename):
        with pytest.raises(ImportError):
            ask("m")
    with pytest.raises(OSError, match="reads no data at 'path'"):
        Resource().get_data("path")
    assert importal.abc.MetaPathFinder().invalidate_caches() is None
    assert importal.abc.PathEntryFinder().invalidate_caches() is None


@pytest.mark.parametrize("known", [True, False])
def test_code_says_where_it_comes_from_when_that_is_known(known: bool) -> None:
    class Loader(importal.abc.ExecutionLoader):
        def get_source(self, fullname: str) -> str:
            return "value = 1\n"

        def get_filename(self, fullname: str) -> str:
            if known:
                return "here.py"
            raise ImportError(fullname)

        def is_package(self, fullname: str) -> bool:
            return False

    code = Loader().get_code("m")
    assert code is not None
    assert code.co_filename == ("here.py" if known else "<string>")
    module = types.ModuleType("m")
    Loader().exec_module(module)
    assert module.value == 1


@pytest.mark.skipif(sys.version_info >= (3, 15), reason="CPython 3.15 has no load_module any more")
def test_load_module_of_a_base_class() -> None:
    class Loader(importal.abc.Loader):
        def exec_module(self, module: types.ModuleType) -> None:
            module.value = 1

    class Nothing(importal.abc.Loader):
        pass

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            assert Loader().load_module("importal_unit_loaded").value == 1
        finally:
            sys.modules.pop("importal_unit_loaded", None)
        with pytest.raises(ImportError):
            Nothing().load_module("m")


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="CPython 3.14 has moved them to importlib.resources.abc")
@pytest.mark.parametrize("name", ["ResourceReader", "Traversable", "TraversableResources"])
def test_resource_classes(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        assert getattr(importal.abc, name) is getattr(importlib.abc, name)
    with pytest.raises(AttributeError, match="no_such_name"):
        importal.abc.no_such_name  # noqa: B018 - the access is the test


# ---------------------------------------------------------------- machinery


def test_suffixes() -> None:
    assert machinery.all_suffixes() == importlib.machinery.all_suffixes()
    assert machinery.SOURCE_SUFFIXES is importlib.machinery.SOURCE_SUFFIXES


def test_a_suffix_that_a_program_adds_counts(child: Callable[..., str]) -> None:
    out = child("""
        import importal, importlib.machinery
        (tmp / "m.unit").write_text("value = 1")
        importlib.machinery.SOURCE_SUFFIXES.append(".unit")
        system = importal.ImportSystem(importal.ImportState([str(tmp)]))
        print(importal.spec_from_file_location("m", tmp / "m.unit") is not None)
    """)
    assert out == "True\n"


@pytest.mark.parametrize("name", ["DEBUG_BYTECODE_SUFFIXES", "OPTIMIZED_BYTECODE_SUFFIXES"])
def test_superseded_names(name: str) -> None:
    if sys.version_info >= (3, 14):
        with pytest.warns(DeprecationWarning, match=f"importlib.machinery.{name} is deprecated"):
            assert getattr(machinery, name) is machinery.BYTECODE_SUFFIXES
    else:
        assert getattr(machinery, name) is machinery.BYTECODE_SUFFIXES
    with pytest.raises(AttributeError, match="no_such_name"):
        machinery.no_such_name  # noqa: B018 - the access is the test


def test_apples_loader_is_there_everywhere() -> None:
    assert issubclass(machinery.AppleFrameworkLoader, machinery.ExtensionFileLoader)


# ---------------------------------------------------------------- util


def test_find_spec_is_the_hosts() -> None:
    assert util.find_spec("importlib.util") is importlib.util.__spec__
    assert util.find_spec("no_such_module_here") is None
    spec = util.find_spec("json.tool")
    assert spec is not None
    assert spec.name == "json.tool"
    relative = util.find_spec(".tool", "json")
    assert relative is not None
    assert relative.origin == spec.origin


def test_constants() -> None:
    assert util.MAGIC_NUMBER == importlib.util.MAGIC_NUMBER
    assert util.source_hash(b"x") == importlib.util.source_hash(b"x")


# ---------------------------------------------------------------- what 3.12 dropped


@old
def test_find_loader() -> None:
    deprecated = "slated for removal in Python 3.12; use importlib.util.find_spec"
    with pytest.warns(DeprecationWarning, match=deprecated):
        assert importal.find_loader("json") is sys.modules["json"].__loader__
    with pytest.warns(DeprecationWarning, match=deprecated):
        assert importal.find_loader("no_such_module_here") is None
    module = types.ModuleType("importal_unit_m")
    sys.modules["importal_unit_m"] = module
    try:
        with pytest.warns(DeprecationWarning, match=deprecated), pytest.raises(ValueError, match="__loader__ is None"):
            importal.find_loader("importal_unit_m")
        del module.__loader__
        with (
            pytest.warns(DeprecationWarning, match=deprecated),
            pytest.raises(ValueError, match="__loader__ is not set"),
        ):
            importal.find_loader("importal_unit_m")
    finally:
        del sys.modules["importal_unit_m"]


@old
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_decorators_of_load_module() -> None:
    def load(self: Any, name: str) -> types.ModuleType:
        return types.ModuleType(name)

    module = util.set_package(load)(None, "a.b")  # type: ignore[attr-defined]
    assert module.__package__ == "a"
    assert util.set_loader(load)("the loader", "m").__loader__ == "the loader"  # type: ignore[attr-defined]


@old
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_module_for_loader() -> None:
    class Loader:
        fails = False

        @util.module_for_loader  # type: ignore[attr-defined, misc]
        def load_module(self, module: types.ModuleType) -> types.ModuleType:
            module.value = 1  # type: ignore[attr-defined]
            if self.fails:
                raise ValueError("broken")
            return module

        def is_package(self, name: str) -> bool:
            return True

    loader = Loader()
    name = "importal_unit_module_for_loader"
    try:
        module = loader.load_module(name)
        assert (module.value, module.__package__, module.__loader__) == (1, name, loader)
        assert loader.load_module(name) is module
        loader.fails = True
        with pytest.raises(ValueError, match="broken"):
            loader.load_module(name)
        assert name in sys.modules
        del sys.modules[name]
        with pytest.raises(ValueError, match="broken"):
            loader.load_module(name)
        assert name not in sys.modules
    finally:
        sys.modules.pop(name, None)


@old
def test_the_finder_base_class() -> None:
    with pytest.warns(DeprecationWarning, match="the Finder ABC is deprecated"):
        finder = importal.abc.Finder()  # type: ignore[attr-defined]
    with pytest.warns(DeprecationWarning, match="find_module"):
        assert finder.find_module("m") is None
    assert issubclass(importal.abc.MetaPathFinder, importal.abc.Finder)  # type: ignore[attr-defined]
