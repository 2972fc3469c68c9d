"""Path entries from the environment: ``IMPORTAL_PATH``, in which entries may be URLs.

PYTHONPATH is split at colons, which every URL has. Entries of IMPORTAL_PATH are separated by semicolons, on every
platform; a semicolon inside an entry is written ``%3B``. Empty entries mean nothing.
"""

from __future__ import annotations

import os
import sys

__all__ = ["PACKS", "VARIABLE", "add_entries", "entries", "join"]

VARIABLE = "IMPORTAL_PATH"
#: Packs that are to be used, separated in the same way.
PACKS = "IMPORTAL_PACK"


def entries(text: str | None) -> list[str]:
    """Return the path entries in *text*, the variable's value.

    >>> entries("sqlite:///modules.db; https://host/a%3Bb.zip;")
    ['sqlite:///modules.db', 'https://host/a;b.zip']
    """
    return [one.strip().replace("%3B", ";").replace("%3b", ";") for one in (text or "").split(";") if one.strip()]


def join(wanted: list[str]) -> str:
    """Return the value for which :func:`entries` returns *wanted*."""
    return ";".join(one.replace(";", "%3B") for one in wanted)


def add_entries(path: list[str], wanted: list[str]) -> list[str]:
    """Put those of *wanted* that are not there into *path*, where PYTHONPATH's entries stand; return what was put in.

    That is in front of the standard library, behind the folder of the program.
    """
    missing = [one for one in dict.fromkeys(wanted) if one not in path]
    at = next((index for index, entry in enumerate(path) if _is_standard_library(entry)), min(1, len(path)))
    path[at:at] = missing
    return missing


def _is_standard_library(entry: str) -> bool:
    """Tell whether *entry* is the archive that stands first of the standard library's entries."""
    return os.path.basename(entry) == f"python{sys.version_info[0]}{sys.version_info[1]}.zip"
