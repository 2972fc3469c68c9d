"""Where the running interpreter keeps the bytecode of a source file (PEP 3147, PEP 488)."""

from __future__ import annotations

import sys

from .. import locations
from ..machine import Machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os

__all__ = ["cache_from_source", "source_from_cache"]


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
        Machine.as_path(path), sys.implementation.cache_tag, optimization, sys.pycache_prefix
    )


def source_from_cache(path: str | os.PathLike[str]) -> str:
    """Return the source file whose bytecode is cached at *path*; neither need exist.

    Raises NotImplementedError where there is no cache tag, ValueError for a path of another form.
    """
    return locations.source_location(Machine.as_path(path), sys.implementation.cache_tag, sys.pycache_prefix)
