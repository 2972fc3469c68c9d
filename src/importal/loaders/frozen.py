"""Loading frozen modules: Python code whose code objects are compiled into the interpreter."""

from __future__ import annotations

from .. import interpreter
from ..interpreter import Module, import_frame
from .base import LegacyClassLoading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, ModuleType
    from typing import Any

    from ..spec import ModuleSpec

__all__ = ["FrozenLoader"]


class FrozenLoader(LegacyClassLoading):
    """Creates and executes frozen modules. Used as a class: it has no state."""

    _ORIGIN = "frozen"

    @staticmethod
    def create_module(spec: ModuleSpec) -> ModuleType:
        """Return a new module that knows its source file where that is known."""
        module = Module(spec.name)
        filename = getattr(spec.loader_state, "filename", None)
        if filename:
            module.__file__ = filename
        return module

    @staticmethod
    @import_frame
    def exec_module(module: ModuleType) -> None:
        """Execute the module's code in its namespace. Raises ImportError when it is not frozen."""
        spec: Any = module.__spec__
        exec(interpreter.frozen_code(spec.name), module.__dict__)

    @classmethod
    def get_code(cls, fullname: str) -> CodeType:
        """Return the module's code. Raises ImportError when it is not frozen."""
        _check(fullname)
        return interpreter.frozen_code(fullname)

    @classmethod
    def get_source(cls, fullname: str) -> None:
        """Return None: only the code is frozen. Raises ImportError when the module is not frozen."""
        _check(fullname)

    @classmethod
    def is_package(cls, fullname: str) -> bool:
        """Tell whether the frozen module is a package. Raises ImportError when it is not frozen."""
        _check(fullname)
        return interpreter.is_frozen_package(fullname)


def _check(name: str) -> None:
    if not interpreter.is_frozen(name):
        raise ImportError(f"{name!r} is not a frozen module", name=name)
