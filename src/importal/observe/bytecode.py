"""The state of a module's bytecode file, in words."""

from __future__ import annotations

import os

from ..bytecode import validity
from ..sources.directory import read_data

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["bytecode_of", "bytecode_of_member"]


def bytecode_of(loader: Any) -> tuple[str, str, str | None]:
    """Return (state, words, location) of the bytecode that *loader*, of source in whatever place, would use now.

    The state is ``fresh``, ``stale``, ``refused``, ``missing`` or ``none`` (no place for it).
    """
    location = loader._cache_location(loader.path)
    if location is None:
        return "none", "not kept: this interpreter has no cache tag", None
    try:
        data = read_data(location)
    except OSError as error:
        return "missing", f"missing: {error.strerror} ({location}); {_will_be_written(loader, location)}", location
    status = loader.path_stats(loader.path)
    verdict = validity.judge(
        data,
        loader.name,
        mtime=status["mtime"],
        size=status["size"],
        read_source=lambda: loader.get_data(loader.path),
    )
    state = type(verdict).__name__.lower()
    if isinstance(verdict, validity.Fresh):
        return state, f"fresh: {verdict.reason} ({location})", location
    return state, f"{state}: {verdict.reason} ({location}); {_will_be_written(loader, location)}", location


def bytecode_of_member(importer: Any, name: str) -> tuple[str, str, str | None] | None:
    """Return the same of the module *name* in an archive; None where the archive holds its bytecode, and no source."""
    found = importer._require(name)
    if found.is_bytecode:
        return None
    location = importer._kept.location(found.member)
    if location is None:
        return "none", "not kept: this interpreter has no cache tag", None
    if os.path.isfile(location):
        return "fresh", f"fresh: kept of the archive as it is ({location})", location
    return "missing", f"missing ({location}); the source is compiled and the file written", location


def _will_be_written(loader: Any, location: str) -> str:
    if loader.state.dont_write_bytecode:
        return "the source is compiled and nothing written, as PYTHONDONTWRITEBYTECODE or -B asks"
    directory = os.path.dirname(location)
    while directory and not os.path.exists(directory):
        directory = os.path.dirname(directory)
    if not os.access(directory or ".", os.W_OK):
        return f"the source is compiled at every start, as {directory} cannot be written to"
    return "the source is compiled and the file written"
