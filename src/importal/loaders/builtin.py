"""Loading modules that are compiled into the interpreter."""

from __future__ import annotations

from .. import interpreter
from ..interpreter import BUILTIN_NAMES, import_frame
from .base import LegacyClassLoading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from ..spec import ModuleSpec

__all__ = ["BuiltinLoader"]


class BuiltinLoader(LegacyClassLoading):
    """Creates and initialises built-in modules. Used as a class: it has no state."""

    _ORIGIN = "built-in"
    executes_code = False

    @staticmethod
    @import_frame
    def create_module(spec: ModuleSpec) -> ModuleType:
        """Return the built-in module of *spec*. Raises ImportError when there is none of its name."""
        _check(spec.name)
        return interpreter.create_builtin(spec)

    @staticmethod
    @import_frame
    def exec_module(module: ModuleType) -> None:
        """Run the module's initialisation functions."""
        interpreter.exec_builtin(module)

    @classmethod
    def get_code(cls, fullname: str) -> None:
        """Return None: a built-in module has no code object. Raises ImportError for any other module."""
        _check(fullname)

    @classmethod
    def get_source(cls, fullname: str) -> None:
        """Return None: a built-in module has no source. Raises ImportError for any other module."""
        _check(fullname)

    @classmethod
    def is_package(cls, fullname: str) -> bool:
        """Return False: no built-in module is a package. Raises ImportError for any other module."""
        _check(fullname)
        return False


def _check(name: str) -> None:
    if name not in BUILTIN_NAMES:
        raise ImportError(f"{name!r} is not a built-in module", name=name)
