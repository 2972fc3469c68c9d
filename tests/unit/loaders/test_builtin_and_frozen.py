"""loaders.builtin and loaders.frozen: modules that are compiled in."""

from __future__ import annotations

import importlib.machinery
from collections.abc import Callable
from types import CodeType
from typing import Any

import pytest

from importal import machinery

BUILTIN = "_sre"
FROZEN = "__phello__"  # frozen for the tests of importing in every build

OURS: Any = {"built-in": machinery.BuiltinImporter, "frozen": machinery.FrozenImporter}
THEIRS: Any = {"built-in": importlib.machinery.BuiltinImporter, "frozen": importlib.machinery.FrozenImporter}


@pytest.mark.parametrize("method", ["get_code", "get_source", "is_package"])
@pytest.mark.parametrize("kind", OURS)
@pytest.mark.parametrize("name", [BUILTIN, FROZEN, "__hello__", "no_such_module", "importal"])
def test_inspection_as_the_interpreter(kind: str, method: str, name: str) -> None:
    assert inspected(OURS[kind], method, name) == inspected(THEIRS[kind], method, name)


def inspected(loader: Any, method: str, name: str) -> object:
    try:
        return getattr(loader, method)(name)
    except ImportError as error:
        return str(error), error.name


def test_every_built_in_module_in_a_private_table(child: Callable[..., str]) -> None:
    out = child("""
        import importal
        system = importal.ImportSystem(importal.ImportState([]))
        names = sorted(set(sys.builtin_module_names) - system.state.modules.keys() - {"_imp", "_xxsubinterpreters"})
        wrong = []
        for name in names:
            before = sys.modules.get(name)
            module = system.import_module(name)
            if module.__spec__.origin != "built-in" or system.state.modules[name] is not module:
                wrong.append(name)
            if sys.modules.get(name) is not before:
                wrong.append(f"{name} in the host's table")
        print(len(names) > 20, wrong)
    """)
    assert out == "True []\n"


def test_the_process_is_left_alone(child: Callable[..., str]) -> None:
    """Some built-in modules are about the whole process: a second one of them must not undo what was set there."""
    out = child("""
        import atexit, faulthandler, gc, signal
        import importal
        handlers = [signal.signal(signal.SIGTERM, lambda *_: None), signal.getsignal(signal.SIGINT)]
        before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
        atexit.register(print, "atexit ran")
        gc.set_threshold(123, 4, 5)
        gc.callbacks.append(lambda *_: None)
        faulthandler.enable()
        system = importal.ImportSystem(importal.ImportState(sys.path))
        for name in ("atexit", "faulthandler", "gc", "signal"):
            system.import_module(name)
        print((signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before)
        print(gc.get_threshold(), len(gc.callbacks), faulthandler.is_enabled())
    """)
    assert out == "True\n(123, 4, 5) 1 True\natexit ran\n"


def test_c_code_that_registers_submodules_leaves_the_hosts_table_alone(child: Callable[..., str]) -> None:
    """pyexpat puts pyexpat.errors and pyexpat.model into sys.modules by itself, whoever asks for it."""
    out = child("""
        import importal, os, pyexpat
        names = ["pyexpat", "pyexpat.errors", "pyexpat.model"]
        before = [sys.modules[name] for name in names]
        system = importal.ImportSystem(importal.ImportState(sys.path))
        module = system.import_module("pyexpat")
        print([sys.modules[name] is one for name, one in zip(names, before)])
        print([name in system.state.modules for name in names])
    """)
    assert out == "[True, True, True]\n[True, True, True]\n"


def test_a_frozen_module(child: Callable[..., str]) -> None:
    out = child(f"""
        import importal, types
        code = importal.machinery.FrozenImporter.get_code({FROZEN!r})
        print(type(code).__name__)
        system = importal.ImportSystem(importal.ImportState([]))
        module = system.import_module({FROZEN!r})
        print(module.__name__, module.__spec__.origin, {FROZEN!r} in sys.modules, module.initialized)
        print(system.import_module({FROZEN + ".spam"!r}).initialized)
    """)
    assert out.splitlines()[0] == CodeType.__name__
    assert out.splitlines()[-2:] == [f"{FROZEN} frozen False True", "True"]


@pytest.mark.parametrize("kind", OURS)
def test_what_is_not_compiled_in_cannot_be_created(kind: str) -> None:
    spec = machinery.ModuleSpec("no_such_module", OURS[kind])
    if kind == "built-in":
        with pytest.raises(ImportError, match="'no_such_module' is not a built-in module") as caught:
            OURS[kind].create_module(spec)
        assert caught.value.name == "no_such_module"
    else:
        module = OURS[kind].create_module(spec)
        module.__spec__ = spec
        with pytest.raises(ImportError, match="no_such_module"):
            OURS[kind].exec_module(module)
