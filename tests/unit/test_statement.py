"""statement: what the import statement does around the import of a name."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from importal import ImportSystem
from importal.spec import ModuleSpec
from importal.statement import handle_fromlist, import_statement, package_of

Private = Callable[..., ImportSystem]

TREE = {
    "p": {
        "__init__.py": "attribute = 1\n",
        "m.py": "value = 'p.m'\n",
        "sub": {"__init__.py": "", "m.py": "value = 'p.sub.m'\n", "deep": {"__init__.py": "", "m.py": ""}},
    },
    "m.py": "value = 'm'\n",
}


@pytest.fixture
def system(private: Private) -> ImportSystem:
    return private(TREE)


def run(system: ImportSystem, statement: str, package: str | None = None, **names: Any) -> dict[str, Any]:
    """Execute a statement as if it stood in a module of the system; return the namespace."""
    namespace: dict[str, Any] = {"__name__": "testing", "__builtins__": system.builtins, **names}
    if package is not None:
        namespace["__package__"] = package
    exec(statement, namespace)
    return namespace


# ---------------------------------------------------------------- which module is bound


@pytest.mark.parametrize(
    ("statement", "bound", "value"),
    [
        ("import m", "m", "m"),
        ("import p.m", "p", "p"),
        ("import p.sub.m", "p", "p"),
        ("import p.m as x", "x", "p.m"),
        ("import p.sub.m as x", "x", "p.sub.m"),
        ("from p import m", "m", "p.m"),
        ("from p.sub import m", "m", "p.sub.m"),
        ("from p import m as x, sub", "x", "p.m"),
        ("from . import m", "m", "p.m"),
        ("from .sub import m", "m", "p.sub.m"),
        ("from .sub.deep import m", "m", "p.sub.deep.m"),
    ],
)
def test_what_a_statement_binds(system: ImportSystem, statement: str, bound: str, value: str) -> None:
    assert run(system, statement, package="p")[bound].__name__ == value


@pytest.mark.parametrize(
    ("level", "package", "name"), [(1, "p.sub", "p.sub.m"), (2, "p.sub", "p.m"), (2, "p.sub.deep", "p.sub.m")]
)
def test_every_level(system: ImportSystem, level: int, package: str, name: str) -> None:
    system.import_name(package)
    assert run(system, f"from {'.' * level} import m", package)["m"].__name__ == name
    assert run(system, f"from {'.' * level}m import value", package)["value"] == name


@pytest.mark.parametrize(
    ("name", "level", "fromlist", "result"),
    [
        ("p.sub.m", 0, (), "p"),
        ("p.sub.m", 0, None, "p"),
        ("p.sub.m", 0, ("value",), "p.sub.m"),
        ("m", 0, (), "m"),
        ("sub.m", 1, (), "p.sub"),
        ("sub.deep.m", 1, (), "p.sub"),
        ("sub.m", 1, ("value",), "p.sub.m"),
        ("", 1, ("m",), "p"),
        ("", 1, (), "p"),
    ],
)
def test_what_the_function_returns(system: ImportSystem, name: str, level: int, fromlist: Any, result: str) -> None:
    module = import_statement(system, name, {"__package__": "p"}, None, fromlist, level)
    assert module.__name__ == result
    assert system.__import__(name, {"__package__": "p"}, None, fromlist, level) is module


# ---------------------------------------------------------------- from-lists


def test_an_attribute_goes_before_a_submodule(private: Private) -> None:
    system = private({"p": {"__init__.py": "m = 'attribute'", "m.py": ""}})
    assert run(system, "from p import m")["m"] == "attribute"
    assert "p.m" not in system.state.modules


def test_a_modules_own_getattr_is_asked_first(private: Private) -> None:
    body = "def __getattr__(name):\n    if name != 'm': raise AttributeError(name)\n    return 'made'"
    system = private(
        {
            "p": {
                "__init__.py": body,
                "m.py": "",
                "n.py": "",
            }
        }
    )
    assert run(system, "from p import m, n")["m"] == "made"
    assert "p.m" not in system.state.modules
    assert "p.n" in system.state.modules


def test_a_name_that_is_nowhere(system: ImportSystem) -> None:
    with pytest.raises(ImportError, match="cannot import name 'nothing' from 'p'"):
        run(system, "from p import nothing")
    with pytest.raises(ImportError, match="cannot import name 'nothing' from 'm'"):
        run(system, "from m import nothing")


@pytest.mark.parametrize(
    ("body", "error", "message"),
    [
        ("1 / 0", ZeroDivisionError, "division by zero"),
        ("import missing", ModuleNotFoundError, "No module named 'missing'"),
        ("from p import nothing", ImportError, "cannot import name 'nothing' from 'p'"),
        ("import p.nothing", ModuleNotFoundError, "No module named 'p.nothing'"),
        ("raise ImportError('own')", ImportError, "own"),
    ],
)
def test_a_submodule_that_fails_is_an_error(private: Private, body: str, error: type, message: str) -> None:
    """It exists: that something in it is missing must not pass for the name being missing."""
    system = private({"p": {"__init__.py": "", "broken.py": body}})
    with pytest.raises(error, match=message):
        run(system, "from p import broken")
    with pytest.raises(error, match=message):
        handle_fromlist(system.import_name("p"), ["broken"], system.import_name, system.state.modules)


def test_a_submodule_that_is_forbidden_is_an_error(system: ImportSystem) -> None:
    system.import_name("p")
    system.state.modules["p.m"] = None
    with pytest.raises(ModuleNotFoundError, match=r"import of p.m halted; None in sys.modules"):
        run(system, "from p import m")


@pytest.mark.parametrize(
    ("declared", "bound"),
    [
        ("", ["attribute", "loaded"]),
        ("__all__ = ['attribute', 'm']", ["attribute", "m"]),
        ("__all__ = ['_hidden']", ["_hidden"]),
        ("__all__ = []", []),
        ("__all__ = ('m', '*')", None),
    ],
)
def test_star(private: Private, declared: str, bound: list[str] | None) -> None:
    system = private(
        {
            "p": {
                "__init__.py": f"attribute = _hidden = 1\nfrom p import loaded\n{declared}",
                "m.py": "",
                "loaded.py": "",
            }
        }
    )
    if bound is None:
        with pytest.raises(AttributeError, match=r"has no attribute '\*'"):
            run(system, "from p import *")
        return
    namespace = run(system, "from p import *")
    assert sorted(namespace.keys() - {"__name__", "__builtins__"}) == bound


@pytest.mark.parametrize(
    ("fromlist", "message"),
    [([5], "Item in ``from list'' must be str, not int"), ([b"m"], "Item in ``from list'' must be str, not bytes")],
)
def test_names_that_are_no_strings(system: ImportSystem, fromlist: list[Any], message: str) -> None:
    package = system.import_name("p")
    with pytest.raises(TypeError, match=message):
        handle_fromlist(package, fromlist, system.import_name)
    package.__all__ = [5]
    with pytest.raises(TypeError, match=r"Item in p.__all__ must be str, not int"):
        handle_fromlist(package, ["*"], system.import_name)


def test_a_plain_module_has_no_submodules_to_import(system: ImportSystem) -> None:
    assert import_statement(system, "m", None, None, ("anything",), 0).__name__ == "m"


# ---------------------------------------------------------------- circular imports


@pytest.mark.parametrize(
    "statement", ["import p.b", "import p.b as b", "from p import b", "from . import b", "from p.b import before"]
)
def test_circular_imports_of_submodules(private: Private, statement: str) -> None:
    system = private({
        "p": {"__init__.py": "", "a.py": statement, "b.py": "before = 1\nimport p.a\nafter = 2"},
    })  # fmt: skip
    assert system.import_name("p.b").after == 2
    assert "p.a" in system.state.modules


def test_a_name_that_is_not_there_yet(private: Private) -> None:
    system = private({"a.py": "from b import x\ny = 1", "b.py": "from a import y\nx = 1"})
    with pytest.raises(ImportError) as caught:
        system.import_name("a")
    assert "cannot import name 'y' from partially initialized module 'a' (most likely due to a circular import)" in str(
        caught.value
    )


# ---------------------------------------------------------------- the package that relative names count from


@pytest.mark.parametrize(
    ("namespace", "package"),
    [
        ({"__package__": "p", "__name__": "x.y"}, "p"),
        ({"__package__": ""}, ""),
        ({"__package__": None, "__spec__": ModuleSpec("a.b", None)}, "a"),
        ({"__spec__": ModuleSpec("a.b", None, is_package=True)}, "a.b"),
        ({"__package__": "a", "__spec__": ModuleSpec("a.b", None)}, "a"),
    ],
)
def test_package_of(namespace: dict[str, Any], package: str) -> None:
    assert package_of(namespace) == package


@pytest.mark.parametrize(
    ("namespace", "package"),
    [({"__name__": "a.b"}, "a"), ({"__name__": "a.b", "__path__": []}, "a.b"), ({"__name__": "a"}, "")],
)
def test_package_of_a_namespace_that_does_not_say(namespace: dict[str, Any], package: str) -> None:
    with pytest.warns(ImportWarning, match="can't resolve package from __spec__ or __package__"):
        assert package_of(namespace) == package


def test_package_that_contradicts_its_spec() -> None:
    category = DeprecationWarning if sys.version_info >= (3, 12) else ImportWarning
    with pytest.warns(category, match=r"__package__ != __spec__.parent \('p' != 'a'\)"):
        assert package_of({"__package__": "p", "__spec__": ModuleSpec("a.b", None)}) == "p"


@pytest.mark.parametrize(
    ("statement", "package", "message"),
    [
        ("from . import m", "", "attempted relative import with no known parent package"),
        ("from .. import m", "p", "attempted relative import beyond top-level package"),
        ("from ...m import x", "p.sub", "attempted relative import beyond top-level package"),
    ],
)
def test_wrong_relative_imports(system: ImportSystem, statement: str, package: str, message: str) -> None:
    with pytest.raises(ImportError, match=message):
        run(system, statement, package)


@pytest.mark.filterwarnings("ignore::ImportWarning")
@pytest.mark.parametrize(
    "arguments",
    [
        (5,),
        ("",),
        ("m", {}, None, (), -1),
        ("m", None, None, (), 1),
        ("m", 5, None, (), 1),
        ("m", [], None, (), 1),
        ("m", {"__package__": 5}, None, (), 1),
        ("m", {"__name__": 5}, None, (), 1),
        ("m", {}, None, (), 1),
        ("m", {}, None, (), "x"),
        ("m", {"__name__": "top"}, None, (), 1),
    ],
    ids=repr,
)
def test_the_built_in_function_of_a_private_system_refuses_as_the_interpreters(
    system: ImportSystem, arguments: tuple[Any, ...]
) -> None:
    with pytest.raises((TypeError, ValueError, KeyError, ImportError)) as theirs:
        __import__(*arguments)
    with pytest.raises(theirs.type) as ours:
        system.builtins["__import__"](*arguments)  # type: ignore[index, operator]
    assert str(ours.value) == str(theirs.value)


@pytest.mark.filterwarnings("ignore::ImportWarning")
def test_the_built_in_function_without_globals(system: ImportSystem) -> None:
    for importing in (__import__, system.builtins["__import__"]):  # type: ignore[index]
        with pytest.raises(KeyError, match="'__name__' not in globals"):
            importing("m", level=1)  # type: ignore[operator]


def test_the_function_can_be_called_by_keyword(system: ImportSystem) -> None:
    importing: Any = system.builtins["__import__"]  # type: ignore[index]
    assert importing(name="p.m", fromlist=["value"], level=0).value == "p.m"
    assert isinstance(importing("m"), ModuleType)


def test_audit_events_of_a_private_system(child: Callable[..., str]) -> None:
    """PEP 578: each miss is announced once, with the private state's own lists; a hit is not."""
    out = child("""
        import importal
        trees.write({"m.py": "import p.sub, p.sub", "p": {"__init__.py": "", "sub.py": ""}}, tmp / "lib")
        state = importal.ImportState([str(tmp / "lib")])
        system = importal.ImportSystem(state)
        seen = []
        names = {"m", "p", "p.sub"}
        sys.addaudithook(lambda event, arguments: event == "import" and arguments[0] in names and seen.append(arguments))
        importing = system.builtins["__import__"]
        importing("m")
        importing("m")
        print(sorted(name for name, *_ in seen))
        print({(file, path is state.path, finders is state.meta_path, hooks is state.path_hooks)
               for _, file, path, finders, hooks in seen})
    """)
    assert out == "['m', 'p', 'p.sub']\n{(None, True, True, True)}\n"


def test_c_code_that_imports_under_a_private_system(child: Callable[..., str]) -> None:
    """PyImport_Import asks the private system, and then takes what the interpreter's own table has."""
    out = child("""
        import ctypes, importal
        trees.write({"m.py": "value = ask(b'needed')", "needed.py": "value = 1"}, tmp / "lib")
        sys.path.insert(0, str(tmp / "lib"))
        system = importal.ImportSystem(importal.ImportState([str(tmp / "lib")]))
        ask = ctypes.pythonapi.PyImport_ImportModule
        ask.argtypes, ask.restype = [ctypes.c_char_p], ctypes.py_object
        system.builtins["ask"] = ask
        given = system.import_module("m").value
        print(given is sys.modules["needed"], given is system.state.modules["needed"])
    """)
    assert out == "True False\n"
