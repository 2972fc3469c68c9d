"""Private systems: a state of one's own, and the ``__import__`` that modules of such a state see."""

from __future__ import annotations

import sys
from _operator import index

from .events import Events
from .finders.entry import FileFinder
from .finders.frozen import FrozenImporter
from .finders.path import PathSearch, url_hook
from .finders.private import PrivateBuiltinImporter
from .interpreter import CORE_MODULES, audit, builtin_import, import_frame, without_import_frames
from .loaders.extension import ExtensionFileLoader
from .loaders.location import file_loaders
from .loaders.private import PrivateExtensionFileLoader
from .names import check, resolve
from .statement import import_statement, warn_of_fallback
from .system import AUDITS_IN_PYTHON

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from types import FrameType, ModuleType, SimpleNamespace
    from typing import Any

    from .system import ImportSystem

__all__ = ["ImportState", "PrivateImport", "State"]


class State:
    """A private state: its own module table, path, finders and hooks; flags and implementation as the host has them."""

    def __init__(
        self,
        path: Iterable[str] = (),
        *,
        modules: dict[str, ModuleType] | None = None,
        meta_path: Iterable[Any] = (),
        path_hooks: Iterable[Callable[[str], Any]] = (),
        dont_write_bytecode: bool | None = None,
        pycache_prefix: str | None = None,
        flags: Any = None,
        implementation: SimpleNamespace | None = None,
    ) -> None:
        self.modules = {} if modules is None else modules
        self.path = list(path)
        self.meta_path = list(meta_path)
        self.path_hooks = list(path_hooks)
        self.path_importer_cache: dict[str, Any] = {}
        self.dont_write_bytecode = sys.dont_write_bytecode if dont_write_bytecode is None else dont_write_bytecode
        self.pycache_prefix = sys.pycache_prefix if pycache_prefix is None else pycache_prefix
        self.flags = sys.flags if flags is None else flags
        self.implementation = sys.implementation if implementation is None else implementation

    def __repr__(self) -> str:
        return f"<{type(self).__name__} with {len(self.modules)} modules, path={self.path!r}>"


class ImportState(State):
    """A private state with the standard finders and path hooks.

    *path* is the list of entries to search; ``sys.path`` can be given to find what the interpreter finds. The module
    table starts with the interpreter's own modules (``builtins``, ``_thread``, ...), a view of ``sys`` that shows this
    state, and nothing else. *meta_path* and *path_hooks* replace the standard ones.
    """

    def __init__(
        self,
        path: Iterable[str] = (),
        *,
        modules: dict[str, ModuleType] | None = None,
        meta_path: Iterable[Any] | None = None,
        path_hooks: Iterable[Callable[[str], Any]] | None = None,
        **facts: Any,
    ) -> None:
        core = {name: sys.modules[name] for name in CORE_MODULES if name in sys.modules}
        super().__init__(path, modules=core if modules is None else modules, **facts)
        if modules is None:
            from .view import SysView

            self.modules["sys"] = SysView(self)
        self.events = Events()
        finders = [PrivateBuiltinImporter(self.modules), FrozenImporter, PathSearch(self, self.events)]
        self.meta_path = finders if meta_path is None else list(meta_path)
        if path_hooks is None:
            path_hooks = (_zip_hook, self._directory_hook, self._url_hook)
        self.path_hooks = list(path_hooks)

    def _directory_hook(self, path: str) -> FileFinder:
        """Return a finder whose loaders keep and announce bytecode as this state says. Raises ImportError."""
        finder = _find_directories(path)
        if not isinstance(finder, FileFinder):
            raise ImportError("only directories are supported", path=path)
        finder.state = self
        finder.events = self.events
        return finder

    def _url_hook(self, path: str) -> Any:
        """Return a finder for a source that a URL names; the same holds for its loaders. Raises ImportError."""
        finder = url_hook(path)
        finder.state = self
        finder.events = self.events
        return finder


def _private_loaders() -> list[tuple[Any, list[str]]]:
    return [
        (PrivateExtensionFileLoader if loader is ExtensionFileLoader else loader, suffixes)
        for loader, suffixes in file_loaders()
    ]


_find_directories = FileFinder.path_hook(*_private_loaders())


def _zip_hook(path: str) -> Any:
    """Return a finder for the zip archive *path*. Raises ImportError for anything else."""
    from .finders.archive import zipimporter

    return zipimporter(path)


# ---------------------------------------------------------------- its import statements

# What a namespace may be, and how the built-in function says so.
_NAMESPACES: tuple[Any, ...] = (dict,)
_NAMESPACES_IN_WORDS = "a dict"
if sys.version_info >= (3, 15):
    _NAMESPACES = (dict, frozendict)  # type: ignore[name-defined]  # noqa: F821
    _NAMESPACES_IN_WORDS = "a dict or a frozendict"

# What the built-in function is told apart by: no globals were given, or None was.
_NO_GLOBALS: Any = {}
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
            warn_of_fallback()
            raise KeyError("'__name__' not in globals")
        if not isinstance(globals["__name__"], str):
            raise TypeError("__name__ must be a string")
