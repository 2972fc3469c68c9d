"""Files that a pack carries along, sources and resources, for where they do not lie on the disk."""

from __future__ import annotations

import os

from ..errors import PackError
from ..sources.tree import File, Tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..loaders.resources import SourcePath
    from .format import Block, PackFile
    from .roots import Roots

__all__ = ["Carried"]


class Carried:
    """The files in the block *index* of *pack*, by where they lay: below which of *roots*, and their path in it."""

    def __init__(self, pack: PackFile, index: Block, roots: Roots) -> None:
        self._pack = pack
        self._index = index
        self._roots = roots
        self._trees: list[_Below] | None = None

    def read(self, path: str) -> bytes | None:
        """Return the bytes of the file *path*, None when the pack has none of that name, or is damaged."""
        location = _slashed(path)
        try:
            for tree in self._all():
                if tree.stat(location) is not None:
                    return tree.read(location)
        except (PackError, OSError):
            pass  # then it is as without: the file is not there
        return None

    def folder(self, path: str) -> SourcePath | None:
        """Return the folder *path*, None when the pack has no files in such a folder, or is damaged."""
        location = _slashed(path)
        try:
            tree = next((tree for tree in self._all() if tree.is_directory(location)), None)
        except PackError:
            return None
        if tree is None:
            return None
        from ..loaders.resources import SourcePath

        return SourcePath(tree, location)

    def reader(self, path: str) -> Any:
        """Return a reader of the files in the folder *path* (``importlib.resources``), None as above."""
        folder = self.folder(path)
        if folder is None:
            return None
        from ..loaders.resources import PlacedReader

        return PlacedReader(folder)

    def names(self) -> list[str]:
        """Return the paths of all files, sorted. Raises PackError."""
        return sorted(f"{tree.root}/{path}" for tree in self._all() for path, _ in tree.files())

    def check(self) -> None:
        """Read all files. Raises PackError for a damaged one."""
        for blocks in self._pack.read(self._index).values():
            for block in blocks.values():
                self._pack.read(block)

    def _all(self) -> list[_Below]:
        if self._trees is None:
            below: dict[int, dict[str, Block]] = self._pack.read(self._index)
            directories = self._roots.directories
            self._trees = [_Below(self._pack, _slashed(directories[root]), files) for root, files in below.items()]
        return self._trees


class _Below(Tree):
    """The files below one root; their bytes are read when they are asked for."""

    def __init__(self, pack: PackFile, root: str, blocks: dict[str, Block]) -> None:
        super().__init__(root, {path: File("", block[1]) for path, block in blocks.items()})
        self._pack = pack
        self._blocks = blocks

    def fetch(self, path: str, file: File) -> bytes:
        """Return the bytes of a file. Raises OSError for a pack that is damaged."""
        try:
            data: bytes = self._pack.read(self._blocks[path])
        except PackError as error:
            raise OSError(str(error)) from error
        return data


def _slashed(path: str) -> str:
    return path.replace(os.sep, "/")
