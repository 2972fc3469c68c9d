"""loaders.lazy: modules that are executed when they are first used."""

from __future__ import annotations

import threading
import types
from collections.abc import Callable
from typing import Any

import pytest

from importal import ImportSystem, LazyLoader, machinery
from importal.spec import ModuleSpec

BODY = """
import builtins
executed.append(__name__)
value = 1
overridden = "by execution"
"""


class Loader:
    """Executes a text in the module, with the list `executed` at hand."""

    def __init__(self, text: str = BODY) -> None:
        self.text = text
        self.executed: list[str] = []

    def create_module(self, spec: ModuleSpec) -> types.ModuleType | None:
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        exec(self.text, {**vars(module), "executed": self.executed}, vars(module))


def lazy(loader: Any, name: str = "lazy_unit_module") -> types.ModuleType:
    from importal import module_from_spec

    spec = ModuleSpec(name, LazyLoader(loader))
    module = module_from_spec(spec)
    assert spec.loader is not None
    spec.loader.exec_module(module)  # type: ignore[attr-defined]
    return module


def test_nothing_runs_before_an_attribute_is_used() -> None:
    loader = Loader()
    module = lazy(loader)
    assert isinstance(module, types.ModuleType)
    assert loader.executed == []
    assert object.__getattribute__(module, "__spec__").loader is loader
    assert module.value == 1
    assert loader.executed == ["lazy_unit_module"]
    assert module.value == 1
    assert loader.executed == ["lazy_unit_module"]
    assert type(module) is types.ModuleType
    assert module.__spec__ is not None
    assert module.__spec__.loader_state is None


@pytest.mark.parametrize("use", [dir, vars, lambda module: hasattr(module, "nothing"), lambda module: module.__doc__])
def test_every_use_of_an_attribute_counts(use: Callable[[types.ModuleType], object]) -> None:
    loader = Loader()
    use(lazy(loader))
    assert loader.executed == ["lazy_unit_module"]


def test_setting_an_attribute_does_not_execute_and_wins() -> None:
    loader = Loader()
    module = lazy(loader)
    module.overridden = "by hand"
    module.own = 5
    assert loader.executed == []
    assert (module.value, module.overridden, module.own) == (1, "by hand", 5)


def test_deleting_an_attribute_executes_first() -> None:
    loader = Loader()
    module = lazy(loader)
    del module.value
    assert loader.executed == ["lazy_unit_module"]
    assert not hasattr(module, "value")
    with pytest.raises(AttributeError):
        del lazy(Loader()).no_such_name


def test_a_failing_body_can_be_tried_again() -> None:
    loader = Loader("executed.append(1)\n1 / 0")
    module = lazy(loader)
    for tries in (1, 2):
        with pytest.raises(ZeroDivisionError):
            module.value  # noqa: B018 - the access is the test
        assert len(loader.executed) == tries
    loader.text = "value = 'mended'"
    assert module.value == "mended"


def test_a_body_that_looks_at_its_own_module() -> None:
    class Looking(Loader):
        def exec_module(self, module: types.ModuleType) -> None:
            self.executed.append(module.__name__)
            super().exec_module(module)

    loader = Looking()
    assert lazy(loader).value == 1
    assert loader.executed == ["lazy_unit_module"] * 2


def test_a_body_that_changes_its_modules_class() -> None:
    class Loaded(types.ModuleType):
        pass

    class Changing(Loader):
        def exec_module(self, module: types.ModuleType) -> None:
            super().exec_module(module)
            object.__setattr__(module, "__class__", Loaded)

    module = lazy(Changing())
    assert module.value == 1
    assert type(module) is Loaded


def test_a_module_that_is_replaced_in_the_table_meanwhile(private: Callable[..., ImportSystem]) -> None:
    import sys

    module = lazy(Loader(), "lazy_unit_replaced")
    sys.modules["lazy_unit_replaced"] = types.ModuleType("other")
    try:
        with pytest.raises(ValueError, match=r"module object for 'lazy_unit_replaced' substituted in sys.modules"):
            module.value  # noqa: B018 - the access is the test
    finally:
        del sys.modules["lazy_unit_replaced"]


def test_many_threads_execute_it_once() -> None:
    loader = Loader("import time\nexecuted.append(1)\ntime.sleep(0.05)\nvalue = 1")
    module = lazy(loader)
    together = threading.Barrier(8)
    seen: list[object] = []

    def use() -> None:
        together.wait(20)
        seen.append(module.value)

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert seen == [1] * 8
    assert loader.executed == [1]


def test_a_loader_without_exec_module_is_refused() -> None:
    class Old:
        def load_module(self, name: str) -> None:
            pass

    with pytest.raises(TypeError, match=r"loader must define exec_module\(\)"):
        LazyLoader(Old())
    with pytest.raises(TypeError, match=r"loader must define exec_module\(\)"):
        LazyLoader.factory(Old)


def test_a_factory_goes_where_loaders_go(tmp_path: Any) -> None:
    (tmp_path / "m.py").write_text("value = 1\n")
    finder = machinery.FileFinder(str(tmp_path), (LazyLoader.factory(machinery.SourceFileLoader), [".py"]))
    spec = finder.find_spec("m")
    assert spec is not None
    assert isinstance(spec.loader, LazyLoader)
    assert isinstance(spec.loader.loader, machinery.SourceFileLoader)


def test_in_a_private_system(private: Callable[..., ImportSystem]) -> None:
    system = private({"m.py": "import sys\nsys.lazy_unit_ran = True\nvalue = 1\n"})
    spec = system.find_spec("m")
    assert spec is not None
    spec.loader = LazyLoader(spec.loader)
    module = system.load_spec(spec)
    import sys

    assert not hasattr(sys, "lazy_unit_ran")
    assert module.value == 1
    del sys.lazy_unit_ran
