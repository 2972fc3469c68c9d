"""_start: what a start-up file executes, in the start of every Python of an environment."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

Child = Callable[..., str]


def test_importal_is_loaded_by_the_first_import_that_misses(child: Child) -> None:
    out = child("""
        trees.write({"m.py": "import sys\\ntype_of_spec = type(__spec__)"}, tmp)
        sys.path.insert(0, str(tmp))
        from importal._start import start; start(str(tmp))
        def loaded():
            return "importal.system" in sys.modules
        print(loaded(), end=" ")
        import pathlib  # is there already
        print(loaded(), end=" ")
        for name in ("sitecustomize", "usercustomize"):
            try:
                __import__(name)
            except ImportError:
                pass
        print(loaded(), end=" ")
        import m
        import importal
        print(loaded(), m.type_of_spec is importal.ModuleSpec)
    """)
    assert out == "False False False True True\n"


def test_a_start_file_that_is_executed_twice_starts_once(child: Child) -> None:
    """As site does for those of a virtual environment."""
    out = child("""
        from importal._start import start
        bootstrap = sys.modules["_frozen_importlib"]
        start(str(tmp))
        first = bootstrap._find_and_load
        start(str(tmp))
        print(bootstrap._find_and_load is first)
    """)
    assert out == "True\n"


def test_a_missing_module_is_missing(child: Child) -> None:
    out = child("""
        import traceback
        from importal._start import start; start(str(tmp))
        try:
            import no_such_module_here
        except ModuleNotFoundError as error:
            print(error, [frame.name for frame in traceback.extract_tb(error.__traceback__)])
    """)
    assert out == "No module named 'no_such_module_here' ['<module>']\n"


@pytest.mark.skipif(sys.version_info < (3, 15), reason="PEP 810: CPython 3.15 is the first with lazy imports")
def test_a_lazy_name_may_be_the_first(child: Child) -> None:
    out = child("""
        from importal._start import start; start(str(tmp))
        namespace = {}
        exec("lazy from sys import no_such_name", namespace)
        try:
            exec("no_such_name", namespace)
        except ImportError as error:
            print(error.__cause__)
    """)
    assert out == "lazy import of 'sys.no_such_name' raised an exception during resolution\n"


def test_a_thread_may_be_the_first(child: Child) -> None:
    out = child("""
        trees.write({f"m{number}.py": "import time\\ntime.sleep(0.01)\\nx = 1" for number in range(3)}, tmp)
        sys.path.insert(0, str(tmp))
        import threading
        from importal._start import start; start(str(tmp))
        seen = []
        def work():
            import m0, m1, m2
            seen.append(m0.x + m1.x + m2.x)
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        import m0, importal
        print(seen, type(m0.__spec__) is importal.ModuleSpec)
    """)
    assert out in {"[3, 3, 3, 3] True\n", "[3, 3, 3, 3] False\n"}


def test_an_error_of_the_first_import_shows_the_programs_frames_only(child: Child) -> None:
    out = child("""
        import traceback
        trees.write({"bad.py": "def f():\\n    raise ValueError('no')\\nf()", "wrong.py": "x = ("}, tmp)
        sys.path.insert(0, str(tmp))
        from importal._start import start; start(str(tmp))
        try:
            import bad
        except ValueError as error:
            print([frame.name for frame in traceback.extract_tb(error.__traceback__)], end=" ")
        try:
            import wrong
        except SyntaxError as error:
            print([frame.name for frame in traceback.extract_tb(error.__traceback__)])
    """)
    assert out == "['<module>', '<module>', 'f'] ['<module>']\n"


def test_importal_is_loaded_whatever_the_program_has_made_of_imports(child: Child) -> None:
    """As without importal: there is no finder any more, and what the program imports by is asked for its imports."""
    told = child("""
        import builtins, warnings
        warnings.simplefilter("ignore")
        trees.write({"m.py": ""}, tmp)
        sys.path.insert(0, str(tmp))
        from importal._start import start; start(str(tmp))
        finders, hooks, own_import = sys.meta_path, sys.path_hooks, builtins.__import__
        asked = []
        def only_m(name, *arguments):
            if name not in {"m", "_io"}:  # the latter is what C code asks for, to open a file
                raise ImportError(f"{name} is not to be imported")
            return own_import(name, *arguments)
        builtins.__import__ = only_m
        sys.meta_path, sys.path_hooks = [], []
        try:
            import m
        except ImportError as error:
            print(error, sys.meta_path, len(sys.path_hooks))
        sys.meta_path, sys.path_hooks = finders, hooks
        import m
        builtins.__import__ = own_import
        import importal
        print(type(m.__spec__) is importal.ModuleSpec, importal.ImportSystem.host().installed)
    """)
    assert told.splitlines()[0].startswith("No module named 'm' []")
    assert told.splitlines()[1].endswith("True")


def test_importal_is_loaded_whatever_the_program_has_taken_away(child: Child) -> None:
    """What it has put among the built-in names and in the table is there again for its own imports."""
    told = child("""
        import builtins
        trees.write({"m.py": ""}, tmp)
        sys.path.insert(0, str(tmp))
        from importal._start import start; start(str(tmp))
        def refuse(*arguments, **named):
            raise RuntimeError("not here")
        usual = {name: getattr(builtins, name) for name in ("open", "setattr", "property", "zip", "__build_class__")}
        modules = {name: sys.modules[name] for name in ("os", "stat", "_weakref", "_warnings", "marshal", "_thread", "zipimport")}
        vars(builtins).update(dict.fromkeys(usual, refuse))
        sys.modules.update(dict.fromkeys(modules))
        import m
        print(builtins.open is refuse, builtins.property is refuse, [sys.modules[name] for name in modules])
        vars(builtins).update(usual)
        sys.modules.update(modules)
        import importal
        print(type(m.__spec__) is importal.ModuleSpec, importal.ImportSystem.host().installed)
    """)
    assert told.splitlines() == [f"True True {[None] * 7}", "True True"]


def test_what_ends_with_the_process_ends_as_without(child: Child) -> None:
    """A program that imports nothing: nobody holds its module, and finalisers see its names."""
    told = child("""
        from importal._start import start; start(str(tmp))
        class Last:
            def __init__(self, number):
                self.number = number
            def __del__(self):
                print(self.number, name)
        name = "there"
        one, two = Last(1), Last(2)
        two.me = two
    """)
    assert told == "1 there\n2 there\n"
