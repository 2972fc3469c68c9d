"""What `importal trace` records, on programs where the answer is known by construction."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import trees
from importal.cli.trace import record_of
from importal.observe.record import Import, Record

MS = 1_000_000
Run = Callable[..., tuple[int, Record]]


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that writes modules, runs ``main.py`` among them, and returns its exit status and the record."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)

    def run(tree: trees.Tree, *arguments: str) -> tuple[int, Record]:
        trees.write(
            {name: trees.text(value) if isinstance(value, str) else value for name, value in tree.items()}, tmp_path
        )
        status, made = record_of([*(arguments or ("main.py",))])
        for thread in made.threads:
            spent = sum(one.self_time for one in made.imports if one.thread == thread.thread)
            assert thread.own >= 0
            assert spent + thread.own == thread.ended - thread.started
        for one in made.imports:
            assert all(time >= 0 for time in one.phases.values())
            assert sum(one.phases.values()) == one.self_time
            assert one.self_time + sum(inner.total for inner in made.inside.get(one.id, ())) == one.total
        return status, made

    return run


def named(made: Record, name: str) -> Import:
    (one,) = (one for one in made.imports if one.module == name and one.outcome != "circular")
    return one


def test_sleeps_of_known_length(record: Run) -> None:
    """A finder, a module body and a nested one sleep; the time is where it was spent."""
    status, made = record({
        "main.py": """
            import sys, time
            class Slow:
                @staticmethod
                def find_spec(name, path=None, target=None):
                    if name == "outer":
                        time.sleep(0.05)
            sys.meta_path.insert(0, Slow)
            import outer
        """,
        "outer.py": "import time\ntime.sleep(0.03)\nimport inner\ntime.sleep(0.03)\n",
        "inner.py": "import time\ntime.sleep(0.08)\n",
    })  # fmt: skip
    assert status == 0
    outer, inner = named(made, "outer"), named(made, "inner")
    # No upper limits: the machine may have been busy with something else.
    assert outer.phases["find"] >= 50 * MS
    assert outer.phases["execute"] >= 60 * MS
    assert inner.phases["execute"] >= 80 * MS
    assert outer.total >= inner.total + outer.self_time
    assert (inner.parent, outer.parent) == (outer.id, None)
    assert inner.by is not None
    assert (inner.by.module, inner.by.file, inner.by.line) == ("outer", os.path.abspath("outer.py"), 3)


def test_two_threads_do_not_become_each_others_children(record: Run) -> None:
    """The program on which -X importtime shows one thread's module as a child of the other's."""
    _, made = record({
        "main.py": """
            import threading, time
            def second():
                time.sleep(0.05)
                import two
            threads = [threading.Thread(target=lambda: __import__("one")), threading.Thread(target=second)]
            for thread in threads: thread.start()
            for thread in threads: thread.join()
        """,
        "one.py": "import time\ntime.sleep(0.8)\n",
        "two.py": "import time\ntime.sleep(0.02)\nimport one\n",
    })  # fmt: skip
    one, waited = (found for found in made.imports if found.module == "one")
    two = named(made, "two")
    assert (one.parent, two.parent, waited.parent) == (None, None, two.id)
    assert one.thread != two.thread == waited.thread
    assert (one.outcome, waited.outcome) == ("loaded", "found")
    assert waited.phases["wait"] >= 100 * MS
    assert two.self_time >= 20 * MS


def test_ten_threads(record: Run) -> None:
    """The sums hold with ten threads that import the same and other modules at once."""
    tree: dict[str, object] = {f"m{number}.py": "import time, shared\ntime.sleep(0.01)\n" for number in range(10)}
    tree["shared.py"] = "import time\ntime.sleep(0.05)\n"
    tree["main.py"] = """
        import threading
        threads = [threading.Thread(target=__import__, args=(f"m{n}",)) for n in range(10)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
    """
    _, made = record(tree)
    assert len(made.threads) == 11
    assert sum(one.module == "shared" and one.outcome == "loaded" for one in made.imports) == 1


def test_threads_one_after_another(record: Run) -> None:
    """A thread may get the identifier of one that has ended, but not its lane."""
    tree: dict[str, object] = {f"m{number}.py": "" for number in range(5)}
    tree["main.py"] = """
        import threading
        identifiers = set()
        def work(number):
            identifiers.add(threading.get_ident())
            __import__(f"m{number}")
        for number in range(5):
            thread = threading.Thread(target=work, args=(number,), name=f"thread for {number}")
            thread.start()
            thread.join()
        print(len(identifiers))
    """
    _, made = record(tree)
    names = {thread.thread: thread.name for thread in made.threads}
    assert [names[named(made, f"m{number}").thread] for number in range(5)] == [f"thread for {n}" for n in range(5)]
    assert len(made.threads) == 6


def test_a_failure_in_a_thread_that_has_ended(record: Run) -> None:
    """Nobody knows whether it was handled; of one in a thread that goes on it is known."""
    _, made = record({
        "main.py": """
            import threading
            threading.excepthook = lambda _: None
            waits, done = threading.Event(), threading.Event()
            def goes_on():
                try:
                    import without
                except ImportError:
                    done.set()
                    waits.wait()
            threading.Thread(target=goes_on, daemon=True).start()
            done.wait()
            thread = threading.Thread(target=lambda: __import__("broken"))
            thread.start()
            thread.join()
        """,
        "broken.py": "raise ImportError('broken')\n",
    })  # fmt: skip
    assert (named(made, "broken").outcome, named(made, "broken").handled) == ("failed", None)
    assert named(made, "without").handled is True


def test_failures_handled_and_raised(record: Run) -> None:
    status, made = record({
        "main.py": """
            try:
                import broken
            except ValueError:
                pass
            import fatal
        """,
        "broken.py": "import deeper\n",
        "deeper.py": "raise ValueError('deep')\n",
        "fatal.py": "import no_such_module_here\n",
    })  # fmt: skip
    assert (status, made.ended.complete) == (1, True)
    found = {one.module: (one.outcome, one.handled) for one in made.imports if one.outcome == "failed"}
    # Showing the traceback may import something, too.
    assert {name: outcome for name, outcome in found.items() if name not in {"nt", "_winapi"}} == {
        "broken": ("failed", True),
        "deeper": ("failed", True),
        "fatal": ("failed", False),
        "no_such_module_here": ("failed", False),
    }
    assert named(made, "deeper").error == "ValueError: deep"
    assert made.ended.error == "ModuleNotFoundError: No module named 'no_such_module_here'"


def test_bytecode_and_why(record: Run, tmp_path: Path) -> None:
    """Compiled because there was none, because the source has changed; then as it was kept."""
    tree = {"main.py": "import m\n", "m.py": "value = 1\n"}
    first = named(record(tree)[1], "m")
    second = named(record({})[1], "m")
    assert (first.bytecode, second.bytecode) == ("missing", "fresh")
    assert (first.kept, second.kept) == ("written", None)
    assert first.phases["compile"] > 0
    assert second.phases["unmarshal"] > 0
    assert "compile" not in second.phases
    third = named(record({"m.py": "value = 22\n"})[1], "m")
    assert third.bytecode == "stale"
    assert third.reason is not None
    assert first.bytes == len("value = 1\n")


def test_cached_statements_and_circles(record: Run) -> None:
    _, made = record({
        "main.py": """
            import left
            for _ in range(7):
                import left
        """,
        "left.py": "import right\n",
        "right.py": "import left\n",
    })  # fmt: skip
    again = [one for one in made.cached if one.module == "left" and one.by.module == "__main__"]
    assert [(one.by.line, one.count) for one in again] == [(3, 7)]
    (circle,) = (one for one in made.imports if one.outcome == "circular")
    assert (circle.module, circle.by and circle.by.module) == ("left", "right")
    assert circle.parent == named(made, "right").id


def test_a_circle_is_at_its_own_time(record: Run) -> None:
    _, made = record({
        "main.py": "import left\n",
        "left.py": "import time\ntime.sleep(0.03)\nimport right\n",
        "right.py": "import time\ntime.sleep(0.05)\nimport left\n",
    })  # fmt: skip
    (circle,) = (one for one in made.imports if one.outcome == "circular")
    right = named(made, "right")
    assert right.started + 50 * MS <= circle.started <= right.ended


def test_names_of_a_class_derived_from_str(record: Run) -> None:
    """The journal's format knows str only; nothing of the record is lost."""
    _, made = record({
        "main.py": """
            class Name(str):
                pass
            __import__(Name("one"))
            __import__(Name("one"), fromlist=[Name("nothing")])
            import two
        """,
        "one.py": "",
        "two.py": "",
    })  # fmt: skip
    assert {named(made, "one").outcome, named(made, "two").outcome} == {"loaded"}
    assert [(one.by.line, one.count) for one in made.cached if one.module == "one"] == [(4, 1)]
    assert made.ended.complete


def test_objects_that_cannot_be_looked_at(record: Run) -> None:
    """Finders, loaders and errors of a program raise what they like when they are asked what they are."""
    status, made = record({
        "main.py": """
            import sys
            from importlib.machinery import ModuleSpec
            class Shy:
                def __getattr__(self, name):
                    raise RuntimeError(f"{type(self).__name__} was asked for {name}")
            class Loader(Shy):
                def create_module(self, spec):
                    return None
                def exec_module(self, module):
                    if module.__name__ == "bad":
                        raise Error
            class Finder(Shy):
                def find_spec(self, name, path=None, target=None):
                    if name in ("good", "bad"):
                        return ModuleSpec(name, Loader())
            class Error(Exception):
                def __str__(self):
                    raise RuntimeError
            sys.meta_path.insert(0, Finder())
            import good
            try:
                import bad
            except Error:
                pass
            import other
        """,
        "other.py": "",
    })  # fmt: skip
    assert status == 0
    assert [named(made, name).outcome for name in ("good", "bad", "other")] == ["loaded", "failed", "loaded"]
    assert (named(made, "good").loader, named(made, "good").finder) == ("Loader", "Finder")
    assert named(made, "bad").error == "Error: (Error, whose text raises RuntimeError)"
    assert made.ended.complete


def test_texts_that_cannot_be_had(record: Run) -> None:
    """Entries of the path, names of packages, from-lists that are none; a module that only is named `threading`."""
    status, made = record({
        "main.py": """
            import sys, types
            class Shy(str):
                def __str__(self):
                    raise RuntimeError
            sys.path.insert(0, Shy("/nowhere"))
            import one
            exec("import one, two", {"__name__": "odd", "__package__": types.SimpleNamespace(__str__=None)})
            class Package:
                def __str__(self):
                    raise RuntimeError
                __repr__ = __str__
            code = compile("import one", "somewhere", "exec")
            for package in ("one", Package()):
                try:
                    exec(code, {"__name__": "odd", "__package__": package})
                except TypeError:
                    pass
            __import__("one", globals(), None, 5)
            class Text(str):
                def __str__(self):
                    return self
            class Level(int):
                pass
            __import__("one", globals(), None, (Text("x"), "y"), Level(0))
            __import__(Text("one"))
            exec("import one", {"__name__": [], "__package__": Text("")})
            body = compile("from . import tail", "elsewhere", "exec")
            for package in ("p.q", "p"):
                exec(body, {"__name__": "odd", "__package__": package})
            exec(compile("from .. import tail", "beyond", "exec"), {"__name__": "odd", "__package__": "p.q"})
            sys.modules["threading"] = types.ModuleType("threading")
            import _thread
            done = _thread.allocate_lock()
            done.acquire()
            def work():
                try:
                    import three
                finally:
                    done.release()
            _thread.start_new_thread(work, ())
            done.acquire()
        """,
        "one.py": "", "two.py": "", "three.py": "",
        "p": {"__init__.py": "tail = 1", "q": {"__init__.py": "tail = 2"}},
    })  # fmt: skip
    assert status == 0
    assert {named(made, name).outcome for name in ("one", "two", "three", "p", "p.q")} == {"loaded"}
    assert named(made, "three").thread in {thread.thread for thread in made.threads}
    assert named(made, "one").searched[0] == "(Shy, whose text raises RuntimeError)"
    assert made.ended.complete


def test_threads_that_execute_no_python_code(record: Run) -> None:
    """C code imports there, and there is nobody to be found who asks."""
    status, made = record({
        "main.py": """
            import _thread, ctypes, os, sys, time
            sys.unraisablehook = lambda raised: os._exit(7)
            import_module = ctypes.pythonapi.PyImport_ImportModule
            import_module.restype = ctypes.py_object
            for name in ("one", "one", "two"):
                _thread.start_new_thread(import_module, (name.encode(),))
                time.sleep(0.05)
                while name not in sys.modules or _thread._count():
                    time.sleep(0.01)
            import other
            sys.exit(0 if "two" in sys.modules else 5)
        """,
        "one.py": "", "two.py": "", "other.py": "",
    })  # fmt: skip
    assert status == 0
    assert [named(made, name).outcome for name in ("one", "two", "other")] == ["loaded"] * 3
    assert made.ended.complete


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the fork of a process")
def test_a_fork_in_a_finder_leaves_the_record_alone(record: Run) -> None:
    """The child, which goes on with the import, tells nothing of it."""
    _, made = record({
        "main.py": """
            import os, sys, time
            from importlib.machinery import ModuleSpec
            class Parents:
                def create_module(self, spec):
                    return None
                def exec_module(self, module):
                    pass
            class Childs(Parents):
                pass
            class Finder:
                @staticmethod
                def find_spec(name, path=None, target=None):
                    if name == "forked":
                        global child
                        child = os.fork()
                        time.sleep(0 if child else 0.1)
                        return ModuleSpec(name, Parents() if child else Childs())
            sys.meta_path.insert(0, Finder)
            import forked
            if not child:
                os._exit(0)
            import other
            os.waitpid(child, 0)
        """,
        "other.py": "",
    })  # fmt: skip
    assert (named(made, "forked").loader, named(made, "forked").finder) == ("Parents", "Finder")
    assert named(made, "other").loader == "SourceFileLoader"


def test_a_class_that_finds_and_loads(record: Run) -> None:
    """Its loaders read code, whatever it is as a finder."""
    record({
        "main.py": """
            import sys
            from importlib.machinery import SourceFileLoader
            from importlib.util import spec_from_file_location
            class Both(SourceFileLoader):
                @classmethod
                def find_spec(cls, name, path=None, target=None):
                    if name == "one":
                        return spec_from_file_location(name, "one.py", loader=cls(name, "one.py"))
            sys.meta_path.insert(0, Both)
            import one
        """,
        "one.py": "import time\ntime.sleep(0.01)\n",
    })  # fmt: skip
    _, made = record({})
    assert (named(made, "one").bytecode, named(made, "one").phases.get("read", 0) > 0) == ("fresh", True)


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("sys.exit(3)", 3),
        ("os._exit(4)", 4),
        ("os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
        ("os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM),
        ("os.kill(os.getpid(), signal.SIGSEGV)", -signal.SIGSEGV),
    ],
)
@pytest.mark.skipif(os.name != "posix", reason="POSIX signals")
def test_however_it_ends(record: Run, end: str, expected: int) -> None:
    """A program that is killed, while it imports, leaves a record of what it had done, and its status."""
    status, made = record(
        {"main.py": "import done, ending\n", "done.py": "", "ending.py": f"import os, signal, sys\n{end}\n"}
    )
    assert status == expected
    assert named(made, "done").outcome == "loaded"
    assert named(made, "ending").outcome == "failed"
    assert made.ended.complete == (end == "sys.exit(3)")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_fork_is_another_program(record: Run) -> None:
    _, made = record({
        "main.py": """
            import os, sys
            if not os.fork():
                import child
                sys.exit(0)
            os.wait()
            import parent
        """,
        "child.py": "",
        "parent.py": "",
    })  # fmt: skip
    assert {"child", "parent"} & {one.module for one in made.imports} == {"parent"}


def test_the_program_is_left_alone(record: Run, capfd: pytest.CaptureFixture[str]) -> None:
    """Arguments, path and output are those of `importal run`."""
    program = {
        "main.py": """
            import sys
            print(sys.argv, sys.path[0], __file__, sys.modules["__main__"].__spec__, sys.flags)
        """
    }
    status, _ = record(program, "main.py", "a", "-b")
    assert status == 0
    said = capfd.readouterr().out
    import subprocess

    done = subprocess.run(
        [sys.executable, "-m", "importal", "run", "main.py", "a", "-b"],
        capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(Path(trees.__file__).parents[1] / "src")},
    )  # fmt: skip
    assert said == done.stdout
