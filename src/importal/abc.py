"""What ``importlib.abc`` is, answered by importal: the abstract base classes of finders and loaders."""

from __future__ import annotations

import sys
from abc import ABCMeta, abstractmethod

from . import machinery
from .finders.path import PathSearch
from .loaders import file, source
from .loaders.base import CodeLoader, LegacyLoading
from .loaders.module import load_by_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import CodeType, ModuleType
    from typing import Any

    from .spec import ModuleSpec

__all__ = [
    "ExecutionLoader",
    "FileLoader",
    "InspectLoader",
    "Loader",
    "MetaPathFinder",
    "PathEntryFinder",
    "ResourceLoader",
    "SourceLoader",
]


class Loader(metaclass=ABCMeta):
    """A loader (PEP 451); ``exec_module`` is what a subclass has to bring."""

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Return the module to use, or None for an ordinary one."""
        return None

    if hasattr(LegacyLoading, "load_module"):

        def load_module(self, fullname: str) -> ModuleType:
            """Load *fullname* into ``sys.modules`` and return it. Deprecated: use ``exec_module``.

            Raises ImportError for a loader that has no ``exec_module``.
            """
            if not hasattr(self, "exec_module"):
                raise ImportError(f"{type(self).__name__} has neither exec_module nor a load_module of its own")
            return load_by_name(self, fullname)

    if sys.version_info < (3, 12):

        def module_repr(self, module: ModuleType) -> str:
            """Raise NotImplementedError. Deprecated: the import system makes the representation."""
            import warnings

            warnings.warn(
                "importlib.abc.Loader.module_repr() is deprecated and slated for removal in Python 3.12",
                DeprecationWarning,
                stacklevel=2,
            )
            raise NotImplementedError


class MetaPathFinder(metaclass=ABCMeta):
    """A finder on ``sys.meta_path``. ``find_spec`` is what a subclass has to bring."""

    if sys.version_info < (3, 12):

        def find_module(self, fullname: str, path: Any) -> Any:
            """Return the loader of *fullname*, or None. Deprecated: use ``find_spec``."""
            import warnings

            warnings.warn(
                "MetaPathFinder.find_module() is deprecated since Python 3.4 in favor of MetaPathFinder.find_spec() "
                "and is slated for removal in Python 3.12",
                DeprecationWarning,
                stacklevel=2,
            )
            if not hasattr(self, "find_spec"):
                return None
            spec = self.find_spec(fullname, path)
            return None if spec is None else spec.loader

    def invalidate_caches(self) -> None:
        """Forget what is known of the places that are searched."""

    if sys.version_info >= (3, 15):

        def discover(self, parent: ModuleSpec | None = None) -> Iterable[ModuleSpec]:
            """Return the specs of the modules that can be found, top-level ones or below *parent*."""
            return ()


class PathEntryFinder(metaclass=ABCMeta):
    """A finder for one path entry. ``find_spec`` is what a subclass has to bring."""

    if sys.version_info < (3, 12):

        def find_loader(self, fullname: str) -> tuple[Any, list[str]]:
            """Return (loader or None, portions of a namespace package). Deprecated: use ``find_spec``."""
            import warnings

            warnings.warn(
                "PathEntryFinder.find_loader() is deprecated since Python 3.4 in favor of PathEntryFinder.find_spec() "
                "(available since 3.4)",
                DeprecationWarning,
                stacklevel=2,
            )
            spec = self.find_spec(fullname) if hasattr(self, "find_spec") else None
            return (None, []) if spec is None else (spec.loader, list(spec.submodule_search_locations or ()))

        def find_module(self, fullname: str) -> Any:
            """Return the loader of *fullname*, or None. Deprecated: use ``find_spec``."""
            from .finders.legacy import loader_by_find_loader

            return loader_by_find_loader(self, fullname)

    def invalidate_caches(self) -> None:
        """Forget what is known of the path entry."""

    if sys.version_info >= (3, 15):

        def discover(self, parent: ModuleSpec | None = None) -> Iterable[ModuleSpec]:
            """Return the specs of the modules in this path entry."""
            return ()


class ResourceLoader(Loader):
    """A loader that can read files beside its modules (PEP 302)."""

    @abstractmethod
    def get_data(self, path: str) -> bytes:
        """Return the bytes at *path*. Raises OSError."""
        raise OSError(f"{type(self).__name__} reads no data at {path!r}")


class InspectLoader(Loader):
    """A loader that can show its modules' code and source without executing them (PEP 302)."""

    def is_package(self, fullname: str) -> bool:
        """Tell whether *fullname* is a package. Raises ImportError when it cannot be found."""
        raise ImportError(f"{type(self).__name__} does not know whether {fullname!r} is a package", name=fullname)

    def get_code(self, fullname: str) -> CodeType | None:
        """Return the compiled source of *fullname*, None when it has none. Raises ImportError when it is not found."""
        text = self.get_source(fullname)
        return None if text is None else self.source_to_code(text)

    @abstractmethod
    def get_source(self, fullname: str) -> str | None:
        """Return the source of *fullname*, None when it has none. Raises ImportError when it cannot be found."""
        raise ImportError(f"{type(self).__name__} has no source of {fullname!r}", name=fullname)

    if sys.version_info >= (3, 15):

        @staticmethod
        def source_to_code(data: Any, path: str = "<string>", fullname: str | None = None) -> CodeType:
            """Compile *data* (bytes, str or AST) that comes from *path*."""
            return compile(data, path, "exec", dont_inherit=True, module=fullname)

    else:

        @staticmethod
        def source_to_code(data: Any, path: str = "<string>") -> CodeType:
            """Compile *data* (bytes, str or AST) that comes from *path*."""
            return compile(data, path, "exec", dont_inherit=True)

    exec_module = CodeLoader.exec_module
    if hasattr(LegacyLoading, "load_module"):
        load_module = LegacyLoading.load_module


class ExecutionLoader(InspectLoader):
    """A loader whose modules can be executed as scripts (PEP 338)."""

    @abstractmethod
    def get_filename(self, fullname: str) -> str:
        """Return what ``__file__`` is to be. Raises ImportError when the module cannot be found."""
        raise ImportError(f"{type(self).__name__} knows no file of {fullname!r}", name=fullname)

    def get_code(self, fullname: str) -> CodeType | None:
        """Return the compiled source of *fullname*, None when it has none; the code says which file it comes from."""
        text = self.get_source(fullname)
        try:
            path = self.get_filename(fullname)
        except ImportError:
            path = "<string>"  # no file is known, and the code is to say so
        return None if text is None else source.compile_source(self, text, path, fullname)  # type: ignore[arg-type]


class FileLoader(file.FileLoader, ResourceLoader, ExecutionLoader):
    """A loader that was made for one file."""


class SourceLoader(source.SourceLoader, ResourceLoader, ExecutionLoader):  # type: ignore[misc]
    """Loads modules from source, by way of cached bytecode where ``path_stats`` and ``set_data`` make that possible."""

    def path_mtime(self, path: str) -> float:
        """Return when the source at *path* was last changed, in seconds. Raises OSError when that is not known."""
        if sys.version_info >= (3, 15):
            import warnings

            warnings.warn(
                "SourceLoader.path_mtime is deprecated in favour of SourceLoader.path_stats().",
                DeprecationWarning,
                stacklevel=2,
            )
        if type(self).path_stats is SourceLoader.path_stats:
            raise OSError
        return int(self.path_stats(path)["mtime"])

    def path_stats(self, path: str) -> dict[str, Any]:
        """Return ``mtime`` (seconds) and, where known, ``size`` (bytes) of the source at *path*. Raises OSError."""
        if type(self).path_mtime is SourceLoader.path_mtime:
            raise OSError
        return {"mtime": self.path_mtime(path)}


MetaPathFinder.register(machinery.BuiltinImporter)
MetaPathFinder.register(machinery.FrozenImporter)
MetaPathFinder.register(machinery.PathFinder)
MetaPathFinder.register(PathSearch)
MetaPathFinder.register(machinery.WindowsRegistryFinder)
PathEntryFinder.register(machinery.FileFinder)
InspectLoader.register(machinery.BuiltinImporter)
InspectLoader.register(machinery.FrozenImporter)
InspectLoader.register(machinery.NamespaceLoader)
ExecutionLoader.register(machinery.AppleFrameworkLoader)
ExecutionLoader.register(machinery.ExtensionFileLoader)
FileLoader.register(machinery.SourceFileLoader)
FileLoader.register(machinery.SourcelessFileLoader)
SourceLoader.register(machinery.SourceFileLoader)

if sys.version_info < (3, 12):
    from .deprecated import Finder

    Finder.register(MetaPathFinder)
    Finder.register(PathEntryFinder)


def __getattr__(name: str) -> Any:
    """Offer the resource classes where the running importlib.abc has them (up to CPython 3.13)."""
    if name in {"ResourceReader", "Traversable", "TraversableResources"} and sys.version_info < (3, 14):
        from importlib.resources import abc as resources

        if sys.version_info >= (3, 12):
            import warnings

            warnings.warn(
                f"'{__name__}.{name}' is deprecated and slated for removal in Python 3.14",
                DeprecationWarning,
                stacklevel=2,
            )
        return getattr(resources, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
