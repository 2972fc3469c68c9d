"""C functions: the method definition behind each, with its calling convention by name (C API, PyMethodDef).

Python shows a C function's name, doc and self, and hides its flags. They are read from the memory of the function
object, which is the same on every CPython that importal supports: after the object's head the pointer ``ml`` (a method
descriptor has three other pointers first). The sizes of the types are compared with that layout beforehand; where
they differ, or there is no ctypes, the flags are not known, and `MethodDefinitions.unknown` says why.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType
    from typing import Any

__all__ = ["CFunction", "MethodDefinitions", "c_functions", "flag_names"]

# Methods of classes are described by descriptors, functions and bound methods are objects of the first type.
_FUNCTION = type(len)
_DESCRIPTORS = (type(str.join), type(dict.__dict__["fromkeys"]))

# Documented in the C API, "Common Object Structures"; METH_METHOD only ever stands beside FASTCALL and KEYWORDS.
_FLAGS = {
    0x0001: "METH_VARARGS",
    0x0002: "METH_KEYWORDS",
    0x0004: "METH_NOARGS",
    0x0008: "METH_O",
    0x0010: "METH_CLASS",
    0x0020: "METH_STATIC",
    0x0040: "METH_COEXIST",
    0x0080: "METH_FASTCALL",
    0x0200: "METH_METHOD",
}


@dataclass(frozen=True, slots=True)
class CFunction:
    """One C function as it lies in a namespace.

    ``stored`` says where: ``math.__dict__['sqrt']``. ``self`` is what it is bound to, None for a class's method.
    ``flags`` is the calling convention's number, ``flag_names`` its bits by name; None where they cannot be read.
    """

    name: str
    stored: str
    type: str
    flags: int | None
    flag_names: tuple[str, ...] | None
    signature: str | None
    doc: str | None
    self: str | None
    module: str | None


class MethodDefinitions:
    """Reads the calling convention of C functions from memory; ``unknown`` says why it cannot, None when it can."""

    def __init__(self) -> None:
        self.unknown = _why_unknown()

    def flags(self, function: Any) -> int | None:
        """Return the ``ml_flags`` of the C function or method descriptor *function*, None where they are not known."""
        if self.unknown is not None or type(function) not in (_FUNCTION, *_DESCRIPTORS):
            return None
        import ctypes

        pointers_before = 0 if type(function) is _FUNCTION else 3
        place = id(function) + object.__basicsize__ + pointers_before * ctypes.sizeof(ctypes.c_void_p)
        definition = ctypes.c_void_p.from_address(place).value
        if not definition:
            return None
        # PyMethodDef: const char *ml_name; PyCFunction ml_meth; int ml_flags; const char *ml_doc.
        name = ctypes.c_char_p.from_address(definition).value or b""
        if name.decode(errors="replace") != function.__name__:
            return None  # a definition knows its function by name; anything else is none
        return ctypes.c_int.from_address(definition + 2 * ctypes.sizeof(ctypes.c_void_p)).value


def _why_unknown() -> str | None:
    if sys.implementation.name != "cpython":
        return f"{sys.implementation.name} keeps C functions in its own way"
    try:
        import ctypes
    except ImportError:
        return "this Python was built without ctypes"
    # Five pointers each. Function: ml, self, module, weak references, vectorcall. Descriptor: class, name, qualified
    # name, method, vectorcall.
    size = object.__basicsize__ + 5 * ctypes.sizeof(ctypes.c_void_p)
    if any(one.__basicsize__ != size for one in (_FUNCTION, *_DESCRIPTORS)):
        return "this Python lays out C functions in memory in a way that is not known here"
    return None


def c_functions(module: ModuleType, definitions: MethodDefinitions) -> Iterator[CFunction]:
    """Yield the C functions in *module*'s namespace and the methods of the C classes that are the module's own."""
    for name, value in sorted(vars(module).items()):
        if type(value) is _FUNCTION:
            yield _describe(value, f"{module.__name__}.__dict__[{name!r}]", definitions)
        elif isinstance(value, type) and value.__module__ == module.__name__:
            yield from _methods(value, f"{module.__name__}.{name}", definitions)


def _methods(cls: type, place: str, definitions: MethodDefinitions) -> Iterator[CFunction]:
    for name, value in sorted(vars(cls).items()):
        function = value.__func__ if isinstance(value, staticmethod) else value
        if type(function) is _FUNCTION or type(function) in _DESCRIPTORS:
            yield _describe(function, f"{place}.__dict__[{name!r}]", definitions)


def _describe(function: Any, stored: str, definitions: MethodDefinitions) -> CFunction:
    flags = definitions.flags(function)
    bound_to = getattr(function, "__self__", None)
    return CFunction(
        name=function.__qualname__,
        stored=stored,
        type=type(function).__name__,
        flags=flags,
        flag_names=None if flags is None else flag_names(flags),
        signature=function.__text_signature__,
        doc=function.__doc__,
        self=None if bound_to is None else _short(bound_to),
        module=getattr(function, "__module__", None),
    )


def _short(value: object) -> str:
    """Return which object *value* is, without asking its class how it shows itself."""
    if isinstance(value, type(sys)):
        return f"module {value.__name__}"
    if isinstance(value, type):
        return f"class {value.__qualname__}"
    return f"{type(value).__qualname__} object"


def flag_names(flags: int) -> tuple[str, ...]:
    """Return the names of the bits of *flags*; a bit without a name is given in hex.

    >>> flag_names(0x0082)
    ('METH_KEYWORDS', 'METH_FASTCALL')
    """
    bits = [1 << index for index in range(flags.bit_length()) if flags >> index & 1]
    return tuple(_FLAGS.get(bit, hex(bit)) for bit in bits)
