"""Where a user's caches are kept."""

# As in importal/own.py, without `from __future__ import annotations`.
import os
import sys

__all__ = ["cache_folder"]


def cache_folder() -> str:
    """Return the directory of importal's caches: ``IMPORTAL_CACHE``, or a folder where the platform has such things."""
    chosen = os.environ.get("IMPORTAL_CACHE")
    if chosen:
        return os.path.abspath(chosen)
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        place = os.environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local")
    elif sys.platform == "darwin":
        place = os.path.join(home, "Library", "Caches")
    else:
        place = os.environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache")
    return os.path.join(place, "importal")
