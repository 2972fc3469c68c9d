"""interpreter: what is asked of the interpreter itself; tracebacks without the import system's frames."""

from __future__ import annotations

import importlib.util
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from importal import ImportSystem, interpreter
from importal.spec import ModuleSpec

Private = Callable[..., ImportSystem]


def frames(error: BaseException) -> list[str]:
    """Return the functions that an error's traceback shows, outermost first, from the module that was asked for on."""
    names = [frame.name for frame in traceback.extract_tb(error.__traceback__)]
    assert names[0] == "raised"
    return names[1:]


def raised(system: ImportSystem, name: str) -> BaseException:
    try:
        system.import_module(name)
    except BaseException as error:
        return error
    raise AssertionError("the import went well")


class Finder:
    """A foreign finder that calls a function of its own."""

    def __init__(self, act: Callable[[str], object]) -> None:
        self.act = act

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        return self.helper(name)

    def helper(self, name: str) -> ModuleSpec | None:
        return self.act(name)  # type: ignore[return-value]


class Loader:
    """A foreign loader whose methods fail."""

    def __init__(self, error: BaseException, where: str) -> None:
        self.error, self.where = error, where

    def create_module(self, spec: ModuleSpec) -> None:
        if self.where == "create":
            raise self.error

    def exec_module(self, module: object) -> None:
        raise self.error


@pytest.mark.parametrize("error", ["ValueError()", "ImportError()", "ModuleNotFoundError()", "KeyboardInterrupt()"])
def test_a_failing_module_shows_the_users_frames(private: Private, error: str) -> None:
    system = private({
        "outer.py": "import middle",
        "middle.py": "def f():\n    import inner\nf()",
        "inner.py": f"raise {error}",
    })  # fmt: skip
    assert frames(raised(system, "outer")) == ["<module>", "<module>", "f", "<module>"]


def test_a_missing_module_shows_the_statement_that_asks_for_it(private: Private) -> None:
    system = private({"outer.py": "import package.missing", "package": {"__init__.py": ""}})
    assert frames(raised(system, "outer")) == ["<module>"]


def test_a_syntax_error_shows_the_importing_line(private: Private) -> None:
    system = private({"outer.py": "import wrong", "wrong.py": "not python at all"})
    error = raised(system, "outer")
    assert isinstance(error, SyntaxError)
    assert error.filename is not None
    assert Path(error.filename).name == "wrong.py"
    assert frames(error) == ["<module>"]


def test_a_failing_finder_keeps_what_called_it(private: Private) -> None:
    """What called somebody else's finder is worth knowing, unless it is an ImportError it means to answer with."""
    system = private({"outer.py": "import x"})

    def fail(name: str) -> None:
        if name == "x":
            raise error

    system.state.meta_path.insert(0, Finder(fail))
    error: Exception = ValueError("broken finder")
    shown = frames(raised(system, "outer"))
    assert shown[0] == "<module>"
    assert shown[-3:] == ["find_spec", "helper", "fail"]
    assert len(shown) > 4
    error = ImportError("refused")
    assert frames(raised(system, "outer")) == ["<module>", "find_spec", "helper", "fail"]


@pytest.mark.parametrize("where", ["create", "exec"])
def test_a_failing_loader_keeps_what_called_it(private: Private, where: str) -> None:
    system = private({"outer.py": "import x"})
    loader = Loader(ValueError("broken loader"), where)
    system.state.meta_path.insert(0, Finder(lambda name: ModuleSpec(name, loader) if name == "x" else None))
    shown = frames(raised(system, "outer"))
    assert shown[0] == "<module>"
    assert shown[-1] == f"{where}_module"
    assert len(shown) > 2


def test_fromlist_errors_are_trimmed(private: Private) -> None:
    system = private({"outer.py": "from package import broken", "package": {"__init__.py": "", "broken.py": "1 / 0"}})
    assert frames(raised(system, "outer")) == ["<module>", "<module>"]


def test_errors_without_a_traceback_stay_without() -> None:
    error = ValueError()
    assert interpreter.without_import_frames(error) is error
    assert error.__traceback__ is None


def test_with_v_everything_is_shown(child: Callable[..., str]) -> None:
    """`python -v` is for those who look into the import system itself."""
    # -v talks on stderr, which the fixture wants empty: the talking interpreter is started from the program.
    out = child("""
        import subprocess, sys, textwrap
        program = '''
        import sys, traceback, importal
        system = importal.ImportSystem(importal.ImportState([sys.argv[1]]))
        try:
            system.import_module("outer")
        except ZeroDivisionError as error:
            names = [frame.f_code.co_name for frame, _ in traceback.walk_tb(error.__traceback__)]
            print(len(names), names[0], names[-1])
        '''
        trees.write({"outer.py": "import inner", "inner.py": "1 / 0"}, tmp / "lib")
        for flags in ([], ["-v"]):
            run = [sys.executable, *flags, "-c", textwrap.dedent(program), str(tmp / "lib")]
            result = subprocess.run(run, capture_output=True, text=True, check=True)
            print(result.stdout, end="")
    """)
    few, many = (int(line.split()[0]) for line in out.splitlines())
    assert (few, many > 4) == (3, True)


def test_import_frames_carry_the_interpreters_name() -> None:
    """warnings.warn(stacklevel=2) in a module body skips frames of that name to reach the importer."""

    def function() -> None:
        pass

    assert interpreter.import_frame(function) is function
    assert function.__code__.co_filename == "<frozen importlib._bootstrap>"


def test_a_warning_in_a_module_body_is_put_on_its_importer(private: Private) -> None:
    system = private(
        {"importer.py": "pass\nimport warner\n", "warner.py": "import warnings; warnings.warn('x', stacklevel=2)"}
    )
    system.state.modules["warnings"] = sys.modules["warnings"]
    with pytest.warns(UserWarning, match="x") as caught:
        system.import_module("importer")
    assert [(Path(one.filename).name, one.lineno) for one in caught] == [("importer.py", 2)]


def test_what_c_code_knows() -> None:
    assert interpreter.is_builtin("sys")
    assert not interpreter.is_builtin("importal")
    assert interpreter.is_frozen("_frozen_importlib")
    assert not interpreter.is_frozen("importal")
    assert interpreter.find_frozen("importal") is None
    assert interpreter.source_hash(b"x = 1") == importlib.util.source_hash(b"x = 1")
    assert importlib.util.MAGIC_NUMBER == interpreter.MAGIC_NUMBER
    assert interpreter.check_hash_based_pycs() in {"default", "always", "never"}
    assert interpreter.SOURCE_SUFFIXES is importlib.machinery.SOURCE_SUFFIXES
    assert interpreter.BYTECODE_SUFFIXES is importlib.machinery.BYTECODE_SUFFIXES
    assert importlib.machinery.EXTENSION_SUFFIXES == interpreter.EXTENSION_SUFFIXES


def test_rename_code_reaches_nested_code() -> None:
    code = compile("def f():\n    return lambda: 1\n", "old.py", "exec")
    interpreter.rename_code(code, "new.py")
    seen, pending = [], [code]
    while pending:
        one = pending.pop()
        seen.append(one.co_filename)
        pending.extend(constant for constant in one.co_consts if isinstance(constant, type(code)))
    assert seen == ["new.py"] * 3


def test_table_kept_puts_the_hosts_entries_back(monkeypatch: pytest.MonkeyPatch) -> None:
    other, table = type(sys)("importal_unit_other"), {}
    with interpreter.TableKept("importal_unit_entry", table):
        sys.modules["importal_unit_entry"] = other
    assert "importal_unit_entry" not in sys.modules
    assert table == {"importal_unit_entry": other}
    monkeypatch.setitem(sys.modules, "importal_unit_entry", other)
    with interpreter.TableKept("importal_unit_entry", table):
        del sys.modules["importal_unit_entry"]
    assert sys.modules["importal_unit_entry"] is other


#: Prints how many frames stand between an importer and the C code of an extension module that it imports.
COUNT = """
    import importlib.util
    extensions = ("_testcapi", "_testmultiphase", "_json", "_bisect", "_ctypes", "_sqlite3")
    specs = [importlib.util.find_spec(name) for name in extensions if name not in sys.modules]
    extension = next((spec.name for spec in specs if spec and spec.has_location), None)

    def importer():
        __import__(extension)

    def hook(event, arguments):
        # With a file name: raised by C code that is about to open the library.
        if event == "import" and arguments[0] == extension and arguments[1]:
            frame, frames = sys._getframe(1), 0
            while frame.f_code is not importer.__code__:
                frame = frame.f_back
                frames += 1
            print(frames)

    if "importal" in sys.argv:
        import importal
        importal.ImportSystem.host().install()
    sys.addaudithook(hook)
    if extension:
        importer()
"""


def test_as_many_frames_as_the_interpreter_has(child: Callable[..., str]) -> None:
    """C code that warns while it is initialised says by their number that its importer is to blame."""
    counts = child(COUNT).split()
    if not counts:
        pytest.skip("this interpreter has none of these modules as a shared library (all are compiled in)")
    assert child(COUNT, "importal").split() == counts


def test_room_changes_nothing_but_the_frames_size() -> None:
    value = [1]

    def function(a: int, b: int = 2, *, c: int = 3) -> list[int]:
        return [a, b, c, *value]

    roomy = interpreter.with_room(function)
    assert roomy(0) == function(0) == [0, 2, 3, 1]
    assert roomy(0, c=5) == [0, 2, 5, 1]
    assert roomy.__code__.co_stacksize > function.__code__.co_stacksize
    assert roomy.__code__.co_code == function.__code__.co_code
