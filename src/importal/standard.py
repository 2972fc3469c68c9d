"""The composition root: a state furnished as the interpreter furnishes ``sys``, and the system with all its doors."""

from __future__ import annotations

import builtins
import sys

from . import system as engine
from .events import Events, host_events
from .finders.builtin import BuiltinImporter, PrivateBuiltinImporter
from .finders.entry import FileFinder
from .finders.frozen import FrozenImporter
from .finders.path import PathSearch
from .interpreter import import_frame
from .loaders.extension import ExtensionFileLoader, PrivateExtensionFileLoader
from .loaders.location import file_loaders, spec_from_file_location
from .state import State
from .statement import PrivateImport, import_statement
from .view import SysView

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping
    from types import ModuleType
    from typing import Any

    from .install import Installation

__all__ = ["ImportState", "ImportSystem"]

# Modules that are the interpreter itself: there is one of each in a process, whichever table names it.
_CORE = ("sys", "builtins", "_imp", "_thread", "_io", "_warnings", "_weakref", "_frozen_importlib",
         "_frozen_importlib_external")  # fmt: skip


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
        core = {name: sys.modules[name] for name in _CORE if name in sys.modules}
        super().__init__(path, modules=core if modules is None else modules, **facts)
        if modules is None:
            self.modules["sys"] = SysView(self)
        self.events = Events()
        finders = [PrivateBuiltinImporter, FrozenImporter, PathSearch(self, self.events)]
        self.meta_path = finders if meta_path is None else list(meta_path)
        self.path_hooks = [_zip_hook, self._directory_hook] if path_hooks is None else list(path_hooks)

    def _directory_hook(self, path: str) -> FileFinder:
        """Return a finder whose loaders keep and announce bytecode as this state says. Raises ImportError."""
        finder = _find_directories(path)
        finder.state = self  # type: ignore[assignment]
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


class ImportSystem(engine.ImportSystem):
    """Python's import system over one state, with everything that can be asked of it.

    ``ImportSystem(ImportState(path=[...]))`` is a private one; ``ImportSystem.host()`` is the one over ``sys``.
    """

    _host: ImportSystem | None = None

    def __init__(self, state: Any, events: Events | None = None) -> None:
        super().__init__(state, getattr(state, "events", None) if events is None else events)
        if state is not sys:
            self.builtins = {**builtins.__dict__, "__import__": PrivateImport(self)}

    @classmethod
    def host(cls) -> ImportSystem:
        """Return the system over ``sys``: always the same one, as there is one ``sys``."""
        if ImportSystem._host is None:
            ImportSystem._host = ImportSystem(sys, host_events)
        return ImportSystem._host

    @import_frame
    def __import__(
        self,
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002, the built-in function's own names
        locals: object = None,  # noqa: A002
        fromlist: Iterable[str] = (),
        level: int = 0,
    ) -> ModuleType:
        """Import *name* as the import statement does; see :func:`importal.statement.import_statement`."""
        return import_statement(self, name, globals, locals, fromlist, level)

    @import_frame
    def load_source(self, name: str, path: str | os.PathLike[str]) -> ModuleType:
        """Load the source file *path* as the module *name*: read, compile, create, register, execute.

        A second call returns the same module. Raises ImportError when the table has a module of that name from
        another place, FileNotFoundError when there is no such file.
        """
        spec = spec_from_file_location(name, path)
        if spec is None:
            raise ImportError(f"{path!s} is not a source file: its suffix is none of a Python module's", name=name)
        module = self.load_spec(spec)
        file = getattr(module, "__file__", None)
        if file != spec.origin:
            raise ImportError(
                f"{name!r} is already a module from {file or 'elsewhere'}, not {spec.origin}; choose another name",
                name=name,
                path=spec.origin,
            )
        return module

    def run_module(self, name: str, init_globals: Mapping[str, Any] | None = None, run_name: str | None = None,
                   alter_sys: bool = False) -> dict[str, Any]:  # fmt: skip
        """Execute the module or package *name* and return its globals; see :func:`importal.run.run_module`."""
        from .run import run_module

        return run_module(self, name, init_globals, run_name, alter_sys)

    def run_path(self, path: str | os.PathLike[str], init_globals: Mapping[str, Any] | None = None,
                 run_name: str | None = None) -> dict[str, Any]:  # fmt: skip
        """Execute the script, directory or archive *path* and return its globals; see :func:`importal.run.run_path`."""
        from .run import run_path

        return run_path(self, path, init_globals, run_name)

    def install(self) -> Installation:
        """Make this system the interpreter's own import; the result undoes it, also as a context manager.

        Raises InstallError for a private system, and where the interpreter does not let itself be re-routed.
        """
        from .install import install

        return install(self)
