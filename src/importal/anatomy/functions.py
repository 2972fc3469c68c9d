"""Python functions of a module that has been executed, and which of them share one code object."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from types import FunctionType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, ModuleType

    from .code import CodeObject

__all__ = ["Function", "functions_of"]


@dataclass(frozen=True, slots=True)
class Function:
    """One function object. ``code`` is the place of its code object in the tree; several may have the same.

    None for code that was made while the module ran (``exec``, named tuples). ``stored`` lists where in the namespaces
    of the module and its classes it lies; a closure lies in none. ``defaults`` and ``closure`` are what a code object
    does not have, as names.
    """

    qualname: str
    code: str | None
    stored: tuple[str, ...]
    defaults: int
    kwdefaults: tuple[str, ...]
    closure: tuple[str, ...]


def functions_of(module: ModuleType, tree: CodeObject, code: CodeType) -> tuple[Function, ...]:
    """Return every living function whose globals are *module*'s, in the order of their lines.

    *tree* describes *code*, the module's body: functions are matched to it by their code.
    """
    namespace = vars(module)
    places = _places(code, tree)
    stored = _stored(module)
    living = [one for one in gc.get_objects() if type(one) is FunctionType and one.__globals__ is namespace]
    living.sort(key=lambda one: (one.__code__.co_firstlineno, one.__qualname__))
    return tuple(
        Function(
            qualname=one.__qualname__,
            code=places.get(one.__code__),
            stored=tuple(stored.get(id(one), ())),
            defaults=len(one.__defaults__ or ()),
            kwdefaults=tuple(one.__kwdefaults__ or ()),
            closure=one.__code__.co_freevars,
        )
        for one in living
    )


def _places(code: CodeType, tree: CodeObject) -> dict[CodeType, str]:
    """Return the place of every code object in *code*. Code objects are equal when they were compiled from the same."""
    found = {code: tree.place}
    inner = [constant for constant in code.co_consts if isinstance(constant, type(code))]
    for constant, child in zip(inner, tree.children, strict=True):
        found |= _places(constant, child)
    return found


def _stored(module: ModuleType) -> dict[int, list[str]]:
    """Return for each function's id where it lies: in the module's namespace, or in that of a class of the module."""
    places: dict[int, list[str]] = {}
    pending: list[tuple[str, object]] = [(module.__name__, module)]
    seen = {id(module)}
    while pending:
        owner_name, owner = pending.pop(0)
        for name, value in list(vars(owner).items()):
            function = value.__func__ if isinstance(value, staticmethod | classmethod) else value
            if isinstance(value, property):
                function = value.fget
            if type(function) is FunctionType:
                places.setdefault(id(function), []).append(f"{owner_name}.__dict__[{name!r}]")
            elif isinstance(value, type) and value.__module__ == module.__name__ and id(value) not in seen:
                seen.add(id(value))
                pending.append((f"{owner_name}.{name}", value))
    return places
