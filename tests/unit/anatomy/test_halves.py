"""anatomy.halves: the C half of a mixed module, found without executing anything."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

import pytest

from importal import ImportSystem
from importal.anatomy.code import read_code
from importal.anatomy.halves import CHalf, c_half, imports_in
from importal.observe.explain import explain

Private = Callable[..., ImportSystem]


def half_of(system: ImportSystem, name: str) -> CHalf:
    spec = explain(system, name).spec
    assert spec is not None
    code = read_code(spec)
    assert code is not None
    return c_half(system, spec, code)


@pytest.mark.parametrize(
    ("name", "half"),
    [
        ("json", "_json"), ("json.decoder", "_json"), ("collections", "_collections"), ("functools", "_functools"),
        ("pickle", "_pickle"), ("re", "_sre"), ("random", "_random"), ("threading", "_thread"), ("io", "_io"),
        ("asyncio", "_asyncio"), ("datetime", "_datetime"), ("heapq", "_heapq"),
        ("os", "nt" if os.name == "nt" else "posix"),
    ],
)  # fmt: skip
def test_mixed_modules_of_the_standard_library(name: str, half: str) -> None:
    system = ImportSystem.host()
    with system.install():
        assert half in half_of(system, name).modules


@pytest.mark.parametrize("name", ["dataclasses", "argparse", "textwrap", "glob", "contextlib"])
def test_modules_that_are_python_only(name: str) -> None:
    system = ImportSystem.host()
    with system.install():
        assert half_of(system, name).modules == ()


def test_a_package_is_followed_and_nothing_else(private: Private) -> None:
    system = private(
        {
            "goods": {
                "__init__.py": "from .inner import deep\nimport other\nraise AssertionError('executed')\n",
                "inner": {"__init__.py": "", "deep.py": "def late():\n    import itertools\n"},
                "unused.py": "import marshal\n",
            },
            "other.py": "import _sre\n",
        }
    )
    found = half_of(system, "goods")
    assert found.used == ("itertools",)
    assert found.modules == ()
    assert not {"goods", "other"} & set(system.state.modules)


def test_a_half_by_its_name(private: Private) -> None:
    system = private({"sre_like.py": "", "thread.py": "import _thread, _sre, sys\n"})
    assert half_of(system, "thread") == CHalf(("_thread",), ("_sre", "_thread", "sys"))


def test_broken_parts_are_left_out(private: Private) -> None:
    system = private({"p": {"__init__.py": "from . import bad, gone\nimport gc\n", "bad.py": "def\n"}})
    assert half_of(system, "p").used == ("gc",)


@pytest.mark.parametrize(
    ("source", "package", "names"),
    [
        ("import a.b, c", "", {"a.b", "c"}),
        ("from a import b, c as d", "", {"a", "a.b", "a.c"}),
        ("from a import *", "", {"a"}),
        ("from . import b", "p.q", {"p.q", "p.q.b"}),
        ("from ..x import b", "p.q", {"p.x", "p.x.b"}),
        ("from ... import b", "p.q", set()),
        ("def f():\n    class C:\n        import a", "", {"a"}),
        ("x = 1", "", set()),
    ],
)
def test_names_that_code_imports(source: str, package: str, names: set[str]) -> None:
    assert set(imports_in(compile(source, "m", "exec"), package)) == names


def test_instructions_with_long_arguments() -> None:
    """From 256 names on, an import's argument takes an instruction of its own before it."""
    many = "\n".join(f"n{index} = {index}.5" for index in range(300))
    code = compile(f"{many}\nfrom late import thing\n", "m", "exec")
    assert set(imports_in(code, "")) == {"late", "late.thing"}
    assert sys.version_info >= (3, 11)
