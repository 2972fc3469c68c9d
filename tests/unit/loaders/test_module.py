"""loaders.module: from a spec to a module."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import sys
import types
from typing import Any

import pytest

from importal import Events, module_from_spec, spec_from_loader
from importal.loaders.module import execute_again, load, set_attributes, spec_from_module
from importal.spec import ModuleSpec

legacy = pytest.mark.skipif(sys.version_info >= (3, 15), reason="CPython 3.15 has no load_module any more")


class Loader:
    """Executes what it was given."""

    def __init__(self, act: Any = lambda module: None, made: Any = None) -> None:
        self.act, self.made = act, made

    def create_module(self, spec: ModuleSpec) -> Any:
        return self.made

    def exec_module(self, module: types.ModuleType) -> None:
        self.act(module)


def spec_of(act: Any = lambda module: None, name: str = "m", **facts: Any) -> ModuleSpec:
    return ModuleSpec(name, Loader(act), **facts)


Table = dict[str, types.ModuleType]


# ---------------------------------------------------------------- load


def test_it_is_in_the_table_and_marked_while_it_is_executed() -> None:
    table: Table = {}
    seen: list[object] = []
    spec = spec_of(lambda module: seen.extend([table["m"] is module, spec._initializing]))
    module = load(spec, table, Events())
    assert seen == [True, True]
    assert table == {"m": module}


def test_a_failing_module_goes_and_nothing_else() -> None:
    table: Table = {"before": types.ModuleType("before")}

    def fail(module: types.ModuleType) -> None:
        table["side"] = types.ModuleType("side")
        raise ValueError("broken")

    spec = spec_of(fail)
    with pytest.raises(ValueError, match="broken"):
        load(spec, table, Events())
    assert list(table) == ["before", "side"]
    assert spec._initializing  # whoever has found the module before looks again


def test_a_module_that_has_removed_itself_and_fails() -> None:
    table: Table = {}

    def fail(module: types.ModuleType) -> None:
        del table["m"]
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        load(spec_of(fail), table, Events())
    assert table == {}


def test_a_module_may_put_something_else_in_its_place() -> None:
    table: Table = {}
    other = types.ModuleType("other")
    assert load(spec_of(lambda module: table.update(m=other)), table, Events()) is other
    assert table == {"m": other}


def test_a_module_that_removes_itself_is_an_error() -> None:
    table: Table = {}
    with pytest.raises(KeyError, match="m"):
        load(spec_of(lambda module: table.clear()), table, Events())


def test_the_table_is_in_the_order_of_completion() -> None:
    table: Table = {}
    inner = spec_of(name="inner")
    load(spec_of(lambda module: load(inner, table, Events()), name="outer"), table, Events())
    assert list(table) == ["inner", "outer"]


def test_a_spec_without_loader_is_a_namespace_or_wrong() -> None:
    table: Table = {}
    with pytest.raises(ImportError, match="missing loader") as caught:
        load(ModuleSpec("m", None), table, Events())
    assert caught.value.name == "m"
    assert table == {}
    package = load(ModuleSpec("m", None, is_package=True), table, Events())
    assert package.__path__ == []
    assert table == {"m": package}


def test_built_in_names_of_a_private_system() -> None:
    names = {"__import__": 5}
    table: Table = {}
    module = load(spec_of(), table, Events(), names)
    assert module.__builtins__ is names  # type: ignore[attr-defined]


def test_events_of_a_good_and_of_a_failing_module() -> None:
    events, heard = Events(), []
    events.observe(lambda event: heard.append((event.step, event.outcome)))
    load(spec_of(), {}, events)
    assert heard == [("create", "finished"), ("execute", "started"), ("execute", "finished")]
    heard.clear()

    def fail(module: types.ModuleType) -> None:
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - it is the one above
        load(spec_of(fail), {}, events)
    assert heard == [("create", "finished"), ("execute", "started"), ("execute", "failed"), ("publish", "removed")]


# ---------------------------------------------------------------- loaders of before PEP 451


class Old:
    """Loads by itself, as PEP 302 has it."""

    def __init__(self, table: Table, error: Exception | None = None) -> None:
        self.table, self.error = table, error

    def load_module(self, name: str) -> types.ModuleType:
        if self.error:
            raise self.error
        module = self.table[name] = types.ModuleType(name)
        module.__dict__.pop("__loader__")
        return module


@legacy
def test_an_old_loaders_module_gets_what_it_lacks() -> None:
    table: Table = {}
    loader = Old(table)
    spec = ModuleSpec("a.b", loader)
    with pytest.warns(ImportWarning, match=r"Old.exec_module\(\) not found; falling back to load_module\(\)"):
        module = load(spec, table, Events())
    assert (module.__loader__, module.__package__, module.__spec__) == (loader, "a", spec)


@legacy
@pytest.mark.filterwarnings("ignore::ImportWarning")
def test_every_started_step_of_an_old_loader_ends() -> None:
    events, heard = Events(), []
    events.observe(lambda event: heard.append((event.step, event.outcome)))
    table: Table = {}
    load(ModuleSpec("m", Old(table)), table, events)
    assert heard == [("execute", "started"), ("execute", "finished")]
    heard.clear()
    with pytest.raises(ValueError, match="broken"):
        load(ModuleSpec("m", Old(table, ValueError("broken"))), table, events)
    assert heard == [("execute", "started"), ("execute", "failed")]


# ---------------------------------------------------------------- creating and setting attributes


ATTRIBUTES = ("__name__", "__loader__", "__package__", "__spec__", "__path__", "__file__", "__cached__", "__doc__")


@pytest.mark.parametrize("package", [False, True])
@pytest.mark.parametrize("origin", [None, "built-in", "/x/m.py", "/x/m.pyc", "/x/m.so"])
@pytest.mark.parametrize("has_location", [False, True])
def test_attributes_are_what_importlib_sets(package: bool, origin: str | None, has_location: bool) -> None:
    loader = Loader()
    ours, theirs = (
        cls("a.m", loader, origin=origin, is_package=package) for cls in (ModuleSpec, importlib.machinery.ModuleSpec)
    )
    ours.has_location = theirs.has_location = has_location
    mine, stock = module_from_spec(ours), importlib.util.module_from_spec(theirs)
    for name in ATTRIBUTES:
        if name != "__spec__":
            assert getattr(mine, name, "missing") == getattr(stock, name, "missing")
    assert mine.__spec__ is ours
    assert vars(mine).keys() == vars(stock).keys()


def test_a_loaders_own_module_keeps_what_it_has() -> None:
    made = types.ModuleType("m")
    made.__loader__ = "own"  # type: ignore[assignment]
    spec = ModuleSpec("m", Loader(made=made), origin="/x/m.py")
    spec.has_location = True
    assert module_from_spec(spec) is made
    assert (made.__loader__, made.__spec__, made.__file__) == ("own", spec, "/x/m.py")
    set_attributes(spec, made, override=True)
    assert made.__loader__ is spec.loader


def test_a_stand_in_with_fixed_attributes() -> None:
    class Fixed:
        __slots__ = ("__spec__",)

    made = Fixed()
    spec = ModuleSpec("m", Loader(made=made))
    assert module_from_spec(spec) is made
    assert made.__spec__ is spec


def test_a_loader_has_both_methods_or_neither() -> None:
    class Half:
        def exec_module(self, module: types.ModuleType) -> None:
            pass

    with pytest.raises(ImportError, match=r"loaders that define exec_module\(\) must also define create_module\(\)"):
        module_from_spec(ModuleSpec("m", Half()))
    assert module_from_spec(ModuleSpec("m", object())).__name__ == "m"


def test_an_ordinary_package_without_loader_is_a_namespace() -> None:
    module = module_from_spec(ModuleSpec("m", None, is_package=True))
    assert type(module.__loader__).__name__ == "NamespaceLoader"
    assert module.__file__ is None


# ---------------------------------------------------------------- execute_again


def test_execute_again_keeps_a_failing_module() -> None:
    module = types.ModuleType("m")
    table: Table = {"m": module, "n": types.ModuleType("n")}

    def fail(module: types.ModuleType) -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        execute_again(spec_of(fail), module, table)
    assert list(table) == ["n", "m"]
    assert table["m"] is module


def test_execute_again_works_in_the_modules_own_namespace() -> None:
    module = types.ModuleType("m")
    module.kept = 1  # type: ignore[attr-defined]
    table: Table = {"m": module}
    spec = spec_of(lambda module: setattr(module, "new", 2))
    assert execute_again(spec, module, table) is module
    assert (module.kept, module.new, module.__spec__) == (1, 2, spec)


def test_execute_again_wants_the_module_of_the_table() -> None:
    with pytest.raises(ImportError, match=r"module 'm' not in sys.modules") as caught:
        execute_again(spec_of(), types.ModuleType("m"), {"m": types.ModuleType("m")})
    assert caught.value.name == "m"


def test_execute_again_without_loader() -> None:
    module = types.ModuleType("m")
    with pytest.raises(ImportError, match="missing loader"):
        execute_again(ModuleSpec("m", None), module, {"m": module})
    assert execute_again(ModuleSpec("m", None, is_package=True), module, {"m": module}) is module


# ---------------------------------------------------------------- specs from loaders and modules


class Knowing(Loader):
    def __init__(self, package: object = None, file: object = None) -> None:
        super().__init__()
        self.package, self.file = package, file
        if file is not None:
            self.get_filename = self._get_filename
        if package is not None:
            self.is_package = self._is_package

    def _get_filename(self, name: str) -> Any:
        if self.file is ImportError:
            raise ImportError(name)
        return self.file

    def _is_package(self, name: str) -> Any:
        if self.package is ImportError:
            raise ImportError(name)
        return self.package


@pytest.mark.parametrize("package", [None, True, False, ImportError])
@pytest.mark.parametrize("file", [None, "/x/m.py", "/x/m/__init__.py", ImportError])
@pytest.mark.parametrize("given", [{}, {"is_package": True}, {"is_package": False}, {"origin": "here"}])
def test_spec_from_loader_as_importlib(package: object, file: object, given: dict[str, Any]) -> None:
    loader = Knowing(package, file)
    ours, theirs = outcome(spec_from_loader, loader, given), outcome(importlib.util.spec_from_loader, loader, given)
    assert ours == theirs


def outcome(make: Any, loader: object, given: dict[str, Any]) -> object:
    spec = make("a.m", loader, **given)
    return spec.name, spec.loader, spec.origin, spec.submodule_search_locations, spec.has_location, spec.cached


def test_spec_from_module() -> None:
    module = types.ModuleType("a.m")
    module.__spec__ = spec = ModuleSpec("a.m", None)  # type: ignore[assignment]
    assert spec_from_module(module) is spec
    module.__spec__ = None
    module.__file__, module.__path__ = "/x/m.py", ["/x"]
    loader = Loader()
    made = spec_from_module(module, loader)
    assert (made.name, made.loader, made.origin, made.submodule_search_locations) == ("a.m", loader, "/x/m.py", ["/x"])
    assert made.has_location
    assert not spec_from_module(module, loader, "elsewhere").has_location
