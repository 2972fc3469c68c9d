"""Writing files: whole or not at all."""

from __future__ import annotations

import _thread
import os

from .machine import Machine

__all__ = ["Written", "source_mode", "write", "write_whole"]

_NEW_FILE = os.O_EXCL | os.O_CREAT | os.O_WRONLY | getattr(os, "O_BINARY", 0)
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
        mode = Machine.stat(source).st_mode
    except OSError:
        mode = 0o666
    return mode | 0o200


def write(location: str, data: bytes, mode: int = 0o666) -> Written:
    """Write *data* to *location* by way of a temporary file beside it, so that a reader sees all of it or nothing.

    Missing directories are made. Never raises OSError: what is written so is a cache, and a directory that cannot be
    written to only costs the next start some time; the result says why.
    """
    directory = Machine.folder_of(location)
    try:
        if directory:
            Machine.make_directories(directory)
        write_whole(location, data, mode)
    except OSError as error:
        return Written(location, f"{type(error).__name__}: {error}")
    return Written(location)


def write_whole(location: str, data: bytes, mode: int = 0o666) -> None:
    """Write *data* to *location*: a reader sees what was there, or all of it. Raises OSError."""
    temporary = f"{location}.{Machine.process()}.{_thread.get_ident()}.{_counter()}"
    descriptor = Machine.open_descriptor(temporary, _NEW_FILE, mode & 0o666)
    try:
        with Machine.open_raw(descriptor, "w") as file:
            rest = memoryview(data)
            while rest:
                rest = rest[file.write(rest) :]
        Machine.replace(temporary, location)
    except BaseException:
        try:
            Machine.remove(temporary)
        except FileNotFoundError:
            pass  # the replacement had taken place; what came after it failed
        raise
