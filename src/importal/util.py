"""What ``importlib.util`` is, answered by importal."""

from __future__ import annotations

import sys

from .abc import Loader
from .bytecode.cache import cache_from_source, source_from_cache
from .interpreter import MAGIC_NUMBER, source_hash
from .loaders.decoding import decode_source
from .loaders.lazy import LazyLoader
from .loaders.location import spec_from_file_location
from .loaders.module import module_from_spec, spec_from_loader
from .names import resolve_name
from .standard import ImportSystem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .spec import ModuleSpec

__all__ = [
    "MAGIC_NUMBER",
    "LazyLoader",
    "Loader",
    "cache_from_source",
    "decode_source",
    "find_spec",
    "module_from_spec",
    "resolve_name",
    "source_from_cache",
    "source_hash",
    "spec_from_file_location",
    "spec_from_loader",
]


# The public place of these two is here, whichever room they are built in.
resolve_name.__module__ = source_hash.__module__ = __name__


def find_spec(name: str, package: str | None = None) -> ModuleSpec | None:
    """Return the spec of *name* (relative to *package*) in the interpreter's own system; its parents are imported.

    See :meth:`importal.ImportSystem.find_spec`.
    """
    return ImportSystem.host().find_spec(name, package)


if sys.version_info < (3, 12):
    from .deprecated import module_for_loader, set_loader, set_package  # noqa: F401
