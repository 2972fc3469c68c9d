"""Writing bytecode files: whole or not at all, with the rights of their source."""

from __future__ import annotations

import _thread
import os

__all__ = ["Written", "source_mode", "write"]

_counter = iter(range(1 << 62)).__next__


class Written:
    """What became of a write: ``location`` and, when nothing was written, the ``reason``."""

    __slots__ = ("location", "reason")

    def __init__(self, location: str, reason: str | None = None) -> None:
        self.location = location
        self.reason = reason

    def __bool__(self) -> bool:
        return self.reason is None


def source_mode(source: str) -> int:
    """Return the permission bits for the bytecode of *source*: the source's own, and writable by its owner.

    A source that cannot be asked counts as 0o666; the process's umask then has its say.
    """
    try:
        mode = os.stat(source).st_mode
    except OSError:
        mode = 0o666
    return mode | 0o200


def write(location: str, data: bytes, mode: int = 0o666) -> Written:
    """Write *data* to *location* by way of a temporary file beside it, so that a reader sees all of it or nothing.

    Missing directories are made. Never raises OSError: bytecode is a cache, and a directory that cannot be written to
    only costs the next start a compilation; the result says why.
    """
    directory = os.path.dirname(location)
    try:
        if directory:
            os.makedirs(directory, exist_ok=True)
        _write_whole(location, data, mode)
    except OSError as error:
        return Written(location, f"{type(error).__name__}: {error}")
    return Written(location)


def _write_whole(location: str, data: bytes, mode: int) -> None:
    temporary = f"{location}.{os.getpid()}.{_thread.get_ident()}.{_counter()}"
    descriptor = os.open(temporary, os.O_EXCL | os.O_CREAT | os.O_WRONLY | getattr(os, "O_BINARY", 0), mode & 0o666)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
        os.replace(temporary, location)
    except BaseException:
        try:
            os.unlink(temporary)
        except FileNotFoundError:
            pass  # the replacement had taken place; what came after it failed
        raise
