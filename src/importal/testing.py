"""Contracts for what others write: is an object the source that importal takes it for?

For test suites: each function raises AssertionError, which lists every rule that is broken.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .protocols import Source

__all__ = ["check_source"]

_ABSENT = "no_such_file_or_folder"


def check_source(source: Source, files: Mapping[str, bytes]) -> None:
    """Check that *source* holds exactly *files*, known by their relative paths with slashes, and answers as it has to.

    Raises AssertionError that names every broken rule of :class:`importal.protocols.Source`.
    """
    broken = list(_broken_rules(source, files))
    if broken:
        listed = "\n".join(f"- {rule}" for rule in broken)
        raise AssertionError(f"{source!r} is no source as importal needs it:\n{listed}")


def _broken_rules(source: Source, files: Mapping[str, bytes]) -> Iterator[str]:
    for name in ("root", "separator"):
        if not isinstance(getattr(source, name, None), str):
            yield f"{name} has to be a string"
            return
    for name in ("stamp", "settled", "list", "stat", "is_directory", "read"):
        if not callable(getattr(source, name, None)):
            yield f"{name}() is missing"
            return
    folders = _folders(files)
    for folder, names in folders.items():
        yield from _rules_of_folder(source, _location(source, folder), names)
    for path, data in files.items():
        yield from _rules_of_file(source, _location(source, path), data)
    for location in (_location(source, _ABSENT), _location(source, f"{_ABSENT}/{_ABSENT}")):
        yield from _rules_of_nothing(source, location)


def _rules_of_folder(source: Source, location: str, names: set[str]) -> Iterator[str]:
    stamp = source.stamp(location)
    if stamp is None:
        yield f"stamp({location!r}) is None, but that is a folder"
    elif source.stamp(location) != stamp:
        yield f"stamp({location!r}) differs from one moment to the next, though nothing has changed"
    elif not isinstance(source.settled(stamp), bool):
        yield f"settled({stamp!r}) has to be True or False"
    if not source.is_directory(location):
        yield f"is_directory({location!r}) is not true"
    if source.stat(location) is not None:
        yield f"stat({location!r}) has to be None: that is a folder"
    listed = list(source.list(location))
    if sorted(listed) != sorted(names):
        yield f"list({location!r}) is {sorted(listed)}, but there are {sorted(names)}"


def _rules_of_file(source: Source, location: str, data: bytes) -> Iterator[str]:
    status = source.stat(location)
    if status is None:
        yield f"stat({location!r}) is None, but that is a file"
    else:
        if getattr(status, "st_size", None) != len(data):
            yield f"stat({location!r}).st_size has to be {len(data)}, the bytes that read() returns"
        if not isinstance(getattr(status, "st_mtime", None), (int, float)):
            yield f"stat({location!r}).st_mtime has to be a number of seconds"
    if source.is_directory(location) or source.stamp(location) is not None:
        yield f"{location!r} is a file: is_directory() has to be False, stamp() None"
    read = source.read(location)
    if type(read) is not bytes or read != data:
        yield f"read({location!r}) does not return the file's bytes"
    ask = getattr(source, "digest", None)
    if ask is not None:
        digest = ask(location)
        if not isinstance(digest, str) or len(digest) != 64 or set(digest) - set("0123456789abcdef"):
            yield f"digest({location!r}) has to be 64 hexadecimal digits"


def _rules_of_nothing(source: Source, location: str) -> Iterator[str]:
    if source.stamp(location) is not None:
        yield f"stamp({location!r}) has to be None: there is nothing"
    if source.stat(location) is not None:
        yield f"stat({location!r}) has to be None: there is nothing"
    if source.is_directory(location):
        yield f"is_directory({location!r}) has to be False: there is nothing"
    ask: Callable[[str], object]
    for name, ask in (("list", source.list), ("read", source.read)):
        try:
            ask(location)
        except OSError:
            continue
        yield f"{name}({location!r}) has to raise OSError (FileNotFoundError): there is nothing"


def _location(source: Source, path: str) -> str:
    return source.separator.join([source.root, *path.split("/")]) if path else source.root


def _folders(files: Mapping[str, bytes]) -> dict[str, set[str]]:
    """Return the names in every folder, by its path."""
    folders: dict[str, set[str]] = {"": set()}
    for path in files:
        rest = path
        while rest:
            rest, _, name = rest.rpartition("/")
            folders.setdefault(rest, set()).add(name)
    return folders
