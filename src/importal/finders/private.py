"""Finding modules that are compiled into the interpreter, for a private module table."""

from __future__ import annotations

import sys

from ..interpreter import TableKept
from ..loaders.builtin import BuiltinLoader
from ..loaders.module import load_by_name
from .builtin import BuiltinImporter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

    from ..spec import ModuleSpec

__all__ = ["PrivateBuiltinImporter"]


class PrivateBuiltinImporter(BuiltinImporter):
    """Finds and loads built-in modules for a private module *table*: the interpreter's own table stays as it was."""

    def __init__(self, table: dict[str, ModuleType]) -> None:
        self._table = table

    def find_spec(  # type: ignore[override]
        self, fullname: str, path: Sequence[str] | None = None, target: object = None
    ) -> ModuleSpec | None:
        """Return the spec of the built-in module *fullname*, or None."""
        spec = BuiltinImporter.find_spec(fullname, path, target)
        if spec is not None:
            spec.loader = self
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType:  # type: ignore[override]
        """As the base class; what C code registers goes into the private table."""
        with TableKept(spec.name, self._table):
            module = BuiltinLoader.create_module(spec)
        # Published by the import system when it has its attributes, as any module.
        self._table.pop(spec.name, None)
        return module

    def exec_module(self, module: ModuleType) -> None:  # type: ignore[override]
        """As the base class; what C code registers goes into the private table."""
        with TableKept(module.__name__, self._table):
            BuiltinLoader.exec_module(module)

    if sys.version_info < (3, 15):

        def load_module(self, fullname: str) -> ModuleType:  # type: ignore[override]
            """Load *fullname* into ``sys.modules`` and return it. Deprecated: use ``exec_module``."""
            return load_by_name(self, fullname)
