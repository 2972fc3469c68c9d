"""The files of a directory, for a release: links are followed inside it, and nowhere else."""

from __future__ import annotations

import os

from ..tool_errors import FileError
from .collected import LARGEST, left_out

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .collected import Collected

__all__ = ["add_folder"]


def add_folder(collected: Collected, folder: str, store: str | None = None) -> None:
    """Add the files below *folder*, but for bytecode, version control, and the file *store* that is published to.

    Raises FileError for links that lead out of it, in a circle or nowhere, and for what is neither file nor folder.
    """
    top = os.path.realpath(folder)
    own = set() if store is None else {os.path.realpath(store) + ending for ending in ("", "-journal", "-wal", "-shm")}
    for path, location in _files(folder, top, top, "", (top,)):
        if location not in own:
            collected.add(folder, path, _read(folder, path, location))


def _files(folder: str, top: str, here: str, prefix: str, above: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield (path, real location) of the files below *here*; *above* are the real folders that led to it."""
    try:
        with os.scandir(here) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError as error:
        raise FileError(folder, f"{prefix or 'it'} cannot be read ({error.strerror})", "see to its rights") from error
    for entry in entries:
        path = prefix + entry.name
        if left_out(path) or path.endswith(".pyc"):
            continue
        location = entry.path
        if entry.is_symlink():
            location = os.path.realpath(entry.path)
            if location != top and not location.startswith(top.rstrip(os.sep) + os.sep):
                advice = "copy what it leads to into the folder, or publish the folder it leads to as well"
                raise FileError(folder, f"the link {path} leads out of it, to {location}", advice)
        if os.path.isdir(location):
            if location in above:
                raise FileError(folder, f"the link {path} leads back to a folder that it is in", "remove the link")
            yield from _files(folder, top, location, path + "/", (*above, location))
        elif os.path.isfile(location):
            yield path, location
        else:
            what = "a link that leads nowhere" if entry.is_symlink() else "neither a file nor a folder"
            raise FileError(folder, f"{path} is {what}", "remove it")


def _read(folder: str, path: str, location: str) -> bytes:
    try:
        with open(location, "rb") as file:
            # One more than may be shows that there is more.
            return file.read(LARGEST + 1)
    except OSError as error:
        raise FileError(folder, f"{path} cannot be read ({error.strerror})", "see to its rights") from error
