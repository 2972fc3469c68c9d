"""anatomy.inspection: everything put together, in plain values and in words; what is executed is said."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import trees
from importal import ImportSystem
from importal.anatomy.inspection import Inspection, inspect
from importal.anatomy.inspection_text import rows_of
from importal.anatomy.target import find_target

Private = Callable[..., ImportSystem]

SHOP = trees.text("""
    import gc
    def adder(n):
        def add(x, y=1, *, z=2):
            return x + n
        return add
    one, two = adder(1), adder(2)
    class Till:
        def close(self): pass
        @staticmethod
        def new(): pass
        @property
        def sum(self): pass
    enabled = gc.isenabled
    exec("def made(): pass")
""")


def of(system: ImportSystem, name: str, **how: bool) -> Inspection:
    return inspect(system, find_target(system, name), **how)


def words(inspection: Inspection) -> str:
    return "\n".join(f"{title:10} {text}" for title, text in rows_of(inspection))


@pytest.fixture
def system(private: Private) -> ImportSystem:
    return private(
        {"shop.py": SHOP, "broken.py": "1 / 0\n", "p": {"__init__.py": "", "sub.py": ""}, "ns": {"x.py": ""}}
    )


def test_nothing_is_executed(system: ImportSystem, tmp_path: Path) -> None:
    before = set(system.state.modules)
    found = of(system, "shop")
    assert set(system.state.modules) == before
    assert not list(tmp_path.rglob("*.pyc"))
    assert (found.loaded, found.execution, found.functions, found.problems) == (False, None, None, ())
    assert "--run" in found.unknown["functions"]
    assert "executed   nothing" in words(found)


def test_spec_and_attributes(system: ImportSystem, tmp_path: Path) -> None:
    place = tmp_path / "tree" / "p"
    found = of(system, "p")
    assert found.spec is not None
    assert found.spec["name"] == found.spec["parent"] == "p"
    assert found.spec["loader"] == "SourceFileLoader"
    assert found.spec["origin"] == str(place / "__init__.py")
    assert found.spec["has_location"] is True
    assert found.spec["submodule_search_locations"] == [str(place)]
    assert set(found.spec) == {
        "name", "loader", "origin", "has_location", "cached", "parent", "submodule_search_locations", "loader_state",
    }  # fmt: skip
    expected = {"__name__": "'p'", "__loader__": "SourceFileLoader", "__package__": "'p'", "__spec__": "the spec",
                "__path__": repr([str(place)]), "__file__": repr(str(place / "__init__.py"))}  # fmt: skip
    if sys.version_info < (3, 15):
        expected["__cached__"] = repr(found.spec["cached"])
    assert found.attributes == expected
    system.import_module("p")
    assert of(system, "p").attributes == expected


def test_a_namespace_package(system: ImportSystem, tmp_path: Path) -> None:
    found = of(system, "ns")
    assert found.kind.words == "namespace package"
    assert found.kind.portions == (str(tmp_path / "tree" / "ns"),)
    assert found.attributes["__file__"] == "None"
    assert found.attributes["__loader__"] == "NamespaceLoader"
    assert (found.code, found.bytecode, found.library) == (None, None, None)
    assert f"portion: {found.kind.portions[0]}" in words(found)


def test_functions_that_share_their_code(system: ImportSystem) -> None:
    found = of(system, "shop", run=True)
    assert found.code is not None
    assert found.functions is not None
    places = {one.qualname: one.place for one in found.code.walk()}
    by_name: dict[str, list[Any]] = {}
    for function in found.functions:
        by_name.setdefault(function.qualname, []).append(function)
    one, two = by_name["adder.<locals>.add"]
    assert one.code == two.code == places["adder.<locals>.add"]
    assert {one.stored, two.stored} == {("shop.__dict__['one']",), ("shop.__dict__['two']",)}
    assert (one.defaults, one.kwdefaults, one.closure) == (1, ("z",), ("n",))
    assert by_name["Till.close"][0].stored == ("shop.Till.__dict__['close']",)
    assert by_name["Till.new"][0].stored == ("shop.Till.__dict__['new']",)
    assert by_name["Till.sum"][0].stored == ("shop.Till.__dict__['sum']",)
    assert by_name["made"][0].code is None
    text = words(found)
    assert "functions   2: adder.<locals>.add" in text
    assert "functions of code that was made while the module ran: made" in text
    assert [one.stored for one in found.c_functions or ()] == ["shop.__dict__['enabled']"]


def test_what_was_executed_is_said(system: ImportSystem) -> None:
    found = of(system, "shop", run=True)
    assert found.execution is not None
    assert found.execution.reason == "asked for by --run"
    assert found.execution.modules[-1] == "shop"
    again = of(system, "shop", run=True)
    assert again.execution is not None
    assert again.execution.modules == ()
    assert "module table already" in words(again)
    assert "module table already" in words(of(system, "shop"))


def test_a_module_that_fails(system: ImportSystem) -> None:
    found = of(system, "broken", run=True)
    assert found.execution is not None
    assert found.execution.error == "ZeroDivisionError: division by zero"
    assert found.problems == ("executing it failed: ZeroDivisionError: division by zero",)
    assert found.code is not None
    assert not found.loaded


def test_a_built_in_module_is_initialised(child: Callable[..., str]) -> None:
    """Its functions cannot be known otherwise; and the output says that it was."""
    answer = child("""
        import sys
        from importal import ImportSystem
        from importal.anatomy.inspection import inspect
        from importal.anatomy.target import find_target
        system = ImportSystem.host(); system.install()
        name = next(n for n in ("xxsubtype", "_symtable", "faulthandler", "_tracemalloc") if n not in sys.modules
                    and n in sys.builtin_module_names)
        found = inspect(system, find_target(system, name))
        print(found.kind.words, found.execution.modules == (name,), len(found.c_functions) > 0, sep="; ")
    """)
    assert answer == "built-in extension module; True; True\n"


def test_a_third_party_library_is_not_opened(system: ImportSystem, tmp_path: Path) -> None:
    from importal import machinery

    file = tmp_path / "tree" / f"fast{machinery.EXTENSION_SUFFIXES[0]}"
    file.write_bytes(b"\x7fELF\0PyInit_fast\0")
    system.invalidate_caches()
    found = of(system, "fast")
    assert found.library is not None
    assert found.library.has_initialisation
    assert found.execution is None
    assert "--run" in found.unknown["c_functions"]
    assert "local extension module" in words(found)
    failed = of(system, "fast", run=True)
    assert failed.problems


def test_a_library_of_another_interpreter(system: ImportSystem, tmp_path: Path) -> None:
    file = tmp_path / "old.cpython-27-vax.dll"
    file.write_bytes(b"MZ")
    found = of(system, str(file))
    assert found.spec is None
    assert found.kind.words == "extension module of another interpreter"
    assert "does not load" in words(found)
    assert "no library with this suffix" in of(system, str(file), run=True).problems[0]


def test_broken_code_is_told_and_the_rest_described(system: ImportSystem, tmp_path: Path) -> None:
    system.import_module("p.sub")
    (cached,) = tmp_path.rglob("sub.*.pyc")
    cached.write_bytes(cached.read_bytes()[:20])
    del system.state.modules["p.sub"]
    found = of(system, "p.sub")
    assert "EOFError" in found.problems[0]
    assert found.code is not None
    alone = tmp_path / "alone.pyc"
    alone.write_bytes(cached.read_bytes())
    found = of(system, str(alone))
    assert found.code is None
    assert found.bytecode is not None
    assert found.bytecode.state == "fresh"
    assert len(found.problems) == 1


def test_damaged_instructions(system: ImportSystem, tmp_path: Path) -> None:
    """Marshal data that is whole may hold instructions that no compiler makes."""
    import marshal

    from importal import MAGIC_NUMBER

    code = compile("import gc", "m", "exec").replace(co_names=())
    file = tmp_path / "m.pyc"
    file.write_bytes(MAGIC_NUMBER + bytes(12) + marshal.dumps(code))
    found = of(system, str(file), disassemble=True)
    assert "holds damaged instructions: IndexError" in found.problems[0]
    assert found.code is None


def test_a_file_by_another_modules_name(system: ImportSystem, tmp_path: Path) -> None:
    file = tmp_path / "shop.py"
    file.write_text("x = 1\n")
    system.import_module("shop")
    assert not of(system, str(file)).loaded
    assert "another module of the name 'shop'" in of(system, str(file), run=True).problems[0]
    del system.state.modules["shop"]
    assert of(system, str(file), run=True).loaded


@pytest.mark.parametrize("name", ["sys", "json", "os", "p", "ns", "shop", "builtins"])
def test_plain_values(system: ImportSystem, name: str) -> None:
    chosen = system if name in {"p", "ns", "shop"} else ImportSystem.host()
    found = of(chosen, name, disassemble=True)
    document = json.loads(json.dumps(found.to_json()))
    assert list(document) == [
        "name", "file", "kind", "loaded", "spec", "attributes", "library", "bytecode", "code", "functions",
        "c_functions", "execution", "unknown", "problems",
    ]  # fmt: skip
    assert document["name"] == name
    assert words(found)


def test_the_words_of_a_code_object(system: ImportSystem, tmp_path: Path) -> None:
    text = words(of(system, "shop"))
    file = tmp_path / "tree" / "shop.py"
    assert f"code       function adder, {file}, line 2" in text
    assert "arguments   2 positional (0 positional-only), 1 keyword-only" in text
    assert "flags       0x3: CO_OPTIMIZED, CO_NEWLOCALS" in text
    assert "free        n" in text
    assert "cells       n" in text
    assert "line table  " in text
    assert "exceptions  0 bytes; none" in text
    assert "LOAD_" not in text
    assert "LOAD_" in words(of(system, "shop", disassemble=True))
