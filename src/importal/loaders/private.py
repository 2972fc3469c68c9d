"""Loading extension modules for a private module table."""

from __future__ import annotations

import sys

from ..interpreter import TableKept
from .extension import ExtensionFileLoader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from ..spec import ModuleSpec

__all__ = ["PrivateExtensionFileLoader"]


class PrivateExtensionFileLoader(ExtensionFileLoader):
    """Loads an extension module for a private module table: the interpreter's own table stays as it was.

    ``table`` is the private one, once a finder has said so.
    """

    table: dict[str, ModuleType] = sys.modules

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """As the base class; what C code registers goes into the private table."""
        with TableKept(spec.name, self.table):
            module = super().create_module(spec)
        # Published by the import system when it has its attributes, as any module.
        self.table.pop(spec.name, None)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """As the base class; what C code registers goes into the private table."""
        with TableKept(module.__name__, self.table):
            super().exec_module(module)
