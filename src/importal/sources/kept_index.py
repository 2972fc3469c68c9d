"""Indexes of archives and releases, worked out once and kept in the user's cache by what they were worked out from.

Some have thousands of files, of which a start asks for a few hundred. To go through all of them takes Python as long as
loading a hundred modules; to read the result of that, kept in marshal's format, takes a tenth of it. As all caches of
importal's, these can be deleted at any time.
"""

from __future__ import annotations

import marshal
import os
import sys

from .. import files
from ..caches import cache_folder
from ..interpreter import source_hash
from ..machine import Machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["kept_index"]

# What is smaller is worked out sooner than it is found (bytes).
_WORTH_KEEPING = 1 << 15
_HASH_SIZE = 8


def kept_index(kind: str, key: str, work_out: Callable[[], Any]) -> Any:
    """Return what *work_out* returns, plain values: from the cache, if that has it under *key* among those of a *kind*.

    *key* is text for a file's name that stands for everything the result depends on. Raises what *work_out* raises.
    """
    tag = sys.implementation.cache_tag
    path = os.path.join(cache_folder(), "indexes", f"{kind}-{key}.{tag}")
    if tag is not None:
        try:
            with Machine.open(path, "rb") as file:
                data = file.read()
        except OSError:
            data = b""  # not worked out yet
        rest = memoryview(data)[_HASH_SIZE:]
        if data and data.startswith(source_hash(rest)):
            return marshal.loads(rest)
    found = work_out()
    data = marshal.dumps(found)
    if tag is not None and len(data) > _WORTH_KEEPING and not sys.dont_write_bytecode:
        files.write(path, source_hash(data) + data, 0o600)
    return found
