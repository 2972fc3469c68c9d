"""_start: what a start-up file executes, in the start of every Python of an environment."""

from __future__ import annotations

from collections.abc import Callable

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
