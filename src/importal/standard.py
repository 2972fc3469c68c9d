"""The import system with all its doors."""

from __future__ import annotations

import builtins
import os
import sys

from . import names
from . import system as engine
from .events import host_events
from .interpreter import import_frame, users_frames_only
from .loaders.location import spec_from_file_location
from .loaders.module import execute_again, give_builtins, module_from_spec
from .loaders.source import SourceFileLoader, SourceLoader
from .statement import import_statement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from types import ModuleType
    from typing import Any

    from .events import Events
    from .install import Installation
    from .spec import ModuleSpec

__all__ = ["ImportSystem"]


class ImportSystem(engine.ImportSystem):
    """Python's import system over one state, with everything that can be asked of it.

    ``ImportSystem(ImportState(path=[...]))`` is a private one; ``ImportSystem.host()`` is the one over ``sys``.
    """

    _host: ImportSystem | None = None

    def __init__(self, state: Any, events: Events | None = None) -> None:
        super().__init__(state, getattr(state, "events", None) if events is None else events)
        self._reloading: dict[str, ModuleType] = {}
        if state is not sys:
            from . import Eagerly

            with Eagerly():
                from .private import PrivateImport
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

    def find_spec(self, name: str, package: str | None = None) -> ModuleSpec | None:
        """Return the spec of *name* (relative to *package*) without importing it; its parents are imported.

        A module in the table answers with its own spec. Returns None when there is no such module; raises ValueError
        when the module in the table has no spec, ModuleNotFoundError when the parent is no package.
        """
        fullname = names.resolve_name(name, package) if name.startswith(".") else name
        table = self.state.modules
        if fullname in table:
            module = table[fullname]
            if module is None:
                return None
            try:
                spec = module.__spec__
            except AttributeError:
                raise ValueError(f"{name}.__spec__ is not set") from None
            if spec is None:
                raise ValueError(f"{name}.__spec__ is None")
            return spec  # type: ignore[return-value]
        return self._find(fullname, self._path_above(fullname))

    def _path_above(self, fullname: str) -> Sequence[str] | None:
        parent_name = names.parent(fullname)
        if not parent_name:
            return None
        parent = self.import_name(parent_name)
        try:
            return parent.__path__
        except AttributeError as error:
            message = f"__path__ attribute not found on {parent_name!r} while trying to find {fullname!r}"
            raise ModuleNotFoundError(message, name=fullname) from error

    @users_frames_only
    @import_frame
    def reload(self, module: ModuleType) -> ModuleType:
        """Find the module anew and execute it again in its old namespace; return what the table then holds.

        A module whose code fails stays in the table. Raises TypeError for what is no module, ImportError for a module
        that is not in the table, ModuleNotFoundError when it can no longer be found.
        """
        try:
            name = module.__spec__.name  # type: ignore[union-attr]
        except AttributeError:
            if not hasattr(module, "__name__"):
                raise TypeError("reload() argument must be a module") from None
            name = module.__name__
        table = self.state.modules
        if table.get(name) is not module:
            raise ImportError(f"module {name} not in sys.modules", name=name)
        if name in self._reloading:
            return self._reloading[name]
        self._reloading[name] = module
        try:
            path = None
            parent_name = names.parent(name)
            if parent_name:
                if parent_name not in table:
                    raise ImportError(f"parent {parent_name!r} not in sys.modules", name=parent_name)
                path = table[parent_name].__path__
            spec = self._find(name, path, module)
            module.__spec__ = spec  # type: ignore[assignment]
            if spec is None:
                raise ModuleNotFoundError(f"spec not found for the module {name!r}", name=name)
            lock = self.locks.acquire(name)
            try:
                execute_again(spec, module, table, self.events)
            finally:
                if lock is not None:
                    self.locks.release(lock)
            return table[name]
        finally:
            del self._reloading[name]

    @users_frames_only
    @import_frame
    def load_spec(self, spec: ModuleSpec) -> ModuleType:
        """Load the module of *spec*, whoever made it, unless the table has one of its name; return the module."""
        parent_name, _, child = spec.name.rpartition(".")
        parent = self.import_name(parent_name) if parent_name else None
        lock = self.locks.acquire(spec.name)
        if lock is None:
            return self._instead_of_deadlock(spec.name)
        try:
            if spec.name in self.state.modules:
                return self.state.modules[spec.name]
            return self._load(spec, spec.name, parent, child)
        finally:
            self.locks.release(lock)

    def module_from_spec(self, spec: ModuleSpec) -> ModuleType:
        """Return a new module made for *spec*, not executed and not in the table; its imports will be this system's."""
        module = module_from_spec(spec)
        if self.builtins is not None:
            give_builtins(module, spec.loader, self.builtins)
        return module

    def invalidate_caches(self) -> None:
        """Have every finder on ``meta_path`` forget what it knows of the places it searches."""
        for finder in self.state.meta_path:
            if hasattr(finder, "invalidate_caches"):
                finder.invalidate_caches()

    @users_frames_only
    @import_frame
    def load_source(self, name: str, path: str | os.PathLike[str]) -> ModuleType:
        """Load the source file *path* as the module *name*: read, compile, create, register, execute.

        A second call returns the same module. Raises ImportError when the table has a module of that name from
        another place, FileNotFoundError when there is no such file.
        """
        spec = spec_from_file_location(name, path)
        if spec is None:
            # No suffix that says otherwise: the caller does, it is source.
            spec = spec_from_file_location(name, path, loader=SourceFileLoader(name, os.path.abspath(path)))
            assert spec is not None
        if self.builtins is not None and isinstance(spec.loader, SourceLoader):
            spec.loader.state = self.state
            spec.loader.events = self.events
        module = self.load_spec(spec)
        file = getattr(module, "__file__", None)
        if file != spec.origin:
            raise ImportError(
                f"{name!r} is already a module from {file or 'elsewhere'}, not {spec.origin}; choose another name",
                name=name,
                path=spec.origin,
            )
        return module

    @users_frames_only
    def run_module(
        self,
        name: str,
        init_globals: Mapping[str, Any] | None = None,
        run_name: str | None = None,
        alter_sys: bool = False,
    ) -> dict[str, Any]:
        """Execute the module or package *name* and return its globals; see :func:`importal.run.run_module`."""
        from .run import run_module

        return run_module(self, name, init_globals, run_name, alter_sys)

    @users_frames_only
    def run_path(
        self, path: str | os.PathLike[str], init_globals: Mapping[str, Any] | None = None, run_name: str | None = None
    ) -> dict[str, Any]:
        """Execute the script, directory or archive *path* and return its globals; see :func:`importal.run.run_path`."""
        from .run import run_path

        return run_path(self, path, init_globals, run_name)

    @property
    def installed(self) -> bool:
        """Whether this system is the interpreter's own import now."""
        from .install import Installation

        return Installation.current is not None and Installation.current.system is self

    def install(self) -> Installation:
        """Make this system the interpreter's own import; the result undoes it, also as a context manager.

        Raises InstallError for a private system, and where the interpreter does not let itself be re-routed.
        """
        from . import Eagerly

        with Eagerly():
            from .install import install
        return install(self)
