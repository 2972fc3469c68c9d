"""Finding modules that are compiled into the interpreter."""

from __future__ import annotations

from .. import interpreter
from ..loaders.builtin import BuiltinLoader
from ..spec import ModuleSpec
from .legacy import LegacyFinder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["BuiltinImporter"]


class BuiltinImporter(LegacyFinder, BuiltinLoader):
    """Finds and loads built-in modules. Used as a class on ``sys.meta_path``."""

    @classmethod
    def find_spec(cls, fullname: str, path: Sequence[str] | None = None, target: object = None) -> ModuleSpec | None:
        """Return the spec of the built-in module *fullname*, or None."""
        # Below a package there are no built-in modules; CPython 3.11 therefore does not look when a path is given.
        if interpreter.is_builtin(fullname):
            return ModuleSpec(fullname, cls, origin=cls._ORIGIN)
        return None
