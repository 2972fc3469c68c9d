"""Folders of this machine as fsspec would have them, with nothing installed: what :class:`Remote` asks, no more."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["LocalFiles", "local_path"]


def local_path(address: str) -> str:
    """Return the path that a ``file://`` URL names.

    >>> local_path("file:///data/store"), local_path("file:///C:/store")
    ('/data/store', 'C:/store')
    """
    path = address.partition("://")[2]
    return path[1:] if path[2:3] == ":" else path


class LocalFiles:
    """The file system of this machine. Every method raises OSError, FileNotFoundError for what is not there."""

    async_impl = False

    def cat_file(self, path: str) -> bytes:
        """Return the bytes of a file."""
        with open(path, "rb") as file:
            return file.read()

    def get_file(self, path: str, target: str) -> None:
        """Copy a file."""
        from shutil import copyfile

        copyfile(path, target)

    def info(self, path: str) -> dict[str, Any]:
        """Return what is known of a file."""
        status = os.stat(path)
        return {"name": path, "size": status.st_size, "mtime": status.st_mtime}

    def ls(self, path: str, *, detail: bool) -> list[dict[str, Any]]:
        """Return the entries of a folder, by their names alone."""
        return [{"name": f"{path}/{name}"} for name in os.listdir(path)]

    def rm_file(self, path: str) -> None:
        """Remove a file."""
        os.unlink(path)

    def invalidate_cache(self) -> None:
        """Do nothing: nothing is kept."""
