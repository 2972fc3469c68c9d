"""What ``importlib.machinery`` is, answered by importal: finders, loaders, ModuleSpec and suffixes."""

from __future__ import annotations

import sys

from .finders.builtin import BuiltinImporter
from .finders.entry import FileFinder
from .finders.frozen import FrozenImporter
from .finders.path import PathFinder
from .finders.registry import WindowsRegistryFinder
from .interpreter import BYTECODE_SUFFIXES, EXTENSION_SUFFIXES, SOURCE_SUFFIXES
from .loaders.extension import AppleFrameworkLoader, ExtensionFileLoader
from .loaders.namespace import (
    NamespaceLoader,
    NamespacePath,  # noqa: F401, public from CPython 3.15 on
)
from .loaders.source import SourceFileLoader
from .loaders.sourceless import SourcelessFileLoader
from .spec import ModuleSpec

__all__ = [
    "BYTECODE_SUFFIXES",
    "EXTENSION_SUFFIXES",
    "SOURCE_SUFFIXES",
    "AppleFrameworkLoader",
    "BuiltinImporter",
    "ExtensionFileLoader",
    "FileFinder",
    "FrozenImporter",
    "ModuleSpec",
    "NamespaceLoader",
    "PathFinder",
    "SourceFileLoader",
    "SourcelessFileLoader",
    "WindowsRegistryFinder",
    "all_suffixes",
]

# PEP 488 left these with one member; they stay for programs that still read them.
_SUPERSEDED = ("DEBUG_BYTECODE_SUFFIXES", "OPTIMIZED_BYTECODE_SUFFIXES")
if sys.version_info < (3, 14):
    DEBUG_BYTECODE_SUFFIXES = OPTIMIZED_BYTECODE_SUFFIXES = BYTECODE_SUFFIXES
else:
    __all__ += ["DEBUG_BYTECODE_SUFFIXES", "OPTIMIZED_BYTECODE_SUFFIXES"]

    def __getattr__(name: str) -> list[str]:
        if name in _SUPERSEDED:
            import warnings

            warnings.warn(
                f"importlib.machinery.{name} is deprecated; use importlib.machinery.BYTECODE_SUFFIXES instead.",
                DeprecationWarning,
                stacklevel=2,
            )
            return BYTECODE_SUFFIXES
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def all_suffixes() -> list[str]:
    """Return every suffix a module's file can have."""
    return SOURCE_SUFFIXES + BYTECODE_SUFFIXES + EXTENSION_SUFFIXES
