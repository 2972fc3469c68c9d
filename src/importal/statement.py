"""What the import statement does around the import of a name: relative levels, from-lists, which module it yields.

(reference, 7.11 and 5.7; PEP 328, PEP 366)
"""

from __future__ import annotations

import sys
from _operator import index

from .interpreter import audit, builtin_import, import_frame, warn, without_import_frames
from .machine import VERSION
from .names import check, resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import FrameType, ModuleType
    from typing import Any

    from .system import ImportSystem

# CPython announces imports that miss the table from C code up to 3.14, from the engine since.
AUDITS_IN_PYTHON = sys.version_info >= (3, 15)

__all__ = ["PrivateImport", "handle_fromlist", "import_statement", "package_of"]


# What a namespace may be, and how the built-in function says so.
_NAMESPACES: tuple[Any, ...] = (dict,)
_NAMESPACES_IN_WORDS = "a dict"
if sys.version_info >= (3, 15):
    _NAMESPACES = (dict, frozendict)  # type: ignore[name-defined]  # noqa: F821
    _NAMESPACES_IN_WORDS = "a dict or a frozendict"

# What the built-in function is told apart by: no globals were given, or None was.
_NO_GLOBALS: Any = {}


@import_frame
def import_statement(
    system: ImportSystem,
    name: str,
    globals: Mapping[str, Any] | None = None,  # noqa: A002, the built-in function's own names
    locals: object = None,  # noqa: A002, ARG001
    fromlist: Iterable[str] | None = (),
    level: int = 0,
    import_name: Callable[..., ModuleType] | None = None,
) -> ModuleType:
    """Import *name* as ``__import__`` does and return the module that the statement binds or takes names from.

    *level* counts the leading dots, *globals* is the namespace the statement stands in. Without *fromlist* the first
    package of the dotted name is returned, with it the last module. *import_name* replaces the system's own.
    """
    import_name = import_name or system.import_name
    if level == 0:
        module = import_name(name)
    else:
        module = import_name(name, package_of({} if globals is None else globals), level)
    if fromlist:
        if hasattr(module, "__path__"):
            return handle_fromlist(module, fromlist, import_name, system.state.modules)
        return module
    if level == 0:
        return import_name(name.partition(".")[0]) if "." in name else module
    if not name:
        return module
    below = len(name) - len(name.partition(".")[0])
    return system.state.modules[module.__name__[: len(module.__name__) - below]]


def package_of(globals: Mapping[str, Any]) -> str:  # noqa: A002
    """Return the package that relative imports in the namespace *globals* count from (PEP 366)."""
    package = globals.get("__package__")
    spec = globals.get("__spec__")
    if package is not None:
        if spec is not None and package != spec.parent:
            category = ImportWarning if VERSION < (3, 12) else DeprecationWarning
            _warn(f"__package__ != __spec__.parent ({package!r} != {spec.parent!r})", category)
        return package  # type: ignore[no-any-return]
    if spec is not None:
        return spec.parent  # type: ignore[no-any-return]
    _warn_of_fallback()
    name: str = globals["__name__"]
    return name if "__path__" in globals else name.rpartition(".")[0]


@import_frame
def handle_fromlist(
    module: ModuleType,
    fromlist: Iterable[str],
    import_name: Callable[[str], object],
    table: Mapping[str, ModuleType] | None = None,
    *,
    listed_in_all: bool = False,
) -> ModuleType:
    """Import the submodules of the package *module* that *fromlist* names and that are no attributes yet.

    ``*`` stands for what ``__all__`` lists. A name that is neither attribute nor submodule is left to the statement,
    which raises the ImportError. Returns *module*. *table* is ``sys.modules`` unless given. Raises TypeError for a
    name that is no string.
    """
    for name in fromlist:
        if not isinstance(name, str):
            where = f"{module.__name__}.__all__" if listed_in_all else "``from list''"
            raise TypeError(f"Item in {where} must be str, not {type(name).__name__}")
        if name == "*":
            if not listed_in_all and hasattr(module, "__all__"):
                handle_fromlist(module, module.__all__, import_name, table, listed_in_all=True)
        elif not hasattr(module, name):
            try:
                _import_submodule(f"{module.__name__}.{name}", import_name, sys.modules if table is None else table)
            except BaseException as error:
                without_import_frames(error)
                raise
    return module


@import_frame
def _import_submodule(name: str, import_name: Callable[[str], object], table: Mapping[str, ModuleType]) -> None:
    """Import *name*, which need not exist; a missing module inside it is an error all the same."""
    try:
        import_name(name)
    except ModuleNotFoundError as error:
        # An entry None in the table forbids the module: that is an error, and the statement's own would hide it.
        forbidden = name in table and table[name] is None
        if error.name != name or forbidden:
            raise


# What PyImport_Import, by which C code imports, asks for. It then takes the module out of the interpreter's own table,
# whatever it was given: the module has to be there, too.
_BY_C_CODE: list[str] = []


class PrivateImport:
    """The ``__import__`` of a private system, as its modules' built-in name: as strict as the built-in function."""

    def __init__(self, system: ImportSystem) -> None:
        # Before any statement asks: importing it then would be an import of the interpreter's amid one of the system's.
        from opcode import opmap

        self.system = system
        self._import_from = opmap["IMPORT_FROM"]

    def _takes_names(self, frame: FrameType) -> bool:
        """Tell whether the import statement that *frame* is in goes on to take a name from the module it gets."""
        code = frame.f_code.co_code
        following = frame.f_lasti + 2
        return following < len(code) and code[following] == self._import_from

    @import_frame
    def __call__(
        self,
        name: str,
        globals: Mapping[str, Any] | None = _NO_GLOBALS,  # noqa: A002
        locals: object = None,  # noqa: A002
        fromlist: Iterable[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """Import *name* for a statement in the namespace *globals*; see :func:`import_statement`."""
        try:
            level = index(level)
            _check_arguments(name, globals, level)
            module = import_statement(self.system, name, globals, locals, fromlist, level, self._import_name)
            table = self.system.state.modules
            if fromlist == _BY_C_CODE and globals is locals and name not in sys.modules:
                builtin_import(name)
            if not fromlist and "." in name and self._takes_names(sys._getframe(1)):
                _bind_along(module, name, table)
            for wanted in fromlist or ():
                # The statement's own fallback looks into the interpreter's table, not into this one: a submodule that
                # is still being imported (a circular import) is bound here and now.
                if isinstance(wanted, str) and f"{getattr(module, '__name__', '')}.{wanted}" in table:
                    _bind_early(module, wanted, table)
        except BaseException as error:
            without_import_frames(error)
            raise
        return module

    @import_frame
    def _import_name(self, name: str, package: str | None = None, level: int = 0) -> ModuleType:
        """Import *name* and the packages above it, each announced to audit hooks as C code announces a miss."""
        system = self.system
        check(name, package, level)
        if level:
            assert package is not None
            name = resolve(name, package, level)
        state = system.state
        if name not in state.modules and not AUDITS_IN_PYTHON:
            audit("import", name, None, state.path, state.meta_path, state.path_hooks)
        return system.find_and_load(name, self._import_name)


def _bind_early(module: ModuleType, name: str, table: Mapping[str, ModuleType]) -> None:
    submodule = table[f"{module.__name__}.{name}"]
    if submodule is not None and not hasattr(module, name):
        try:
            setattr(module, name, submodule)
        except AttributeError:
            pass  # a parent that refuses the attribute: the statement's own ImportError says that it has none


def _bind_along(module: ModuleType, name: str, table: Mapping[str, ModuleType]) -> None:
    """Bind each package of the dotted *name*, of which *module* is the first, for ``import a.b as c``."""
    for child in name.split(".")[1:]:
        if f"{module.__name__}.{child}" not in table:
            return
        _bind_early(module, child, table)
        if not hasattr(module, child):
            return
        module = getattr(module, child)


def _check_arguments(name: object, globals: Any, level: int) -> None:  # noqa: A002
    """Refuse what the built-in ``__import__`` refuses, in its words."""
    if not isinstance(name, str):
        raise TypeError("module name must be a string")
    if level < 0:
        raise ValueError("level must be >= 0")
    if level == 0:
        if not name:
            raise ValueError("Empty module name")
        return
    if globals is _NO_GLOBALS:
        raise KeyError("'__name__' not in globals")
    if not isinstance(globals, _NAMESPACES):
        raise TypeError(f"globals must be {_NAMESPACES_IN_WORDS}")
    package, spec = globals.get("__package__"), globals.get("__spec__")
    if package is not None and not isinstance(package, str):
        raise TypeError("package must be a string")
    if package is None and spec is not None and not isinstance(spec.parent, str):
        raise TypeError("__spec__.parent must be a string")
    if package is None and spec is None:
        if "__name__" not in globals:
            _warn_of_fallback()
            raise KeyError("'__name__' not in globals")
        if not isinstance(globals["__name__"], str):
            raise TypeError("__name__ must be a string")


def _warn_of_fallback() -> None:
    _warn("can't resolve package from __spec__ or __package__, falling back on __name__ and __path__", ImportWarning)


def _warn(message: str, category: type[Warning]) -> None:
    warn(message, category, 4)
