"""What importing asks of the machine: files, folders and the clock, whatever a program has made of ``os`` meanwhile.

Tests put stand-ins into ``os``, ``os.path``, ``time`` and ``builtins``, for the sake of the code they test; what that
imports meanwhile is to be found as ever. CPython's own importlib calls the C modules below these; so does this file.
"""

from __future__ import annotations

import _io
import os
import sys
import time
from stat import S_ISDIR, S_ISREG

if sys.platform == "win32":
    import nt as _c
else:
    import posix as _c

__all__ = ["VERSION", "Machine"]

# The interpreter's own: tests of programs put others into ``sys`` for a while.
VERSION = sys.version_info[:2]


class Machine:
    """The functions, as they were when importal was loaded.

    They are kept in a class, because tools that fake the files or the time of a process (pyfakefs, freezegun) exchange
    functions wherever they find them among the global names of a module.
    """

    stat = _c.stat
    list = _c.listdir
    current_directory = _c.getcwd
    make_directory = _c.mkdir
    open_descriptor = _c.open
    replace = _c.replace
    remove = _c.unlink
    process = _c.getpid
    open = _io.open
    open_raw = _io.FileIO
    now = time.time
    as_path = _c.fspath

    if sys.platform == "win32":
        is_absolute = staticmethod(os.path.isabs)
        folder_of = staticmethod(os.path.dirname)
    else:

        @staticmethod
        def is_absolute(path: str) -> bool:
            """Tell whether *path* counts from the root."""
            return path.startswith("/")

        @staticmethod
        def folder_of(path: str) -> str:
            """Return the directory that *path* names something in, empty where it says none."""
            folder, root, _ = path.rpartition("/")
            return folder or root

    @staticmethod
    def mode(path: str) -> int:
        """Return what *path* is, and its permissions (``st_mode``), 0 when there is nothing to be seen."""
        try:
            return Machine.stat(path).st_mode
        except (OSError, ValueError):
            return 0

    @staticmethod
    def is_directory(path: str) -> bool:
        """Tell whether *path* is a directory."""
        return S_ISDIR(Machine.mode(path))

    @staticmethod
    def is_file(path: str) -> bool:
        """Tell whether *path* is a regular file."""
        return S_ISREG(Machine.mode(path))

    @staticmethod
    def exists(path: str) -> bool:
        """Tell whether there is anything at *path*."""
        return Machine.mode(path) != 0

    @staticmethod
    def make_directories(path: str) -> None:
        """Make the directory *path* and those above it, where they are not there. Raises OSError."""
        missing = []
        while path and not Machine.is_directory(path):
            missing.append(path)
            path = Machine.folder_of(path)
        for one in reversed(missing):
            try:
                Machine.make_directory(one)
            except FileExistsError:
                # Another process was faster; if it is a file, the next step says so.
                continue
