"""anatomy.code: every field of every code object, and code that cannot be had."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from types import CodeType

import pytest

import trees
from importal import ImportSystem
from importal.anatomy.code import CodeObject, ProtectedRange, code_tree, compile_source_of, flags_of, read_code
from importal.loaders.location import spec_from_file_location
from importal.tool_errors import FileError

Private = Callable[..., ImportSystem]

SOURCE = trees.text("""
    '''Words.'''
    limit = 2.5
    def buy(item, /, n, *more, tax, tip=0, **rest):
        total = n
        def add(x):
            return total + x + limit
        try:
            return add(item)
        except TypeError:
            return None
    class Till:
        def close(self): pass
    async def wait(): pass
    async def stream(): yield 1
    def numbers(): yield 1
    key = lambda row: row[0]
    evens = (n for n in ())
""")


@pytest.fixture(scope="module")
def body() -> CodeType:
    return compile(SOURCE, "shop.py", "exec", dont_inherit=True)


@pytest.fixture(scope="module")
def tree(body: CodeType) -> CodeObject:
    return code_tree(body)


def named(tree: CodeObject, qualname: str) -> CodeObject:
    (found,) = [one for one in tree.walk() if one.qualname == qualname]
    return found


def raw(body: CodeType, place: str) -> CodeType:
    """Return the code object that a place names, by following it."""
    return eval(place.replace("module", "body", 1), {"body": body})


def test_every_field_is_the_code_objects_own(body: CodeType, tree: CodeObject) -> None:
    same = [
        ("name", "co_name"), ("qualname", "co_qualname"), ("argcount", "co_argcount"),
        ("posonlyargcount", "co_posonlyargcount"), ("kwonlyargcount", "co_kwonlyargcount"), ("nlocals", "co_nlocals"),
        ("stacksize", "co_stacksize"), ("names", "co_names"), ("varnames", "co_varnames"), ("freevars", "co_freevars"),
        ("cellvars", "co_cellvars"), ("filename", "co_filename"), ("firstlineno", "co_firstlineno"),
    ]  # fmt: skip
    found = list(tree.walk())
    assert len(found) == 10
    for one in found:
        code = raw(body, one.place)
        assert [(field, getattr(one, field)) for field, _ in same] == [(field, getattr(code, co)) for field, co in same]
        assert one.size == len(code.co_code)
        assert (one.linetable_size, one.exceptiontable_size) == (len(code.co_linetable), len(code.co_exceptiontable))
        assert [(line.start, line.end, line.line) for line in one.lines] == list(code.co_lines())
        assert one.flags.value == code.co_flags
        assert len(one.constants) == len(code.co_consts)


def test_arguments_variables_and_cells(tree: CodeObject) -> None:
    buy = named(tree, "buy")
    assert (buy.argcount, buy.posonlyargcount, buy.kwonlyargcount) == (2, 1, 2)
    assert buy.varnames[:6] == ("item", "n", "tax", "tip", "more", "rest")
    assert buy.cellvars == ("total",)
    assert named(tree, "buy.<locals>.add").freevars == ("total",)
    assert buy.firstlineno == 3
    assert "limit" in tree.names


def test_constants_name_the_code_objects_among_them(tree: CodeObject) -> None:
    assert "2.5" in tree.constants
    assert "'Words.'" in tree.constants
    places = [child.place for child in tree.children]
    assert [one for one in tree.constants if one.startswith("module.co_consts[")] == places
    assert named(tree, "Till.close").place.startswith(named(tree, "Till").place + ".co_consts[")


@pytest.mark.parametrize(
    ("qualname", "kind"),
    [
        ("<module>", "module body"), ("buy", "function"), ("Till", "class body"), ("wait", "coroutine function"),
        ("stream", "async generator function"), ("numbers", "generator function"), ("<lambda>", "lambda"),
        ("<genexpr>", "generator expression"),
    ],
)  # fmt: skip
def test_kinds(tree: CodeObject, qualname: str, kind: str) -> None:
    assert named(tree, qualname).kind == kind


def test_flags_by_name(tree: CodeObject) -> None:
    names = {one.qualname: set(one.flags.names) for one in tree.walk()}
    assert {"CO_VARARGS", "CO_VARKEYWORDS", "CO_OPTIMIZED", "CO_NEWLOCALS"} <= names["buy"]
    assert "CO_NESTED" in names["buy.<locals>.add"]
    assert "CO_COROUTINE" in names["wait"]
    assert "CO_ASYNC_GENERATOR" in names["stream"]
    assert "CO_GENERATOR" in names["numbers"]
    assert "CO_OPTIMIZED" not in names["Till"]
    future = compile("from __future__ import annotations", "m", "exec", dont_inherit=True)
    assert "CO_FUTURE_ANNOTATIONS" in flags_of(future).names
    strange = future.replace(co_flags=1 << 29)
    assert flags_of(strange) == flags_of(strange).__class__(1 << 29, (hex(1 << 29),))
    # Every bit of a real code object has a name.
    assert not any(name.startswith("0x") for one in tree.walk() for name in one.flags.names)
    assert inspect.CO_VARARGS & named(tree, "buy").flags.value


def test_the_exception_table(tree: CodeObject) -> None:
    buy = named(tree, "buy")
    assert buy.exceptions
    assert buy.exceptiontable_size > 0
    first = buy.exceptions[0]
    assert isinstance(first, ProtectedRange)
    assert 0 <= first.start < first.end <= first.target < buy.size
    assert any(one.lasti for one in buy.exceptions)
    assert named(tree, "Till").exceptions == ()


def test_instructions_are_decoded_when_asked_for(body: CodeType, tree: CodeObject) -> None:
    assert tree.instructions is None
    decoded = code_tree(body, disassemble=True)
    assert decoded.instructions is not None
    assert [(one.opname, one.meaning, one.line) for one in decoded.instructions][1:3] == [
        ("LOAD_CONST", "'Words.'", 1),
        ("STORE_NAME", "__doc__", 1),
    ]
    assert any(one.is_jump_target for one in named(decoded, "numbers").instructions or ()) in {True, False}
    assert any(one.is_jump_target for one in named(decoded, "<genexpr>").instructions or ())
    json.dumps(asdict(decoded))


# ---------------------------------------------------------------- reading code


def test_reading_code_executes_and_writes_nothing(private: Private, tmp_path: Path) -> None:
    system = private({"m.py": "raise AssertionError\n"})
    spec = system.find_spec("m")
    assert spec is not None
    assert read_code(spec) == compile(
        "raise AssertionError\n", str(tmp_path / "tree" / "m.py"), "exec", dont_inherit=True
    )
    assert not list(tmp_path.rglob("*.pyc"))
    assert read_code(system.find_spec("sys")) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("archive", [False, True])
def test_reading_code_from_wherever_it_is(private: Private, archive: bool) -> None:
    system = private({"m.py": "x = 1\n"}, archive=archive)
    spec = system.find_spec("m")
    assert spec is not None
    code = read_code(spec)
    assert code is not None
    assert code.co_names == ("x",)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("def\n", "line 1: is not Python: invalid syntax"),
        (b"x = 1\n\0", "is not Python"),
        (b"\nx = '\xff'\n", "is not Python"),
    ],
)
def test_what_is_no_python(private: Private, source: str | bytes, reason: str) -> None:
    spec = private({"m.py": source}).find_spec("m")
    assert spec is not None
    with pytest.raises(FileError, match=reason):
        read_code(spec)
    assert compile_source_of(spec) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda data: data[:10], "reached EOF"),
        (lambda data: data[:40], "EOFError"),
        (lambda data: b"abcd" + data[4:], "bad magic number"),
        (lambda data: data[:4] + b"\xff\0\0\0" + data[8:], "invalid flags"),
        (lambda data: data[:16] + b"N", "Non-code object"),
        (lambda data: data[:16] + b"\xf3", "EOFError|bad marshal"),
        (lambda data: b"", "bad magic number"),
    ],
)
def test_bytecode_files_that_are_broken(
    private: Private, tmp_path: Path, change: Callable[[bytes], bytes], reason: str
) -> None:
    system = private({"m.py": "x = 1\n"})
    system.import_module("m")
    (cached,) = tmp_path.rglob("*.pyc")
    alone = tmp_path / "alone.pyc"
    alone.write_bytes(change(cached.read_bytes()))
    spec = spec_from_file_location("alone", str(alone))
    assert spec is not None
    with pytest.raises(FileError, match=reason) as caught:
        read_code(spec)
    assert "compile its source again" in str(caught.value)


def test_broken_code_behind_a_valid_header(private: Private, tmp_path: Path) -> None:
    """An import fails there; what the source would be is still known."""
    system = private({"m.py": "x = 1\n"})
    system.import_module("m")
    (cached,) = tmp_path.rglob("*.pyc")
    cached.write_bytes(cached.read_bytes()[:20])
    spec = private({"m.py": "x = 1\n"}).find_spec("m") if sys.platform == "win32" else system.find_spec("m")
    assert spec is not None
    with pytest.raises(FileError, match="if you remove it"):
        read_code(spec)
    code = compile_source_of(spec)
    assert code is not None
    assert code.co_names == ("x",)
