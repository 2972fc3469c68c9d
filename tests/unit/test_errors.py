"""errors: what importal raises on its own account."""

from __future__ import annotations

import pickle
import types
from collections.abc import Callable

import pytest

from importal import ImportSystem, errors, tool_errors

ALL = [getattr(module, name) for module in (errors, tool_errors) for name in module.__all__]


@pytest.mark.parametrize("error", ALL)
def test_one_base(error: type) -> None:
    assert issubclass(error, errors.ImportalError)


@pytest.mark.parametrize(
    ("error", "base"),
    [
        (errors.StateError, TypeError),
        (errors.InstallError, RuntimeError),
        (tool_errors.InterpreterError, RuntimeError),
        (errors.DeadlockError, RuntimeError),
        (errors.TargetError, ImportError),
        (errors.ZipImportError, ImportError),
    ],
)
def test_existing_except_clauses_catch_them(error: type, base: type) -> None:
    assert issubclass(error, base)


def test_state_error_says_what_is_missing() -> None:
    state = types.SimpleNamespace(modules={}, path=[], meta_path=[])
    with pytest.raises(errors.StateError) as caught:
        ImportSystem(state)
    assert caught.value.missing == (
        "path_hooks",
        "path_importer_cache",
        "dont_write_bytecode",
        "pycache_prefix",
        "flags",
        "implementation",
    )
    assert str(caught.value) == (
        "'SimpleNamespace' object cannot drive an import system: it has no path_hooks, path_importer_cache, "
        "dont_write_bytecode, pycache_prefix, flags, implementation; give an importal.ImportState, "
        "or an object with the attributes of sys"
    )


def test_deadlock_error_names_the_module_and_the_thread() -> None:
    error = errors.DeadlockError("a.b", 17)
    assert (error.name, error.owner) == ("a.b", 17)
    assert str(error) == (
        "deadlock: module 'a.b' is being imported by thread 17, which is waiting for this thread to finish an import"
    )


@pytest.mark.parametrize(
    "error",
    [
        errors.StateError(types.SimpleNamespace(path=[]), ("modules", "flags")),
        errors.InstallError("only a system over sys can be installed"),
        errors.DeadlockError("a.b", 17),
        errors.TargetError("No module named x", name="x", path="/p"),
        errors.ZipImportError("not a Zip file: 'x'", name="n", path="x"),
        errors.SourceError("sqlite:///gone.db", "release", "there is no such file", "make it"),
        errors.PackError("app.pack", "it is cut short"),
        errors.RealmError("r", "it was unloaded"),
        errors.ObserverError(1),
        tool_errors.InterpreterError("python", "it does not start"),
        tool_errors.NotFoundError("x", "there is no module x", ("y",)),
        tool_errors.FileError("f", "it is gone", "name another"),
        tool_errors.FormatError("it cannot be", "choose another"),
        tool_errors.RecordError("r.json", "it is newer", newer=True),
        tool_errors.BaselineError("b.json", "it is none"),
        tool_errors.RecordingError(3),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_pickle(error: errors.ImportalError) -> None:
    check_pickling(error)


def test_a_state_error_pickles_when_the_state_does_not() -> None:
    """A module is a natural thing to give where something like sys is wanted, and cannot be pickled."""
    check_pickling(errors.StateError(types.ModuleType("like_sys"), ("modules", "flags")))


def check_pickling(error: errors.ImportalError) -> None:
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(error, protocol))
        assert type(again) is type(error)
        assert str(again) == str(error)
        for fact in ("missing", "name", "owner", "path"):
            assert getattr(again, fact, None) == getattr(error, fact, None)


def test_installed_errors_are_the_interpreters_class(child: Callable[..., str]) -> None:
    out = child("""
        import importal, zipimport
        with importal.ImportSystem.host().install():
            try:
                zipimport.zipimporter("/no/such.zip")
            except zipimport.ZipImportError as error:
                print(type(error).__name__, isinstance(error, importal.ZipImportError))
    """)
    assert out == "ZipImportError True\n"
