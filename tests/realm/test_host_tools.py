"""The host's tools work on the objects of a realm."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import importal
import trees

SOURCES = Path(importal.__file__).parents[1]

LIBRARY = '''
"""The docstring of lib."""
import abc, dataclasses, enum, logging, typing, warnings, weakref
from collections import namedtuple

log = logging.getLogger(__name__)
T = typing.TypeVar("T")

class Colour(enum.Enum):
    RED = 1
    BLUE = 2

class Flags(enum.IntFlag):
    A = 1
    B = 2

@dataclasses.dataclass(order=True)
class Point:
    x: int
    y: "int" = 0
    colour: "Colour" = Colour.RED

@dataclasses.dataclass(frozen=True, slots=True)
class Frozen:
    items: "tuple[Point, ...]" = ()

Pair = namedtuple("Pair", "a b")

class Typed(typing.NamedTuple):
    a: "Point"

class Keys(typing.TypedDict):
    k: "Colour"

class Generic(typing.Generic[T]):
    value: "T"

class Base(abc.ABC):
    @abc.abstractmethod
    def f(self): ...

class Plain:
    """The docstring of Plain."""
    attribute: "Point"
    def __init__(self): self.value = 1
    def method(self, other: "Point") -> "Colour":
        return Colour.RED
    def __reduce__(self): return (make, (self.value,))

class Slotted:
    __slots__ = ("a",)

def make(value):
    made = Plain()
    made.value = value
    return made

def function(a: "Point", *, b: "typing.Optional[Colour]" = None) -> "Plain":
    """The docstring of function."""
    return a

def fails():
    raise Problem("here")

class Problem(Exception):
    pass

def warn():
    warnings.warn("careful", stacklevel=2)

def generator():
    yield 1

async def coroutine():
    return 1
'''

# Each an expression or lines that raise unless they hold; `lib` is the realm's module.
CHECKS = {
    "pickle an instance": "assert pickle.loads(pickle.dumps(lib.Point(1, 2))) == lib.Point(1, 2)",
    "pickle every protocol": "for p in range(6): assert pickle.loads(pickle.dumps(lib.Point(1), p)) == lib.Point(1)",
    "pickle a class": "assert pickle.loads(pickle.dumps(lib.Point)) is lib.Point",
    "pickle a function": "assert pickle.loads(pickle.dumps(lib.function)) is lib.function",
    "pickle an enum": "assert pickle.loads(pickle.dumps(lib.Colour.BLUE)) is lib.Colour.BLUE",
    "pickle a flag": "assert pickle.loads(pickle.dumps(lib.Flags.A | lib.Flags.B)) == 3",
    "pickle a named tuple": "assert pickle.loads(pickle.dumps(lib.Pair(1, 2))) == (1, 2)",
    "pickle an exception": "assert type(pickle.loads(pickle.dumps(lib.Problem('x')))) is lib.Problem",
    "pickle by reduce": "assert pickle.loads(pickle.dumps(lib.make(5))).value == 5",
    "the pure Python pickler": "assert pickle._loads(pickle._dumps(lib.Point(3))) == lib.Point(3)",
    "copy": "assert copy.copy(lib.Point(1)) == lib.Point(1)",
    "deepcopy": "f = lib.Frozen((lib.Point(1),)); assert copy.deepcopy(f) == f",
    "get_type_hints of a class": "assert typing.get_type_hints(lib.Point)['colour'] is lib.Colour",
    "get_type_hints of a function": "assert typing.get_type_hints(lib.function)['return'] is lib.Plain",
    "get_type_hints of a method": "assert typing.get_type_hints(lib.Plain.method)['other'] is lib.Point",
    "get_type_hints of a TypedDict": "assert typing.get_type_hints(lib.Keys)['k'] is lib.Colour",
    "get_type_hints of a NamedTuple": "assert typing.get_type_hints(lib.Typed)['a'] is lib.Point",
    "dataclasses.fields": "assert [f.name for f in dataclasses.fields(lib.Point)] == ['x', 'y', 'colour']",
    "dataclasses.replace": "assert dataclasses.replace(lib.Point(1), y=4).y == 4",
    "dataclasses.asdict": "assert dataclasses.asdict(lib.Point(1))['x'] == 1",
    "a dataclass of the host derives": "D = dataclasses.make_dataclass('D', [('z', int, 0)], bases=(lib.Frozen,), frozen=True); assert D((), 1).z == 1",
    "inspect.getsource of a function": "assert 'def function' in inspect.getsource(lib.function)",
    "inspect.getsource of a class": "assert 'class Point' in inspect.getsource(lib.Point)",
    "inspect.getmodule": "assert inspect.getmodule(lib.Point) is lib and inspect.getmodule(lib.function) is lib",
    "inspect.getfile": "assert inspect.getfile(lib.Plain) == lib.__file__",
    "inspect.signature": "assert str(inspect.signature(lib.function)).startswith('(a')",
    "inspect.signature evaluates": "assert inspect.signature(lib.function, eval_str=True).parameters['a'].annotation is lib.Point",
    "inspect.getdoc": "assert inspect.getdoc(lib.Plain) == 'The docstring of Plain.'",
    "pydoc": "assert 'The docstring of function.' in pydoc.render_doc(lib.function, renderer=pydoc.plaintext)",
    "mock.patch by name": "import unittest.mock\nwith unittest.mock.patch('plug.lib.function', return_value=9): assert lib.function(1) == 9",
    "mock.patch.object": "import unittest.mock\nwith unittest.mock.patch.object(lib.Plain, 'method', return_value=8): assert lib.make(1).method(0) == 8",
    "mock autospec": "import unittest.mock\nassert unittest.mock.create_autospec(lib.Plain)().method",
    "singledispatch": "import functools\n@functools.singledispatch\ndef kind(x): return 'other'\nkind.register(lib.Point)(lambda x: 'point')\nassert kind(lib.Point(1)) == 'point'",
    "warnings name the file": "with warnings.catch_warnings(record=True) as w:\n    warnings.simplefilter('always')\n    lib.warn()\nassert w[0].filename.endswith('check.py')",
    "warnings filters by module": "with warnings.catch_warnings():\n    warnings.filterwarnings('error', module='check')\n    lib.log.name",
    "logging": "assert lib.log.name == 'plug.lib' and lib.log.parent.name in {'root', 'plug'}",
    "tracebacks": "try:\n    lib.fails()\nexcept lib.Problem:\n    text = traceback.format_exc()\nassert 'raise Problem(\"here\")' in text and 'plug.lib.Problem: here' in text and 'importal' not in text",
    "weak references": "import weakref\np = lib.make(1)\nassert weakref.ref(p)() is p",
    "repr of a class": "assert repr(lib.Plain) == \"<class 'plug.lib.Plain'>\"",
    "import by its full name": "import plug.lib as again\nassert again is lib",
    "importlib by its full name": "import importlib\nassert importlib.import_module('plug.lib') is lib",
    "pkgutil.resolve_name": "import pkgutil\nassert pkgutil.resolve_name('plug.lib:Point') is lib.Point",
    "reload": "import importlib\nold = lib.Plain\nassert importlib.reload(lib) is lib and lib.Plain is not old",
    "linecache": "import linecache\nassert 'docstring' in linecache.getline(lib.__file__, 1)",
    "a tracing debugger": "seen = []\nsys.settrace(lambda frame, *_: seen.append(frame.f_globals.get('__name__')))\nlib.make(1)\nsys.settrace(None)\nassert 'plug.lib' in seen",
    "abstract classes": "try:\n    lib.Base()\nexcept TypeError as e:\n    assert 'abstract' in str(e)\nelse:\n    raise AssertionError",
    "generics": "assert lib.Generic[int].__origin__ is lib.Generic",
    "generators and coroutines": "import asyncio\nassert list(lib.generator()) == [1] and asyncio.run(lib.coroutine()) == 1",
    "ast of its source": "import ast\nassert ast.parse(inspect.getsource(lib))",
    "shelve": "import shelve, tempfile, os\nwith tempfile.TemporaryDirectory() as d, shelve.open(os.path.join(d, 's')) as s:\n    s['p'] = lib.Point(7)\n    assert s['p'] == lib.Point(7)",
}

RUN = """
import copy, dataclasses, inspect, pickle, pydoc, sys, traceback, typing, warnings
import importal
realm = importal.Realm("plug", ["lib"])
lib = realm.import_module("lib")
"""


def test_there_are_enough() -> None:
    assert len(CHECKS) >= 30


@pytest.mark.parametrize("name", CHECKS)
def test_works(tmp_path: Path, name: str) -> None:
    trees.write({"lib": {"lib.py": LIBRARY}, "check.py": RUN + CHECKS[name] + "\n"}, tmp_path)
    done = subprocess.run(
        [sys.executable, "check.py"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(SOURCES), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
