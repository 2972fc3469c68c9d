"""run: modules and files as programs, by function. (The command is in tests/e2e.)"""

from __future__ import annotations

import py_compile
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import trees
from importal import ImportState, ImportSystem, TargetError
from importal.run import Program, code_of_file, find_program

Private = Callable[..., ImportSystem]

ATTRIBUTES = ("__name__", "__package__", "__file__", "__cached__", "__doc__")
TREE = {
    "m.py": "'''Doc.'''\nimport sys\nvalue = 1\nargument = sys.argv[0]\nhere = sys.modules.get(__name__)\n",
    "p": {
        "__init__.py": "",
        "__main__.py": "from . import sub\nvalue = 'main of p'",
        "sub.py": "value = 'sub'",
        "q": {"__init__.py": ""},
    },
    "ns": {"m.py": "value = 'in a namespace'"},
    "broken.py": "import missing_thing",
}


@pytest.fixture
def system(private: Private) -> ImportSystem:
    return private(TREE)


# ---------------------------------------------------------------- run_module


@pytest.mark.parametrize(
    ("name", "value", "run_name"),
    [("m", 1, "m"), ("p.sub", "sub", "p.sub"), ("p", "main of p", "p.__main__"), ("ns.m", "in a namespace", "ns.m")],
)
def test_run_module(system: ImportSystem, name: str, value: object, run_name: str) -> None:
    result = system.run_module(name)
    assert (result["value"], result["__name__"]) == (value, run_name)
    assert result["__spec__"].name == run_name
    assert name.partition(".")[0] not in sys.modules
    if name == "m":
        assert name not in system.state.modules


def test_run_module_is_as_runpys(system: ImportSystem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path / "tree"))
    for arguments in ({}, {"run_name": "other"}, {"run_name": "a.b"}, {"init_globals": {"value": 0, "given": 2}}):
        ours = system.run_module("m", **arguments)
        theirs = runpy.run_module("m", **arguments)
        for name in (*ATTRIBUTES, "value", "given"):
            assert ours.get(name, "missing") == theirs.get(name, "missing")


def test_alter_sys(system: ImportSystem, tmp_path: Path) -> None:
    argument = sys.argv[0]
    table = dict(system.state.modules)
    result = system.run_module("m", run_name="altered", alter_sys=True)
    assert result["argument"] == str(tmp_path / "tree" / "m.py")
    assert result["here"].__name__ == "altered"
    assert sys.argv[0] == argument
    assert system.state.modules == table


def test_alter_sys_puts_back_what_was_there(system: ImportSystem) -> None:
    system.state.modules["altered"] = "before"  # type: ignore[assignment]
    system.run_module("m", run_name="altered", alter_sys=True)
    assert system.state.modules["altered"] == "before"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nothing", "No module named nothing"),
        ("p.nothing", "No module named p.nothing"),
        ("p.q", "No module named p.q.__main__; 'p.q' is a package and cannot be directly executed"),
        ("ns", "'ns' is a package and cannot be directly executed"),
        (".m", "Relative module names not supported"),
        ("m.below", "Error while finding module specification for 'm.below'"),
        ("m.py", r"Try using 'm' instead of 'm.py' as the module name"),
        ("sys", "No code object available for sys"),
        ("p.__main__.x", "Error while finding module specification"),
    ],
)
def test_what_cannot_be_run(system: ImportSystem, name: str, message: str) -> None:
    with pytest.raises(ImportError, match=message):
        system.run_module(name)
    with pytest.raises(TargetError, match=message):
        find_program(system, name, TargetError)


def test_what_fails_by_itself_fails_as_it_is(system: ImportSystem) -> None:
    with pytest.raises(ModuleNotFoundError, match="No module named 'missing_thing'") as caught:
        system.run_module("broken")
    assert type(caught.value) is ModuleNotFoundError


def test_a_module_that_its_package_imports_is_warned_of(private: Private) -> None:
    system = private({"p": {"__init__.py": "import p.m", "m.py": ""}})
    with pytest.warns(
        RuntimeWarning, match="'p.m' found in sys.modules after import of package 'p', but prior to execution"
    ):
        system.run_module("p.m")


# ---------------------------------------------------------------- run_path


@pytest.mark.parametrize("form", ["script", "bytecode", "directory", "archive", "no suffix"])
def test_run_path(tmp_path: Path, form: str) -> None:
    body = "import helper, sys\nvalue = helper.value\nargument = sys.argv[0]\nme = sys.modules[__name__]\n"
    tree = {"__main__.py": body, "helper.py": "value = 'helped'"}
    system = ImportSystem(ImportState([]))
    if form == "directory":
        target = trees.write(tree, tmp_path / "app")
    elif form == "archive":
        target = trees.zip(tree, tmp_path / "app.zip")
    else:
        trees.write(tree, tmp_path)
        target = tmp_path / "__main__.py"
        system.state.path.append(str(tmp_path))
        if form == "bytecode":
            target = Path(py_compile.compile(str(target), cfile=str(tmp_path / "app.pyc")) or "")
        elif form == "no suffix":
            target = target.rename(tmp_path / "script")
    path, argument = list(system.state.path), sys.argv[0]
    result = system.run_path(target)
    assert (result["value"], result["argument"], result["__name__"]) == ("helped", str(target), "<run_path>")
    assert result["me"].__name__ == "<run_path>"
    assert "<run_path>" not in system.state.modules
    assert (system.state.path, sys.argv[0]) == (path, argument)
    assert system.run_path(target, {"given": 1}, "named")["__name__"] == "named"


def test_run_path_is_as_runpys(tmp_path: Path) -> None:
    trees.write({"m.py": "'''Doc.'''\nvalue = 1\n", "app": {"__main__.py": "value = 2\n"}}, tmp_path)
    for target in ("m.py", "app"):
        ours = ImportSystem(ImportState([])).run_path(str(tmp_path / target))
        theirs = runpy.run_path(str(tmp_path / target))
        for name in (*ATTRIBUTES, "value"):
            assert ours.get(name, "missing") == theirs.get(name, "missing")


def test_run_path_of_what_cannot_be_run_leaves_the_path_as_it_was(tmp_path: Path) -> None:
    trees.write(
        {"empty": {}, "broken": {"__main__.py": "1 / 0"}, "wrong": {"__main__.py": "not python at all"}}, tmp_path
    )
    for target, error in (("empty", ImportError), ("broken", ZeroDivisionError), ("wrong", SyntaxError)):
        system = ImportSystem(ImportState(["entry"]))
        system.state.modules["__main__"] = "before"  # type: ignore[assignment]
        with pytest.raises(error):
            system.run_path(tmp_path / target)
        assert system.state.modules["__main__"] == "before"
        assert system.state.path == ["entry"], target


def test_run_path_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        ImportSystem(ImportState([])).run_path(tmp_path / "gone.py")


def test_code_of_file(tmp_path: Path) -> None:
    trees.write(
        {"m.py": "value = 1\n", "foreign.pyc": b"\0\0\r\n" + bytes(12), "wrong.py": "not python at all"}, tmp_path
    )
    compiled = py_compile.compile(str(tmp_path / "m.py"), cfile=str(tmp_path / "m.pyc"))
    for file in (tmp_path / "m.py", compiled):
        namespace: dict[str, Any] = {}
        exec(code_of_file(str(file)), namespace)
        assert namespace["value"] == 1
    with pytest.raises(RuntimeError, match=r"Bad magic number in .pyc file"):
        code_of_file(str(tmp_path / "foreign.pyc"))
    with pytest.raises(SyntaxError):
        code_of_file(str(tmp_path / "wrong.py"))


# ---------------------------------------------------------------- Program


def test_a_program_takes_over_the_process(child: Callable[..., str]) -> None:
    out = child(
        '''
        tell = "import sys\\nprint(__name__, sys.argv, sys.path[0], "
        trees.write({"lib": {"script.py": tell + "vars(sys.modules['__main__']) is globals(), __spec__)",
                             "m.py": tell + "__spec__.name)"},
                     # Of its own: a program takes over the module in which this text is executed.
                     "starter.py": """
                         import importal, os
                         from importal.run import Program
                         def start(folder):
                             host = importal.ImportSystem.host()
                             Program("path", str(folder / "script.py"), ["a", "b"]).run(host)
                             command = "import sys; print(__name__, sys.argv, repr(sys.path[0]))"
                             Program("command", command, ["c"]).run(host)
                             os.chdir(folder)
                             Program("module", "m", ["d"]).run(host)
                     """}, tmp)
        sys.path.insert(1, str(tmp))
        import starter
        starter.start(tmp / "lib")
        ''',
    )
    first, second, third = out.splitlines()
    assert first.startswith("__main__ ['")
    assert first.endswith("/lib True None")
    assert "script.py', 'a', 'b']" in first
    assert second == "__main__ ['-c', 'c'] ''"
    assert third.startswith("__main__ ['")
    assert "m.py', 'd']" in third
    assert third.endswith("/lib m")


@pytest.mark.parametrize(
    ("kind", "target", "message"),
    [
        ("path", "gone.py", r"can't open file '.*gone.py': \[Errno 2\] No such file or directory"),
        ("module", "no_such_module_here", "No module named no_such_module_here"),
        ("path", "empty", "can't find '__main__' module in '.*empty'"),
    ],
)
def test_a_program_that_is_not_there(child: Callable[..., str], kind: str, target: str, message: str) -> None:
    out = child(
        '''
        trees.write({"empty": {}, "starter.py": """
            import importal, re
            from importal.run import Program
            def start(kind, target, message):
                try:
                    Program(kind, target, []).run(importal.ImportSystem.host())
                except importal.TargetError as error:
                    print(bool(re.search(message, str(error))))
        """}, tmp)
        sys.path.insert(1, str(tmp))
        import starter
        starter.start(*sys.argv[1:])
        ''',
        kind,
        target,
        message,
    )
    assert out == "True\n"
    assert Program(kind, target, []).arguments == []
