"""What loaders of Python code have in common: a module is executed by executing its code object."""

from __future__ import annotations

import sys

from ..interpreter import import_frame, warn
from ..locations import split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, ModuleType
    from typing import Any

    from ..spec import ModuleSpec

__all__ = ["CodeLoader", "LegacyClassLoading", "LegacyLoading", "checked_name", "file_stem", "says_package"]


class LegacyLoading:
    """``load_module``, which CPython 3.15 no longer has (PEP 451 replaced it by ``exec_module``)."""

    if sys.version_info < (3, 15):

        def load_module(self, fullname: str) -> ModuleType:
            """Load *fullname* into ``sys.modules`` and return it. Deprecated: use ``exec_module``."""
            return _load_by_name(self, fullname)


class LegacyClassLoading:
    """The same for a loader that is used as a class; and ``module_repr``, which CPython 3.12 no longer has."""

    _ORIGIN = ""
    # Whether modules are Python code, which sees built-in names.
    executes_code = True

    if sys.version_info < (3, 15):

        @classmethod
        def load_module(cls, fullname: str) -> ModuleType:
            """Load *fullname* into ``sys.modules`` and return it. Deprecated: use ``exec_module``."""
            return _load_by_name(cls, fullname)

    if sys.version_info < (3, 12):

        @classmethod
        def module_repr(cls, module: ModuleType) -> str:
            """Return *module*'s representation. Deprecated: the import system makes it."""
            warn_of_module_repr(cls)
            return f"<module {module.__name__!r} ({cls._ORIGIN})>"


def _load_by_name(loader: object, fullname: str) -> ModuleType:
    from .module import load_by_name  # it knows loaders itself

    return load_by_name(loader, fullname)


def warn_of_module_repr(cls: type) -> None:
    """Say that the ``module_repr`` of the loader class *cls* is deprecated (CPython 3.11)."""
    message = f"{cls.__name__}.module_repr() is deprecated and slated for removal in Python 3.12"
    warn(message, DeprecationWarning, 3)


class CodeLoader(LegacyLoading):
    """Executes a module by asking ``get_code`` for its code object; subclasses provide that and ``get_filename``."""

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Return None: the import system makes an ordinary module."""
        return None

    @import_frame
    def exec_module(self, module: ModuleType) -> None:
        """Execute *module*'s code in its namespace. Raises ImportError when there is no code."""
        code = self.get_code(module.__name__)
        if code is None:
            raise ImportError(f"cannot load module {module.__name__!r} when get_code() returns None")
        exec(code, module.__dict__)

    def is_package(self, fullname: str) -> bool:
        """Tell whether the file that defines *fullname* is an ``__init__`` file. Raises ImportError."""
        stem = file_stem(self.get_filename(fullname))
        return stem == "__init__" and fullname.rpartition(".")[2] != "__init__"

    if TYPE_CHECKING:
        # Left to the subclass, and not defined here: the abstract classes of importal.abc count what is missing.
        def get_code(self, fullname: str) -> CodeType | None: ...
        def get_filename(self, fullname: str) -> str: ...


def says_package(loader: Any, name: str) -> bool:
    """Return *loader*'s own answer; one that has none, or does not know the module, claims nothing."""
    if not hasattr(loader, "is_package"):
        return False
    try:
        return bool(loader.is_package(name))
    except ImportError:
        return False


def file_stem(path: str) -> str:
    """Return the file name in *path* without its last suffix.

    >>> file_stem("a/__init__.py")
    '__init__'
    """
    return split(path)[1].rpartition(".")[0]


def checked_name(own: str, name: str | None) -> None:
    """Raise ImportError when a loader made for the module *own* is asked for another *name*; None means its own."""
    if name is not None and name != own:
        raise ImportError(f"loader for {own} cannot handle {name}", name=name)
