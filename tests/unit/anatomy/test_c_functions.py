"""anatomy.c_functions: calling conventions are what the interpreter's own sources say; where unknown, it is said."""

from __future__ import annotations

import builtins
import gc
import math
import sys
from types import ModuleType

import pytest

from importal.anatomy import c_functions as anatomy
from importal.anatomy.c_functions import CFunction, MethodDefinitions, c_functions, flag_names

# The same in all versions: what `sys`, `gc` and `builtins` document of themselves by their signatures.
CONVENTIONS = [
    (gc.collect, {"METH_FASTCALL", "METH_KEYWORDS"}),
    (gc.isenabled, {"METH_NOARGS"}),
    (len, {"METH_O"}),
    (math.acos, {"METH_O"}),
    (isinstance, {"METH_FASTCALL"}),
    (getattr, {"METH_FASTCALL"}),
    (str.format, {"METH_VARARGS", "METH_KEYWORDS"}),
    (str.join, {"METH_O"}),
    (str.split, {"METH_FASTCALL", "METH_KEYWORDS"}),
    ([].append, {"METH_O"}),
    (dict.__dict__["fromkeys"], {"METH_FASTCALL", "METH_CLASS"}),
    (vars(str)["maketrans"].__func__ if isinstance(vars(str)["maketrans"], staticmethod) else vars(str)["maketrans"],
     {"METH_FASTCALL", "METH_STATIC"}),
]  # fmt: skip


@pytest.mark.parametrize(("function", "names"), CONVENTIONS, ids=lambda one: getattr(one, "__qualname__", None))
def test_conventions(function: object, names: set[str]) -> None:
    definitions = MethodDefinitions()
    assert definitions.unknown is None
    flags = definitions.flags(function)
    assert flags is not None
    assert set(flag_names(flags)) == names


def test_bits_without_a_name() -> None:
    assert flag_names(0x8000_0001) == ("METH_VARARGS", "0x80000000")
    assert flag_names(0) == ()


def test_every_built_in_function_has_a_convention() -> None:
    """One of the calls of the C API exactly, and no bit without a name."""
    definitions = MethodDefinitions()
    calls = {"METH_VARARGS", "METH_FASTCALL", "METH_NOARGS", "METH_O"}
    found = [one for module in (builtins, sys, gc, math) for one in c_functions(module, definitions)]
    assert len(found) > 300
    for one in found:
        assert one.flag_names is not None, one
        assert len(calls & set(one.flag_names)) == 1, one
        assert not any(name.startswith("0x") for name in one.flag_names), one


def test_a_function_of_a_module() -> None:
    (one,) = [one for one in c_functions(math, MethodDefinitions()) if one.name == "acos"]
    assert one == CFunction(
        name="acos",
        stored="math.__dict__['acos']",
        type="builtin_function_or_method",
        flags=8,
        flag_names=("METH_O",),
        signature=math.acos.__text_signature__,
        doc=math.acos.__doc__,
        self="module math",
        module="math",
    )


def test_a_method_of_a_class() -> None:
    (one,) = [one for one in c_functions(builtins, MethodDefinitions()) if one.name == "list.append"]
    assert (one.stored, one.type) == ("builtins.list.__dict__['append']", "method_descriptor")
    assert (one.self, one.module) == (None, None)


def test_what_is_not_a_c_function_has_no_convention() -> None:
    definitions = MethodDefinitions()
    assert definitions.flags(test_bits_without_a_name) is None
    assert definitions.flags(type.__call__) is None  # a slot wrapper: there is no method definition behind it
    assert definitions.flags(3) is None


def test_python_functions_are_left_out() -> None:
    module = ModuleType("m")
    module.python = test_bits_without_a_name  # type: ignore[attr-defined]
    module.c = len  # type: ignore[attr-defined]
    assert [one.stored for one in c_functions(module, MethodDefinitions())] == ["m.__dict__['c']"]


def test_another_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.implementation, "name", "otherpython")
    definitions = MethodDefinitions()
    assert definitions.unknown == "otherpython keeps C functions in its own way"
    (one,) = [one for one in c_functions(math, definitions) if one.name == "acos"]
    assert (one.flags, one.flag_names, one.doc) == (None, None, math.acos.__doc__)


def test_an_interpreter_without_ctypes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ctypes", None)
    assert MethodDefinitions().unknown == "this Python was built without ctypes"
    assert MethodDefinitions().flags(len) is None


def test_another_layout_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anatomy, "_DESCRIPTORS", (type,))
    assert "not known here" in str(MethodDefinitions().unknown)
    assert MethodDefinitions().flags(len) is None
