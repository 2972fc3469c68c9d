"""Materialise a tree of files, written as one Python literal, into a directory or a zip file.

A tree is a dict from a name to its content: text (written as UTF-8, see `text`), bytes, a nested dict (a directory)
or an `Archive` (a zip file holding a tree of its own).
"""

from __future__ import annotations

import textwrap
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Union

Content = Union[str, bytes, "Archive", Mapping[str, "Content"]]
Tree = Mapping[str, Content]

# Zip members carry a date; a fixed one makes two archives of one tree equal, byte for byte.
MEMBER_DATE = (2020, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Archive:
    """A zip file inside a tree: what it holds, how it is packed, and whether directories have members of their own."""

    tree: Tree
    deflated: bool = False
    directories: bool = False
    prefix: bytes = b""


def text(content: str) -> str:
    """Take the indentation of the surrounding literal off, and the line break that opened it.

    >>> text('''
    ...     import b
    ...     value = 1
    ... ''')
    'import b\\nvalue = 1\\n'
    """
    return textwrap.dedent(content.removeprefix("\n"))


def encode(content: str | bytes) -> bytes:
    """Return the bytes a file of the tree holds."""
    return content if isinstance(content, bytes) else text(content).encode("utf-8")


def files(tree: Tree, prefix: str = "") -> Iterator[tuple[str, bytes]]:
    """Yield each file of the tree as its name, directories separated by slashes, and its bytes.

    >>> list(files({"pkg": {"__init__.py": "", "data": b"x"}}))
    [('pkg/__init__.py', b''), ('pkg/data', b'x')]
    """
    for name, content in tree.items():
        if isinstance(content, Archive):
            raise TypeError(f"{prefix}{name}: an archive has no place in a list of plain files")
        if isinstance(content, Mapping):
            yield from files(content, f"{prefix}{name}/")
        else:
            yield prefix + name, encode(content)


def directories(tree: Tree, prefix: str = "") -> Iterator[str]:
    """Yield the name of each directory of the tree, with a slash at its end, parents first."""
    for name, content in tree.items():
        if isinstance(content, Mapping):
            yield f"{prefix}{name}/"
            yield from directories(content, f"{prefix}{name}/")


def write(tree: Tree, root: Path) -> Path:
    """Write the tree below `root`, which is created when it is missing, and return `root`."""
    root.mkdir(parents=True, exist_ok=True)
    for name, content in tree.items():
        place = root / name
        if isinstance(content, Archive):
            zip(content.tree, place, deflated=content.deflated, directories=content.directories, prefix=content.prefix)
        elif isinstance(content, Mapping):
            write(content, place)
        else:
            place.write_bytes(encode(content))
    return root


def zip(  # noqa: A001 - trees.write and trees.zip are read with the module's name before them
    tree: Tree, file: Path, *, deflated: bool = False, directories: bool = False, prefix: bytes = b""
) -> Path:
    """Write the tree as a zip file and return its path; `prefix` is put before the archive, as self-extractors do."""
    packing = zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED
    with open(file, "wb") as stream:
        stream.write(prefix)
        with zipfile.ZipFile(stream, "a" if prefix else "w", packing) as archive:
            for name in _directories(tree) if directories else ():
                archive.writestr(zipfile.ZipInfo(name, MEMBER_DATE), b"")
            for name, data in files(tree):
                member = zipfile.ZipInfo(name, MEMBER_DATE)
                member.compress_type = packing
                archive.writestr(member, data)
    return file


_directories = directories
