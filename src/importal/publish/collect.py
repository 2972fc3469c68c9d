"""From what a user names to the files of a release: directories, wheels and zip archives, installed distributions."""

from __future__ import annotations

import os
import zipfile

from ..errors import SourceError
from ..sources.places import ARCHIVE_SUFFIXES, is_url, without_secrets
from ..sources.tree import File, Tree
from ..tool_errors import FileError
from .archive import add_archive
from .collected import Collected
from .distribution import add_distribution
from .folder import add_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["collect"]


def collect(
    sources: Iterable[str],
    progress: Callable[[str], None] = lambda _: None,
    *,
    dependencies: bool = True,
    store: str | None = None,
) -> Collected:
    """Return the files of all *sources*. Each is a directory, a wheel or zip archive, or an installed distribution.

    A name that is both a distribution and a directory here is the directory. *store* is the file that is published to,
    None where that is none: it is no part of a release. Raises FileError, SourceError for what cannot be published.
    """
    collected = Collected()
    for source in sources:
        if os.path.isdir(source):
            progress(f"reading {source}")
            add_folder(collected, source, store)
        elif os.path.isfile(source):
            progress(f"reading {source}")
            if not source.endswith(ARCHIVE_SUFFIXES) and not zipfile.is_zipfile(source):
                raise FileError(source, "it is no wheel and no zip archive", "publish the folder that holds it")
            add_archive(collected, source)
        elif is_url(source) or os.sep in source or source.endswith(ARCHIVE_SUFFIXES):
            # What stands here by mistake may be a store, password and all.
            shown = without_secrets(source)
            raise FileError(shown, "there is no such file or folder", "name a folder, a wheel, a zip archive")
        else:
            add_distribution(collected, source, progress, dependencies=dependencies)
    _check_together(collected)
    return collected


def _check_together(collected: Collected) -> None:
    """Raise FileError when nothing was found, or a path is a file to one source and a folder to another."""
    if not collected.files:
        raise FileError("what is to be published", "it holds no files", "name a folder, archive or distribution")
    try:
        Tree("what is to be published", {path: File("", len(data)) for path, data in collected.files.items()})
    except SourceError as error:
        raise FileError(error.entry, error.reason, "publish only one of the two") from error
