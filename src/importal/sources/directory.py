"""The file system as a source: a location is a path."""

from __future__ import annotations

import _io  # by this name, pyfakefs sees to it that real files are opened
import os
from stat import S_ISDIR, S_ISREG

from ..interpreter import import_frame
from ..machine import Machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["FileSystem", "read_code", "read_data"]

# Most bytecode files are smaller: one read call fetches the whole file and sees its end.
_CHUNK = 1 << 16

# A file can come within the very tick of the clock at which its directory was listed, and then leaves no trace in the
# directory's modification time. A listing taken this soon (seconds) after the directory's last change is not trusted.
_TICK = 0.05


@import_frame
def read_code(path: str) -> bytes:
    """Return the bytes of the file *path*, opened as code (PEP 578: a hook may refuse it). Raises OSError."""
    with _io.open_code(path) as file:
        raw = getattr(file, "raw", None)
        if raw is None:  # an embedder's hook may return any file-like object
            return file.read()
        data: bytes = raw.read(_CHUNK)
        return data if len(data) < _CHUNK else data + raw.readall()


@import_frame
def read_data(path: str) -> bytes:
    """Return the bytes of the file *path*. Raises OSError."""
    with Machine.open_raw(path) as file:
        return file.readall()


class FileSystem:
    """Directories and files of this machine. Keeps no state."""

    root = ""
    separator = os.sep

    def stamp(self, location: str) -> float | None:
        """Return what changes when an entry of the directory *location* comes or goes, None when it is no directory."""
        try:
            status = Machine.stat(location or ".")
        except OSError:
            return None
        return status.st_mtime if S_ISDIR(status.st_mode) else None

    def settled(self, stamp: float) -> bool:
        """Tell whether a listing taken now, at *stamp*, can be kept: any later change will change the stamp."""
        return abs(Machine.now() - stamp) > _TICK

    def list(self, location: str) -> Collection[str]:
        """Return the names in the directory *location*. Raises OSError."""
        return Machine.list(location or ".")

    def stat(self, location: str) -> os.stat_result | None:
        """Return the status of the regular file *location*, None when there is none."""
        try:
            status = Machine.stat(location)
        except (OSError, ValueError):
            return None
        return status if S_ISREG(status.st_mode) else None

    def is_directory(self, location: str) -> bool:
        """Tell whether *location* is a directory."""
        return Machine.is_directory(location)

    def read(self, location: str) -> bytes:
        """Return the bytes of the file *location*. Raises OSError."""
        return read_data(location)
