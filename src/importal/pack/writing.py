"""Writing packs: from what one is to hold to the bytes of the file. The same contents give the same bytes."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass, field

from ..files import write_whole
from ..interpreter import source_hash
from . import format as file_format
from .reader import anchors
from .roots import runs_of, stamps_of
from .table import parts_of, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import CodeType
    from typing import Any

    from .streams import Place

__all__ = ["Contents", "Module", "anchored", "encode", "write"]

# So many bytes of code are read at once, or a little more. Reading more at once takes as long, and more memory.
_AT_ONCE = 1 << 21

# So many bytes of code are made at once, or a little more: what is executed next is still in the processor's caches.
_IN_A_STREAM = 1 << 17


@dataclass(frozen=True, slots=True)
class Module:
    """A module as a pack holds it.

    ``file`` is its source or its shared library; ``size`` in bytes and ``mtime`` in nanoseconds are that file's. A
    namespace package has ``portions`` instead of a file.
    ``order`` is (who imports it, when): what is next to each other in this order is in one stream, and read at once.
    """

    name: str
    kind: str
    file: str = ""
    size: int = 0
    mtime: int | None = 0
    portions: tuple[str, ...] = ()
    code: CodeType | None = None
    order: tuple[object, ...] = ()


@dataclass(slots=True)
class Contents:
    """What a pack is to hold.

    ``roots`` are the path entries that were listed: directory, its modification time in nanoseconds (None: not there),
    and the names of the modules in it; the first ``searched`` are entries of the path. ``packages`` are the namespace
    packages whose portions are among them, too: of each the portions, by the root that they are in. ``files`` are
    carried along, by their paths; ``carries`` names what of them there is: "sources", "resources". ``inside`` has of
    each package in the pack its directories, with their modification times and what may be modules in them.
    """

    roots: list[tuple[str, int | None, frozenset[str]]] = field(default_factory=list)
    modules: dict[str, Module] = field(default_factory=dict)
    packages: dict[str, dict[str, str]] = field(default_factory=dict)
    searched: int = 0
    files: dict[str, bytes] = field(default_factory=dict)
    carries: tuple[str, ...] = ()
    inside: dict[str, list[tuple[str, int | None, frozenset[str]]]] = field(default_factory=dict)


def anchored(directory: str, pack: str) -> tuple[str, str]:
    """Return the anchor that *directory* lies below, and the rest; the nearest of them, so that it may be moved."""
    best = ("", directory)
    for anchor, place in anchors(pack).items():
        inside = anchor and (directory == place or directory.startswith(place.rstrip(os.sep) + os.sep))
        if inside and len(directory) - len(place) < len(best[1]):
            best = (anchor, directory[len(place) :])
    return best


def encode(contents: Contents, path: str, *, optimization: int = 0, sealed: bool = False, index: bool = False) -> bytes:
    """Return the pack with *contents* that is going to lie at *path*, of code of one *optimization* level."""
    places = [directory for directory, _, _ in contents.roots]
    numbers = {directory: number for number, directory in enumerate(places)}
    holders: dict[str, list[int]] = {}
    for number, (_, _, names) in enumerate(contents.roots):
        for name in names:
            holders.setdefault(name, []).append(number)

    def place(file: str) -> tuple[int, str]:
        """Return the number of the root that *file* lies in, the nearest, and the rest of its path."""
        directory = file
        while directory not in numbers:
            above = os.path.dirname(directory)
            if above == directory:
                break
            directory = above
        else:
            return numbers[directory], file[len(directory) :]
        directory = os.path.dirname(file)
        numbers[directory] = len(places)
        places.append(directory)
        return numbers[directory], file[len(directory) :]

    blocks: list[bytes] = []
    at = 0

    def add(data: bytes) -> file_format.Block:
        nonlocal at
        blocks.append(data)
        block = (at, len(data), source_hash(data))
        at += len(data)
        return block

    where = _add_code(contents.modules.values(), add)
    modules: dict[str, tuple[Any, ...]] = {}
    for name, module in contents.modules.items():
        if module.portions:
            portions = tuple(place(portion) for portion in module.portions)
            modules[name] = (module.kind, portions[0][0], portions, 0, 0, None)
        else:
            root, below = place(module.file)
            modules[name] = (module.kind, root, below, module.size, module.mtime, where.get(name))
    carried: dict[int, dict[str, file_format.Block]] = {}
    for file in sorted(contents.files):
        root, below = place(file)
        inside = below.replace(os.sep, "/").removeprefix("/")
        carried.setdefault(root, {})[inside] = add(file_format.marshalled(contents.files[file]))
    listings = {
        package: tuple(
            (*place(one), stamp, tuple(sorted(name for name in names if f"{package}.{name}" not in contents.modules)))
            for one, stamp, names in contents.inside[package]
        )
        for package in sorted(contents.inside)
    }
    root_block = {
        "roots": runs_of(anchored(one, path) for one in places),
        "listed": len(contents.roots),
        "stamps": stamps_of(stamp for _, stamp, _ in contents.roots),
        "searched": contents.searched,
        "packages": {
            name: (text_of(map(numbers.__getitem__, found)), text_of(map(numbers.__getitem__, found.values())))
            for name, found in sorted(contents.packages.items())
        },
        "carries": contents.carries,
        "files": add(file_format.marshalled(carried)) if carried else None,
        "inside": add(file_format.marshalled(listings)) if listings else None,
        "names": tuple(add(file_format.marshalled(part)) for part in parts_of(holders, modules)),
    }
    flags = (file_format.SEALED if sealed else 0) | (file_format.INDEX_ONLY if index else 0)
    return file_format.write(file_format.marshalled(root_block), blocks, optimization=optimization, flags=flags)


def write(path: str, data: bytes) -> None:
    """Write the pack *data* to the file *path*: a reader sees what was there, or all of it. Raises OSError.

    Also where another file than a pack is there: a program, say, or the modules of a store.
    """
    if os.path.exists(path):
        with open(path, "rb") as present:
            beginning = present.read(len(file_format.SIGNATURE))
        if beginning and beginning != file_format.SIGNATURE:
            raise FileExistsError(
                errno.EEXIST, "there is a file that is no pack; remove it, or choose another name", path
            )
    write_whole(path, data)


def _add_code(modules: Iterable[Module], add: Any) -> Mapping[str, Place]:
    """Add the modules' code as blocks of several streams; return where each lies."""
    together: dict[object, list[Module]] = {}
    for module in sorted(modules, key=lambda one: (repr(one.order[:1]), one.order[1:], one.name)):
        if module.code is not None:
            together.setdefault(module.order[0] if module.order else module.name, []).append(module)
    where: dict[str, Place] = {}
    for group in together.values():
        data = bytearray()
        held: dict[str, tuple[int, int, bytes, int]] = {}
        streams = _streams(group)
        for turn, stream in enumerate(streams, 1):
            codes = file_format.marshalled_shared(tuple(one.code for one in stream))
            checksum = source_hash(codes)
            held |= {one.name: (len(data), len(codes), checksum, number) for number, one in enumerate(stream)}
            data += codes
            if len(data) >= _AT_ONCE or turn == len(streams):
                offset, length, _ = add(bytes(data))
                where |= {name: (offset, length, *place) for name, place in held.items()}
                data.clear()
                held.clear()
    return where


def _streams(modules: Iterable[Module]) -> list[list[Module]]:
    """Return the *modules* that are to be in one stream each, in their order."""
    streams: list[list[Module]] = []
    size = _IN_A_STREAM
    for module in modules:
        if size >= _IN_A_STREAM:
            streams.append([])
            size = 0
        streams[-1].append(module)
        size += len(file_format.marshalled_shared(module.code))
    return streams
