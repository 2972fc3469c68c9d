"""Pure algebra of bytecode file names: from a source file to its cached bytecode and back (PEP 3147, PEP 488).

Nothing here touches a disk. The three facts that decide a name, the interpreter's cache tag, the optimisation and the
prefix directory, are arguments; :mod:`importal.util` offers the same functions with these facts read from ``sys``.
"""

from __future__ import annotations

import os

from .machine import VERSION, Machine

__all__ = ["BYTECODE_SUFFIX", "PYCACHE", "absolute", "bytecode_location", "join", "source_location", "split"]

PYCACHE = "__pycache__"
BYTECODE_SUFFIX = ".pyc"
_OPTIMIZATION = "opt-"
# As they are when importal is loaded: tests have been seen that change them for a while.
SEPARATOR = os.sep
_OTHER = os.altsep
SEPARATORS = SEPARATOR + (_OTHER or "")
_HERE = f".{SEPARATOR}"


def split(path: str) -> tuple[str, str]:
    """Return (directory, file name); unlike ``os.path.split`` no separator is normalised away.

    >>> split("a/b.py")
    ('a', 'b.py')
    """
    cut = path.rfind(SEPARATOR)
    if _OTHER:
        cut = max(cut, path.rfind(_OTHER))
    return (path[:cut], path[cut + 1 :]) if cut >= 0 else ("", path)


def join(directory: str, name: str) -> str:
    """Return *name* inside *directory*; an empty directory adds nothing, and separators at its end are one.

    >>> join("", "b.py")
    'b.py'
    """
    if not directory:
        return name
    if directory[-1] in SEPARATORS:
        directory = directory.rstrip(SEPARATORS)
    return f"{directory}{SEPARATOR}{name}"


def absolute(path: str) -> str:
    """Return *path* as it counts from the root of the file system. Raises OSError: the current directory is gone."""
    if Machine.is_absolute(path):
        return path
    if VERSION >= (3, 12):
        path = path.removeprefix(_HERE)
    path = path.rstrip(SEPARATORS)
    return join(Machine.current_directory(), path) if path else Machine.current_directory()


def bytecode_location(path: str, tag: str | None, optimization: object = "", prefix: str | None = None) -> str:
    """Return where the bytecode of the source file *path* is cached.

    *tag* names the interpreter (``cpython-311``), *optimization* is ``""`` or an alphanumeric level, *prefix* the
    directory tree that replaces ``__pycache__`` folders (``sys.pycache_prefix``).

    >>> bytecode_location("a/b.py", "cpython-311")  # doctest: +SKIP
    'a/__pycache__/b.cpython-311.pyc'

    Raises NotImplementedError without a tag, ValueError for a level that is not alphanumeric.
    """
    if tag is None:
        raise NotImplementedError("sys.implementation.cache_tag is None")
    directory, file = split(path)
    base, dot, rest = file.rpartition(".")
    name = f"{base or rest}{dot}{tag}"
    level = str(optimization)
    if level:
        if not level.isalnum():
            raise ValueError(f"{level!r} is not alphanumeric")
        name = f"{name}.{_OPTIMIZATION}{level}"
    name += BYTECODE_SUFFIX
    if prefix is None:
        return join(join(directory, PYCACHE), name)
    return join(join(prefix, _below_root(directory)), name)


def _below_root(directory: str) -> str:
    """Return the absolute form of *directory* without drive and leading separators, to be put below a prefix."""
    directory = absolute(directory)
    if directory[1:2] == ":" and directory[:1] not in SEPARATORS:
        directory = directory[2:]
    return directory.lstrip(SEPARATORS)


def source_location(path: str, tag: str | None, prefix: str | None = None) -> str:
    """Return the source file whose bytecode would be cached at *path*; the inverse of :func:`bytecode_location`.

    Raises NotImplementedError without a tag, ValueError when *path* has not the form PEP 3147 and 488 give.
    """
    if tag is None:
        raise NotImplementedError("sys.implementation.cache_tag is None")
    directory, file = split(path)
    origin = _outside_prefix(directory, prefix)
    if origin is None:
        origin, folder = split(directory)
        if folder != PYCACHE:
            raise ValueError(f"{PYCACHE} not bottom-level directory in {path!r}")
    dots = file.count(".")
    if dots not in (2, 3):
        raise ValueError(f"expected only 2 or 3 dots in {file!r}")
    if dots == 3:
        marker = file.rsplit(".", 2)[-2]
        if not marker.startswith(_OPTIMIZATION):
            raise ValueError(f"optimization portion of filename does not start with {_OPTIMIZATION!r}")
        level = marker[len(_OPTIMIZATION) :]
        if not level.isalnum():
            raise ValueError(f"optimization level {marker!r} is not an alphanumeric value")
    return join(origin, file.partition(".")[0] + ".py")


def _outside_prefix(directory: str, prefix: str | None) -> str | None:
    """Return the directory that stands below *prefix* as *directory*, or None when it does not stand there."""
    if prefix is None:
        return None
    root = prefix.rstrip(SEPARATORS)
    if directory.startswith(root + SEPARATOR):
        return directory[len(root) :]
    return None
