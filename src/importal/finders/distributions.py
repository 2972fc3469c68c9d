"""The distributions whose ``.dist-info`` directories lie in a source, as ``importlib.metadata`` knows them."""

from __future__ import annotations

import re
from importlib.metadata import Distribution

from ..loaders.resources import SourcePath

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

__all__ = ["PlacedDistribution", "placed_distributions"]

_SUFFIX = ".dist-info"


class PlacedDistribution(Distribution):
    """One distribution in a source: *folder* is its ``.dist-info`` directory."""

    def __init__(self, folder: SourcePath, beside: SourcePath) -> None:
        self._folder = folder
        self._beside = beside

    def read_text(self, filename: Any) -> str | None:
        """Return the text of a file of the ``.dist-info`` directory, None where there is none."""
        file = self._folder.joinpath(filename)
        return file.read_text() if file.is_file() else None

    def locate_file(self, path: Any) -> Any:
        """Return the file at *path*, which counts from the directory that holds the distribution."""
        return self._beside.joinpath(path)


def placed_distributions(finders: Iterable[Any], name: str | None) -> Iterator[PlacedDistribution]:
    """Yield the distributions in the folders of *finders*, those called *name* only if that is given.

    Names are compared as PEP 503 has it. Finders that say nothing of a source are passed over.
    """
    wanted = None if name is None else _normalized(name)
    for finder in finders:
        place = getattr(finder, "source_and_folder", lambda: None)()
        if place is None:
            continue
        source, folder = place
        beside = SourcePath(source, folder)
        for entry in sorted(source.list(folder)) if beside.is_dir() else ():
            if entry.endswith(_SUFFIX) and wanted in {None, _normalized(entry.removesuffix(_SUFFIX).partition("-")[0])}:
                yield PlacedDistribution(beside.joinpath(entry), beside)


def _normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
