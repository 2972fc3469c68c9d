"""standard: the system with all its doors, over a private state and over sys."""

from __future__ import annotations

import builtins
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

import importal
import trees
from importal import ImportState, ImportSystem, TargetError
from importal.view import SysView

Private = Callable[..., ImportSystem]


# ---------------------------------------------------------------- a private state is private


def test_the_table_starts_with_the_interpreter_itself() -> None:
    state = ImportState(["x"])
    assert state.path == ["x"]
    assert isinstance(state.modules["sys"], SysView)
    assert {"builtins", "_imp", "_thread", "_io", "_warnings", "_weakref"} <= state.modules.keys()
    assert all(module is sys.modules[name] for name, module in state.modules.items() if name != "sys")
    assert not {"os", "importlib", "importal", "__main__"} & state.modules.keys()


def test_what_is_given_replaces_what_is_standard() -> None:
    table: dict[str, types.ModuleType] = {}
    state = ImportState(["x"], modules=table, meta_path=[], path_hooks=[])
    assert (state.modules, state.meta_path, state.path_hooks) == (table, [], [])
    assert state.modules is table


def test_the_host_is_left_alone(private: Private) -> None:
    """An import in a private system leaves everything that belongs to the interpreter's own as it was."""
    table = dict(sys.modules)
    before = {
        "path": list(sys.path),
        "meta_path": list(sys.meta_path),
        "path_hooks": list(sys.path_hooks),
        "cache": dict(sys.path_importer_cache),
        "builtins": dict(vars(builtins)),
    }
    system = private({
        "p": {"__init__.py": "from . import m", "m.py": "import sys, builtins\nfrom p.n import x", "n.py": "x = 1"},
        "broken.py": "import p.m\n1 / 0",
        "changes.py": "import sys\nsys.path.append('added')\nsys.meta_path.append('added')\nsys.modules['added'] = 5\n"
        "sys.path_hooks.append('added')\nsys.path_importer_cache['added'] = None\ndel sys.modules['changes']\n"
        "sys.modules['changes'] = 'replaced'",
    })  # fmt: skip
    system.import_module("p")
    with pytest.raises(ZeroDivisionError):
        system.import_module("broken")
    assert system.import_module("changes") == "replaced"
    assert system.state.path[-1] == system.state.meta_path[-1] == system.state.path_hooks[-1] == "added"
    # What importal itself needs is loaded late, by the interpreter; nothing else is new, and nothing has changed.
    assert table.items() <= dict(sys.modules).items()
    assert not {"p", "p.m", "p.n", "broken", "changes", "added"} & sys.modules.keys()
    assert before == {
        "path": list(sys.path),
        "meta_path": list(sys.meta_path),
        "path_hooks": list(sys.path_hooks),
        "cache": dict(sys.path_importer_cache),
        "builtins": dict(vars(builtins)),
    }


def test_its_modules_see_its_own_sys_and_table(private: Private) -> None:
    system = private(
        {
            "m.py": "import sys\nme = sys.modules[__name__]\npath = sys.path\nimport n\n",
            "n.py": "import sys\nfrom sys import modules, path",
        }
    )
    module = system.import_module("m")
    assert module.me is module
    assert module.path is system.state.path
    assert module.sys is module.n.sys is system.state.modules["sys"]
    assert module.n.modules is system.state.modules
    assert module.n.path is system.state.path
    assert module.sys.version_info is sys.version_info


def test_its_modules_import_by_it_at_every_depth(private: Private) -> None:
    """In functions, in nested code, by exec, eval and __import__."""
    system = private({
        "m.py": "def f():\n    def g():\n        import n\n        return n\n    return g\n"
        "namespace = {}\nexec('import n', namespace)\n"
        "found = [f()(), namespace['n'], eval(\"__import__('n')\"), (lambda: __import__('n'))()]",
        "n.py": "",
    })  # fmt: skip
    module = system.import_module("m")
    assert set(map(id, module.found)) == {id(system.state.modules["n"])}
    assert "n" not in sys.modules


def test_the_standard_library_in_a_private_system(child: Callable[..., str]) -> None:
    """Everything from encodings to dataclasses, loaded a second time, none of it into the host's table."""
    out = child("""
        import importal
        system = importal.ImportSystem(importal.ImportState(sys.path))
        before = dict(sys.modules)
        names = ("dataclasses", "json", "collections.abc", "argparse", "typing", "tempfile", "subprocess", "asyncio")
        for name in names:
            module = system.import_module(name)
            assert module is system.state.modules[name]
            assert module is not sys.modules.get(name)
        print({name for name in before if sys.modules.get(name) is not before[name]})
        table = system.state.modules
        # From 3.15 on the C code of math takes _math_integer from the host, whoever loads it, and registers that.
        common = {name for name in sys.modules.keys() - before.keys() if sys.modules[name] is table.get(name)}
        print(common - {"math.integer"})
    """)
    assert out == "set()\nset()\n"


# ---------------------------------------------------------------- load_source


def test_load_source(private: Private, tmp_path: Path) -> None:
    system = private({})
    trees.write({"any_name.py": "value = []", "p": {"__init__.py": "value = 'package'"}}, tmp_path)
    module = system.load_source("m", tmp_path / "any_name.py")
    assert (module.__name__, module.__file__, module.value) == ("m", str(tmp_path / "any_name.py"), [])
    assert system.load_source("m", str(tmp_path / "any_name.py")) is module
    assert system.state.modules["m"] is system.import_module("m") is module
    package = system.load_source("other", tmp_path / "p" / "__init__.py")
    assert package.__path__ == [str(tmp_path / "p")]


def test_load_source_of_a_file_without_suffix(private: Private, tmp_path: Path) -> None:
    (tmp_path / "script").write_text("value = 1")
    assert private({}).load_source("m", tmp_path / "script").value == 1


def test_load_source_relative_to_the_current_directory(
    private: Private, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "m.py").write_text("value = 1")
    monkeypatch.chdir(tmp_path)
    system = private({})
    assert system.load_source("m", "m.py").__file__ == str(tmp_path / "m.py")
    assert system.load_source("m", tmp_path / "m.py").value == 1


def test_load_source_of_another_place_under_a_taken_name(private: Private, tmp_path: Path) -> None:
    trees.write({"one.py": "", "two.py": ""}, tmp_path)
    system = private({})
    system.load_source("m", tmp_path / "one.py")
    with pytest.raises(ImportError) as caught:
        system.load_source("m", tmp_path / "two.py")
    assert str(caught.value) == (
        f"'m' is already a module from {tmp_path / 'one.py'}, not {tmp_path / 'two.py'}; choose another name"
    )
    assert (caught.value.name, caught.value.path) == ("m", str(tmp_path / "two.py"))
    with pytest.raises(ImportError, match="'builtins' is already a module from elsewhere"):
        system.load_source("builtins", tmp_path / "two.py")


def test_load_source_below_a_package(private: Private, tmp_path: Path) -> None:
    system = private({"p": {"__init__.py": "", "other.py": "value = 1"}})
    (tmp_path / "m.py").write_text("from .other import value")
    module = system.load_source("p.m", tmp_path / "m.py")
    assert module.value == 1
    assert system.state.modules["p"].m is module
    with pytest.raises(ModuleNotFoundError, match="No module named 'missing'"):
        system.load_source("missing.m", tmp_path / "m.py")


def test_load_source_that_fails_leaves_nothing(private: Private, tmp_path: Path) -> None:
    system = private({})
    with pytest.raises(FileNotFoundError):
        system.load_source("m", tmp_path / "gone.py")
    (tmp_path / "broken.py").write_text("1 / 0")
    with pytest.raises(ZeroDivisionError):
        system.load_source("m", tmp_path / "broken.py")
    assert "m" not in system.state.modules


def test_load_source_of_the_host(child: Callable[..., str]) -> None:
    out = child("""
        import importal
        (tmp / "m.py").write_text("value = 1")
        module = importal.load_source("m", tmp / "m.py")
        print(module is sys.modules["m"], importal.load_source("m", tmp / "m.py") is module)
        import m
        print(m is module)
    """)
    assert out == "True True\nTrue\n"


# ---------------------------------------------------------------- reload


def test_reload_executes_again_in_the_same_namespace(private: Private, tmp_path: Path) -> None:
    system = private({"m.py": "value = 1\ncount = globals().get('count', 0) + 1"})
    module = system.import_module("m")
    module.kept = "kept"
    (tmp_path / "tree" / "m.py").write_text("value = 'new'\ncount = globals().get('count', 0) + 1")
    assert system.reload(module) is module
    assert (module.value, module.count, module.kept) == ("new", 2, "kept")


def test_reload_keeps_a_failing_module(private: Private, tmp_path: Path) -> None:
    system = private({"m.py": "value = 1"})
    module = system.import_module("m")
    (tmp_path / "tree" / "m.py").write_text("half = True\n1 / 0")
    with pytest.raises(ZeroDivisionError):
        system.reload(module)
    assert system.state.modules["m"] is module
    assert (module.value, module.half) == (1, True)
    (tmp_path / "tree" / "m.py").write_text("value = 'mended again'")
    assert system.reload(module).value == "mended again"


def test_reload_of_what_cannot_be_reloaded(private: Private, tmp_path: Path) -> None:
    system = private({"m.py": "", "p": {"__init__.py": "", "m.py": ""}})
    with pytest.raises(TypeError, match=r"reload\(\) argument must be a module"):
        system.reload("m")
    with pytest.raises(ImportError, match=r"module m not in sys.modules") as caught:
        system.reload(types.ModuleType("m"))
    assert caught.value.name == "m"
    module = system.import_module("m")
    (tmp_path / "tree" / "m.py").unlink()
    with pytest.raises(ModuleNotFoundError, match="spec not found for the module 'm'"):
        system.reload(module)
    below = system.import_module("p.m")
    del system.state.modules["p"]
    with pytest.raises(ImportError, match=r"parent 'p' not in sys.modules"):
        system.reload(below)


def test_reload_of_a_module_that_reloads_itself(private: Private) -> None:
    system = private({"m.py": "count = globals().get('count', 0) + 1\nif count == 2: again = reload_me()"})
    system.builtins["reload_me"] = lambda: system.reload(system.state.modules["m"])
    module = system.import_module("m")
    assert system.reload(module) is module
    assert (module.count, module.again) == (2, module)


# ---------------------------------------------------------------- find_spec, load_spec, module_from_spec


def test_find_spec_imports_parents_only(private: Private) -> None:
    system = private({"p": {"__init__.py": "", "m.py": "1 / 0"}})
    spec = system.find_spec("p.m")
    assert spec is not None
    assert (spec.name, spec.parent) == ("p.m", "p")
    assert "p" in system.state.modules
    assert "p.m" not in system.state.modules
    relative = system.find_spec(".m", "p")
    assert relative is not None
    assert relative.name == "p.m"


def test_find_spec_of_what_is_in_the_table(private: Private) -> None:
    system = private({"m.py": ""})
    module = system.import_module("m")
    assert system.find_spec("m") is module.__spec__
    system.state.modules["m"] = None
    assert system.find_spec("m") is None
    system.state.modules["m"] = bare = types.ModuleType("m")
    with pytest.raises(ValueError, match=r"m.__spec__ is None"):
        system.find_spec("m")
    del bare.__spec__
    with pytest.raises(ValueError, match=r"m.__spec__ is not set"):
        system.find_spec("m")


def test_find_spec_of_what_is_nowhere(private: Private) -> None:
    system = private({"m.py": ""})
    assert system.find_spec("nothing") is None
    with pytest.raises(
        ModuleNotFoundError, match=r"__path__ attribute not found on 'm' while trying to find 'm.below'"
    ):
        system.find_spec("m.below")
    with pytest.raises(ImportError, match=r"no package specified for '.m'"):
        system.find_spec(".m")


def test_load_spec_loads_once(private: Private) -> None:
    system = private({"p": {"__init__.py": "", "m.py": "value = []"}})
    spec = system.find_spec("p.m")
    assert spec is not None
    module = system.load_spec(spec)
    assert system.load_spec(spec) is module
    assert system.state.modules["p"].m is module
    assert not spec._initializing


def test_a_module_made_of_a_spec_imports_by_its_system(private: Private) -> None:
    system = private({"m.py": "import n", "n.py": ""})
    spec = system.find_spec("m")
    assert spec is not None
    module = system.module_from_spec(spec)
    assert "m" not in system.state.modules
    spec.loader.exec_module(module)  # type: ignore[union-attr]
    assert module.n is system.state.modules["n"]
    assert "n" not in sys.modules


def test_invalidate_caches_asks_every_finder() -> None:
    class Finder:
        def invalidate_caches(self) -> None:
            asked.append(self)

    asked: list[object] = []
    finders = [Finder(), object(), Finder()]
    ImportSystem(ImportState([], meta_path=finders)).invalidate_caches()
    assert asked == [finders[0], finders[2]]


def test_the_public_functions_are_the_hosts() -> None:
    host = ImportSystem.host()
    for name in ("__import__", "import_module", "invalidate_caches", "load_source", "reload", "run_module", "run_path"):
        assert getattr(importal, name) == getattr(host, name)
    assert importal.import_module("json") is sys.modules["json"]
    assert issubclass(TargetError, ImportError)
