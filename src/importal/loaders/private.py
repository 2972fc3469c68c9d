"""Loading extension modules for a private module table."""

from __future__ import annotations

from ..interpreter import TableKept
from .extension import ExtensionFileLoader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

    from ..spec import ModuleSpec

__all__ = ["PrivateExtensionFileLoader"]


class PrivateExtensionFileLoader(ExtensionFileLoader):
    """Loads an extension module for a private module table: the interpreter's own table stays as it was.

    ``private_table`` is that table; a finder sets it, who knows the class by this name.
    """

    private_table: Any = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """As the base class; what C code registers goes into the private table."""
        with TableKept(spec.name, self.private_table):
            module = super().create_module(spec)
        # Published by the import system when it has its attributes, as any module.
        self.private_table.pop(spec.name, None)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """As the base class; what C code registers goes into the private table."""
        with TableKept(module.__name__, self.private_table):
            super().exec_module(module)
