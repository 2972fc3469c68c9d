"""What ``importlib.util`` is, answered by importal."""

from __future__ import annotations

import os
import sys

from . import locations
from .abc import Loader
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


# The public place of these three is here, whichever room they are built in.
LazyLoader.__module__ = resolve_name.__module__ = source_hash.__module__ = __name__


def find_spec(name: str, package: str | None = None) -> ModuleSpec | None:
    """Return the spec of *name* (relative to *package*) in the interpreter's own system; its parents are imported.

    See :meth:`importal.ImportSystem.find_spec`.
    """
    return ImportSystem.host().find_spec(name, package)


if sys.version_info >= (3, 15):

    def cache_from_source(path: str | os.PathLike[str], *, optimization: object = None) -> str:
        """Return where the bytecode of the source file *path* is cached (PEP 3147, PEP 488); it need not exist.

        *optimization* overrides the running interpreter's level; ``""`` means none. Raises NotImplementedError
        where ``sys.implementation.cache_tag`` is None, ValueError for a level that is not alphanumeric.
        """
        return _cache_location(path, optimization)

else:

    def cache_from_source(
        path: str | os.PathLike[str], debug_override: object = None, *, optimization: object = None
    ) -> str:
        """Return where the bytecode of the source file *path* is cached (PEP 3147, PEP 488); it need not exist.

        *optimization* overrides the running interpreter's level; ``""`` means none; *debug_override* is its deprecated
        form. Raises NotImplementedError where ``sys.implementation.cache_tag`` is None, ValueError for a level that
        is not alphanumeric, TypeError when both are given.
        """
        if debug_override is not None:
            import warnings

            warnings.warn(
                "the debug_override parameter is deprecated; use 'optimization' instead", DeprecationWarning, 2
            )
            if optimization is not None:
                raise TypeError("debug_override or optimization must be set to None")
            optimization = "" if debug_override else 1
        return _cache_location(path, optimization)


def _cache_location(path: str | os.PathLike[str], optimization: object) -> str:
    if optimization is None:
        optimization = sys.flags.optimize or ""
    return locations.bytecode_location(
        os.fspath(path), sys.implementation.cache_tag, optimization, sys.pycache_prefix
    )


def source_from_cache(path: str | os.PathLike[str]) -> str:
    """Return the source file whose bytecode is cached at *path*; neither need exist.

    Raises NotImplementedError where there is no cache tag, ValueError for a path of another form.
    """
    return locations.source_location(os.fspath(path), sys.implementation.cache_tag, sys.pycache_prefix)


if sys.version_info < (3, 12):
    from .deprecated import module_for_loader, set_loader, set_package  # noqa: F401
