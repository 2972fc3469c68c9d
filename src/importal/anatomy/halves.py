"""The C half of a module that is written in Python and C: which C modules its Python code was made to use.

Nothing is executed: the import instructions in the code are read, and followed inside the module's own package.
"""

from __future__ import annotations

from dataclasses import dataclass

from .. import names
from ..interpreter import BUILTIN_NAMES, EXTENSION_SUFFIXES
from ..observe.explain import find_quickly
from ..tool_errors import FileError
from .code import read_code
from .import_instructions import import_instructions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType

    from ..spec import ModuleSpec
    from ..system import ImportSystem

__all__ = ["CHalf", "c_half", "imports_in"]

# A package is followed this far; one with more modules has named its C half by then.
_MOST_MODULES = 400
# C modules whose names do not say whose half they are (the `os` module chooses one of them).
_HALVES_BY_NAME = {"posix": "os", "nt": "os"}


@dataclass(frozen=True, slots=True)
class CHalf:
    """``modules`` are the C modules that are the module's own other half, ``used`` all C modules that it imports."""

    modules: tuple[str, ...]
    used: tuple[str, ...]


def c_half(system: ImportSystem, spec: ModuleSpec, code: CodeType) -> CHalf:
    """Return the C modules that *code*, of the module *spec*, imports, itself or by modules of its own package.

    A C module counts as the module's half if it lies inside the package, or if its name says so: ``_json`` of
    ``json``, ``_sre`` of ``re``, ``posix`` of ``os``.
    """
    used: dict[str, None] = {}
    pending: list[tuple[ModuleSpec, CodeType]] = [(spec, code)]
    seen = {spec.name}
    while pending and len(seen) < _MOST_MODULES:
        current, its_code = pending.pop(0)
        for name in imports_in(its_code, current.parent):
            if name in seen:
                continue
            seen.add(name)
            inside = name.startswith(f"{spec.name}.") and spec.submodule_search_locations is not None
            if not inside and "." in name:
                continue
            found = _find(system, name)
            if found is None:
                continue
            if _is_c(found):
                used[name] = None
            elif inside:
                pending += [(found, inner) for inner in _code_of(found)]
    ordered = sorted(used)
    return CHalf(tuple(one for one in ordered if _belongs(one, spec.name)), tuple(ordered))


def imports_in(code: CodeType, package: str) -> Iterator[str]:
    """Yield the absolute names that *code*, and all code inside it, may import; a from-list's names as submodules."""
    for constant in code.co_consts:
        if isinstance(constant, type(code)):
            yield from imports_in(constant, package)
    for one in import_instructions(code, package):
        yield one.name
        yield from (f"{one.name}.{child}" for child in one.fromlist if child != "*")


def _find(system: ImportSystem, name: str) -> ModuleSpec | None:
    """Return the spec of *name*, its packages found and not imported."""
    path = None
    for ancestor in names.ancestors(name):
        spec = find_quickly(system, ancestor, path)
        if spec is None or spec.submodule_search_locations is None:
            return None
        path = list(spec.submodule_search_locations)
    return find_quickly(system, name, path)


def _code_of(spec: ModuleSpec) -> list[CodeType]:
    """Return the code of *spec* in a list, an empty one where there is none or it cannot be read."""
    try:
        code = read_code(spec)
    except FileError:
        return []
    return [] if code is None else [code]


def _is_c(spec: ModuleSpec) -> bool:
    return spec.name in BUILTIN_NAMES or (spec.origin or "").endswith(tuple(EXTENSION_SUFFIXES))


def _belongs(c_module: str, owner: str) -> bool:
    """Tell whether the name *c_module* says that it is the half of *owner*.

    >>> _belongs("_json", "json.decoder"), _belongs("_sre", "re"), _belongs("_thread", "dataclasses")
    (True, True, False)
    """
    if c_module.startswith(f"{owner}."):
        return True
    if _HALVES_BY_NAME.get(c_module) == owner:
        return True
    if not c_module.startswith("_") or "." in c_module:
        return False
    stem = c_module.strip("_")
    parts = [part for part in owner.lower().split(".") if len(part) > 1]
    return any(part.startswith(stem) or stem.startswith(part) or stem.endswith(part) for part in parts)
