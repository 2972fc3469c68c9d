"""The end of a process: left alone where freeing what is there would do nothing but free it."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import trees

Child = Callable[..., str]

# Says at the very end whether the collector was told to leave all alone.
START = """
import atexit, gc, sys
# CPython 3.12 has put some objects aside from the beginning.
atexit.register(lambda: print("left alone:", gc.get_freeze_count() > 1000))
from importal.ending import shorten_the_end
take_back = shorten_the_end()
gc.collect()  # the next collection is far away: what is in cycles is there at the end
"""

SILENT = {
    "nothing": "",
    "classes and functions": "class C:\n    def __init__(self): self.me = self\nc = C()",
    "a class that nobody has an object of": "class C:\n    def __del__(self): print('freed')",
    "a class that answers nobody": (
        "class Meta(type):\n    def __getattribute__(self, name): print('asked')\n"
        "class C(metaclass=Meta): pass\nc = C(); c.me = c"
    ),
    "a class that says it is of no module": "class C: __module__ = []\nc = C(); c.me = c",
    "processes that were not started": "import multiprocessing.resource_tracker",
    "a file in memory": "import io; b = io.BytesIO(b'x'); b.me = io.StringIO()",
    "a file that is closed": "import os; kept = open(os.devnull); kept.close()",
    "a generator that was never started": "def g():\n    try: yield 1\n    finally: print('freed')\nkept = g()",
    "a generator at its end": "def g():\n    yield 1\nkept = g(); list(kept)",
    "a generator without handlers": "def g():\n    yield 1\nkept = g(); next(kept)",
    "a proxy that loads what it stands for": (
        "class Proxy:\n    @property\n    def __class__(self): print('asked')\nkept = Proxy()"
    ),
}
FINALISED = {
    "an object in a cycle": """
        class C:
            def __del__(self): print("freed")
        c = C(); c.me = c; del c
    """,
    "an object of a class that cannot be hashed": """
        class Meta(type):
            __hash__ = None
        class C(metaclass=Meta):
            def __del__(self): print("freed")
        c = C(); c.me = c
    """,
    "an object of a class that cannot be compared": """
        class Meta(type):
            def __eq__(cls, other): raise TypeError
            __hash__ = type.__hash__
        class C(metaclass=Meta):
            def __del__(self): print("freed")
        c = C(); c.me = c; del c
    """,
    "an object of a module": """
        class C:
            def __del__(self): print("freed")
        c = C()
        def keeps(): return c
    """,
    "an object of a class that is equal to another": """
        class Meta(type):
            def __eq__(cls, other): return isinstance(other, Meta) and cls.__name__ == other.__name__
            def __hash__(cls): return hash(cls.__name__)
        def __del__(self): print("freed")
        others = [Meta("C", (), {}) for _ in range(8)]
        c = Meta("C", (), {"__del__": __del__})(); c.me = c; del c
    """,
    "an object of a class that inherits from what is no base": """
        class D:
            def __del__(self): print("freed")
        class Meta(type):
            def mro(cls): return [cls, D, object]
        class C(metaclass=Meta): pass
        c = C(); c.me = c; del c
    """,
    "an object the collector does not know": """
        class C:
            __slots__ = ()
            def __del__(self): print("freed")
        c = C()
    """,
    "a number the collector does not know": """
        class C(int):
            __slots__ = ()
            def __del__(self): print("freed")
        c = C()
    """,
    "a class": """
        class Meta(type):
            def __del__(self): print("freed")
        class C(metaclass=Meta): pass
        def keeps(): return C
    """,
    "a class that is only named like a known one": """
        class ResourceTracker:
            _fd = None
            def __del__(self): print("freed")
        c = ResourceTracker(); c.me = c; del c
    """,
    "a file in memory that is closed by hand": """
        import io
        class B(io.BytesIO):
            def close(self):
                print("closed"); super().close()
        b = B()
        def keeps(): return b
    """,
    "a generator with a handler": """
        def g():
            try: yield 1
            finally: print("freed")
        kept = g(); next(kept)
        def keeps(): return kept
    """,
    "a generator that waits for an iterator": """
        class Inner:
            def __iter__(self): return self
            def __next__(self): return 1
            def close(self): print("closed")
        def g():
            yield from Inner()
        kept = g(); next(kept)
        def keeps(): return kept
    """,
    "a coroutine": """
        async def c(): pass
        kept = c()
        kept.close()
    """,
    "a stream that was taken off": "import sys; kept = sys.stdin.detach()",
    "a class that cannot be hashed": """
        class Meta(type):
            def __eq__(self, other): raise RuntimeError("compared")
        class C(metaclass=Meta): pass
        c = C(); c.me = c
    """,
    "a class that fails to be hashed": """
        class Meta(type):
            def __hash__(self): return self.nothing
        class C(metaclass=Meta): pass
        c = C(); c.me = c
    """,
    "a program that follows the collector": "import gc; gc.callbacks.append(lambda *_: None)",
    "a program that forbids to look at all objects": """
        import sys
        def refuse(event, arguments):
            if event == "gc.get_objects":
                raise RuntimeError("not here")
        sys.addaudithook(refuse)
    """,
    "a program without the collector": "import gc; gc.disable()",
    # Its like are told by their names: not every Python has the module.
    "a class named like one whose objects write when they are freed": "class nb_func: pass",
}
if importlib.util.find_spec("_dbm"):
    FINALISED["an open database"] = """
        import _dbm, tempfile
        kept = _dbm.open(tempfile.mkdtemp() + "/db", "c")
        def keeps(): return kept
    """


def dedented(code: str) -> str:
    lines = [line.removeprefix("        ") for line in code.strip("\n").splitlines()]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("what", SILENT)
def test_what_nobody_sees_is_left_alone(child: Child, what: str) -> None:
    assert child(START + SILENT[what]) == "left alone: True\n"


@pytest.mark.parametrize("what", FINALISED)
def test_what_has_a_finaliser_is_finalised(child: Child, tmp_path: Path, what: str) -> None:
    """As without importal, and in a module as in the program."""
    trees.write({"m.py": dedented(FINALISED[what])}, tmp_path)
    without = child("sys.path.insert(0, str(tmp)); import m")
    assert child(START + "sys.path.insert(0, str(tmp)); import m") == "left alone: False\n" + without
    without = child(dedented(FINALISED[what]))
    assert child(START + dedented(FINALISED[what])) == "left alone: False\n" + without


@pytest.mark.skipif(sys.version_info < (3, 12), reason="CPython 3.11 has one list of subclasses for all interpreters")
def test_other_interpreters_are_not_asked(child: Child) -> None:
    """What their classes derive from is not found there."""
    out = child("""
        try:
            import _interpreters as interpreters
        except ImportError:
            import _xxsubinterpreters as interpreters
        from importal import ending
        print(ending._nothing_has_a_finaliser(), flush=True)
        one = interpreters.create()
        interpreters.run_string(one, "from importal import ending; print(ending._nothing_has_a_finaliser(), flush=True)")
        interpreters.destroy(one)
    """)
    assert out == "True\nFalse\n"


def test_always(child: Child) -> None:
    code = dedented(FINALISED["an object of a module"])
    assert child(START.replace("shorten_the_end()", "shorten_the_end(always=True)") + code) == "left alone: True\n"


def test_it_can_be_taken_back(child: Child) -> None:
    assert child(START + "take_back()") == "left alone: False\n"


def test_the_program_does_not_find_atexit(child: Child) -> None:
    out = child("""
        sys.modules.pop("atexit", None)
        from importal.ending import shorten_the_end
        shorten_the_end()
        print("atexit" in sys.modules)
        import atexit
        atexit.register(print, "the program's own")
    """)
    assert out == "False\nthe program's own\n"


@pytest.mark.parametrize("options", [[], ["--no-freeze"], ["-O"]])
def test_a_program_ends_as_without(tmp_path: Path, options: list[str]) -> None:
    """What has a finaliser in some module is finalised, in whatever order; files are written out."""
    trees.write(
        {
            "main.py": "import writes, says\nsays.keeps()",
            "writes.py": "file = open('written', 'w')\nfile.write('all of it')\ndef keeps():\n    return file\n",
            "says.py": dedented(FINALISED["an object of a module"]),
        },
        tmp_path,
    )
    written = tmp_path / "written"
    sources = os.pathsep.join(sys.path)
    for command in ([sys.executable], [sys.executable, "-m", "importal", "run", *options]):
        done = subprocess.run(
            [*command, "main.py"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": sources},
            check=False,
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "freed\n", "")
        assert written.read_text() == "all of it"
        written.unlink()
