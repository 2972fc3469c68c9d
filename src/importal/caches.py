"""Where a user's caches are kept."""

# As in importal/own.py, without `from __future__ import annotations`.
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .state import StateLike

__all__ = ["bytecode_folder", "cache_folder"]


def cache_folder() -> str:
    """Return the directory of importal's caches: ``IMPORTAL_CACHE``, or a folder where the platform has such things.

    For a user without a home it is one in which nothing can be kept.
    """
    chosen = os.environ.get("IMPORTAL_CACHE")
    if chosen:
        return os.path.abspath(chosen)
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        place = os.environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local")
    elif sys.platform == "darwin":
        place = os.path.join(home, "Library", "Caches")
    else:
        place = os.environ.get("XDG_CACHE_HOME", "")
        if not os.path.isabs(place):  # such values are to be ignored, says the XDG Base Directory Specification
            place = os.path.join(home, ".cache")
    if not os.path.isabs(place):
        place = os.devnull  # what lies below the current directory is not the user's for being there
    return os.path.join(place, "importal")


def bytecode_folder(state: "StateLike") -> str | None:
    """Return where the interpreter's bytecode is kept that has no place beside its source; None where it keeps none.

    In ``pycache_prefix`` where that is set (PEP 3147).
    """
    tag = state.implementation.cache_tag
    if tag is None:
        return None
    level = state.flags.optimize
    base = cache_folder() if state.pycache_prefix is None else os.path.join(state.pycache_prefix, "importal")
    return os.path.join(base, "bytecode", f"{tag}.opt-{level}" if level else tag)
