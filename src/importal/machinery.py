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
from .loaders.namespace import NamespaceLoader, NamespacePath
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
    "NamespacePath",
    "PathFinder",
    "SourceFileLoader",
    "SourcelessFileLoader",
    "WindowsRegistryFinder",
    "all_suffixes",
]

# PEP 488 left these with one member; they stay for programs that still read them.
if sys.version_info < (3, 14):
    DEBUG_BYTECODE_SUFFIXES = OPTIMIZED_BYTECODE_SUFFIXES = BYTECODE_SUFFIXES


def all_suffixes() -> list[str]:
    """Return every suffix a module's file can have."""
    return SOURCE_SUFFIXES + BYTECODE_SUFFIXES + EXTENSION_SUFFIXES
